#include "world.h"

#include "base/text.h"
#include "tests/crypto/known_rsa_key.h"

namespace lotse::test {

using namespace session;

namespace {
constexpr Size kScreen{200, 150};

// One key for all who join: making one takes longer than everything else in here together.
std::shared_ptr<crypto::RsaKey> known_rsa() { return std::make_shared<crypto::RsaKey>(crypto::KnownRsaKey::get()); }
}  // namespace

Station::Station(World& world, std::string station_name)
    : name(std::move(station_name)), screen(kScreen), world_(world) {
  dirty_.assign(codec::SlotGrid(screen.size()).count(), true);
}
Station::~Station() = default;

void Station::host(MasterOptions options) {
  options.lead.name = name;
  session_ = std::make_unique<Session>(*this, std::move(options));
  connect();
}

void Station::join(const std::string& number, const std::string& code) {
  ParticipantOptions options;
  options.number = number;
  options.name = name;
  options.credentials = {crypto::AuthMode::code, crypto::normalized_code(code), {}};
  options.ticket = ticket;
  options.rsa = known_rsa();
  session_ = std::make_unique<Session>(*this, std::move(options));
  connect();
}

void Station::join_link(const std::string& number, const std::string& secret) {
  ParticipantOptions options;
  options.number = number;
  options.name = name;
  auto dot = secret.find('.');
  options.credentials = {crypto::AuthMode::link, *from_base32(secret.substr(0, dot)), secret.substr(dot + 1)};
  options.rsa = known_rsa();
  session_ = std::make_unique<Session>(*this, std::move(options));
  connect();
}

void Station::join_without_code(const std::string& number) {
  ParticipantOptions options;
  options.number = number;
  options.name = name;
  options.rsa = known_rsa();
  session_ = std::make_unique<Session>(*this, std::move(options));
  connect();
}

struct Station::WaysHost final : direct::PathsHost {
  explicit WaysHost(Station& of) : station(of) {}
  void to_relay(Bytes frame) override { station.to_relay(std::move(frame)); }
  std::size_t relay_queued() const override { return station.relay_queued(); }
  void to_session(ByteView frame) override {
    station.session_->on_frame(frame, station.world_.now);
    station.after_call();
  }
  void signal(ParticipantId member, const wire::DirectSignal& signal) override {
    station.session_->tell_direct(member, signal, station.world_.now);
  }
  std::vector<wire::Candidate> candidates() override {
    return {{address_of(station.port_), station.port_, wire::kPlainDatagrams, wire::Candidate::Kind::host}};
  }
  void on_way(ParticipantId) override {}
  static std::array<std::uint8_t, 16> address_of(std::uint16_t port) {
    return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 168, 1, static_cast<std::uint8_t>(port - 2000)};
  }
  Station& station;
};

void Station::go_direct(direct::Wish wish) {
  port_ = ++world_.last_port_;
  ways_host_ = std::make_unique<WaysHost>(*this);
  ways_ = std::make_unique<direct::Paths>(*ways_host_, wish, [this] { return ++world_.random_value_; });
}

bool Station::is_direct(const Station& other) const {
  return ways_ && other.session_ && other.session_->core() && ways_->state(other.session_->core()->self).direct;
}

void Station::on_direct(ParticipantId from, const wire::DirectSignal& signal) {
  world_.at(world_.now, [this, from, signal, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired() || !session_ || !ways_) return;
    ways_->on_signal(from, signal, world_.now);
    poll_ways();
  });
}

void Station::poll_ways() {
  if (!ways_ || !session_) return;
  if (const Core* core = session_->core()) {
    direct::Members members{core->self, {}, {}, {}, session_->is_admitted()};
    for (const Member& member : core->roster.members) {
      if (member.id == core->self) continue;
      members.others.insert(member.id);
      if (member.sharing) members.watched.insert(member.id);
    }
    members.whole = session_->watching()->whole();
    ways_->update(std::move(members), world_.now);
  }
  std::vector<net::link::Datagram> out;
  bool drained = ways_->poll(world_.now, out);
  for (auto& datagram : out) world_.send_datagram(*this, std::move(datagram));
  if (!drained || !session_) return;
  session_->on_drained(world_.now);
  if (std::exchange(asked_to_share, false)) share();
}

void Station::from_relay(ByteView frame) {
  if (wire::is_board_frame(frame)) return board_frames.emplace_back(frame.begin(), frame.end()), void();
  if (!ways_ || !ways_->on_relay_frame(frame, world_.now)) session_->on_frame(frame, world_.now);
  after_call();
  poll_ways();
}

void Station::connect() { world_.attach(*this); }

void Station::cut(Duration pause) {
  world_.detach(conn_);
  connected_ = false;
  if (ways_) ways_->on_new_connection();
  session_->on_disconnected("cut", world_.now);
  world_.at(world_.now + pause, [this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired() && session_ && !connected_) connect();
  });
}

void Station::kill() {
  world_.detach(conn_);
  connected_ = false;
  ways_.reset();
  session_.reset();
}

void Station::share() {
  capturing = true;
  dirty_.assign(dirty_.size(), true);
  share_all();
}

void Station::share_all() {
  std::vector<ScreenPlace> places{{ScreenId{0}, "Screen", {0, 0, screen.size().width, screen.size().height}, true}};
  int x = screen.size().width;
  for (const auto& [number, image] : monitors) {
    places.push_back(
        {number, "Monitor " + std::to_string(number.value()), {x, 0, image.size().width, image.size().height}, false});
    x += image.size().width;
  }
  session_->share_screens(places, world_.now);
}

void Station::set_monitors(std::size_t more, Size size) {
  monitors.clear();
  for (std::size_t i = 1; i <= more; ++i) {
    codec::Image& image = monitors[ScreenId{static_cast<std::uint8_t>(i)}] = codec::Image(size);
    auto view = image.writable();
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) view.row(y)[x * 4 + 1] = static_cast<std::uint8_t>(x * y + 40 * int(i));
  }
  if (!capturing) return;
  share_all();
  for (const auto& [number, image] : monitors) capture_monitor(number);
}

void Station::fill(Rect area, std::uint32_t bgr) {
  auto view = screen.writable();
  area = area.intersect({0, 0, view.size.width, view.size.height});
  for (int y = area.y; y < area.bottom(); ++y)
    for (int x = area.x; x < area.right(); ++x) {
      std::uint8_t* p = view.row(y) + x * 4;
      p[0] = static_cast<std::uint8_t>(bgr), p[1] = static_cast<std::uint8_t>(bgr >> 8),
      p[2] = static_cast<std::uint8_t>(bgr >> 16), p[3] = 0;
    }
  codec::SlotGrid grid(view.size);
  for (std::uint32_t i = 0; i < grid.count(); ++i)
    if (!grid.rect(SlotId{i}).intersect(area).empty()) dirty_[i] = true;
  if (wanted_) capture();
}

void Station::draw(std::mt19937& random) {
  auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Size size = screen.size();
  Rect area{pick(size.width), pick(size.height), 1 + pick(90), 1 + pick(70)};
  if (pick(3) > 0) return fill(area, static_cast<std::uint32_t>(random()));
  for (int y = area.y; y < area.bottom(); ++y)
    for (int x = area.x; x < area.right(); x += 7) fill({x, y, 7, 1}, static_cast<std::uint32_t>(random()));
}

void Station::resize_screen(Size size) {
  screen = codec::Image(size);
  dirty_.assign(codec::SlotGrid(size).count(), true);
  if (wanted_) capture();
}

void Station::notify(session::Event event) {
  if (auto* again = std::get_if<TryAgain>(&event))
    world_.at(world_.now + 1us, [this, pause = again->pause, alive = std::weak_ptr<int>(alive_)] {
      if (!alive.expired() && session_) cut(pause);
    });
  events.push_back(std::move(event));
}

void Station::want_frame_of(ScreenId number) {
  if (number != ScreenId{0}) return capture_monitor(number);
  wanted_ = true;
  capture();
}

void Station::capture() {
  if (!capturing || capture_scheduled_ || std::find(dirty_.begin(), dirty_.end(), true) == dirty_.end()) return;
  capture_scheduled_ = true;
  world_.at(world_.now + 1ms, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired() || !session_) return;
    capture_scheduled_ = false;
    if (!std::exchange(wanted_, false) || !capturing) return;
    codec::SlotGrid grid(screen.size());
    std::vector<SlotUpdate> slots;
    for (std::uint32_t i = 0; i < grid.count(); ++i) {
      if (!dirty_[i]) continue;
      dirty_[i] = false;
      auto pixels = std::make_shared<codec::Image>(grid.rect(SlotId{i}).size());
      codec::copy_pixels(screen.view().part(grid.rect(SlotId{i})), pixels->writable());
      slots.push_back({SlotId{i}, pixels});
    }
    session_->on_captured(ScreenId{0}, screen.size(), std::move(slots), world_.now);
    after_call();
  });
}

/// A still picture: it comes once.
void Station::capture_monitor(ScreenId number) {
  world_.at(world_.now + 1ms, [this, number, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired() || !session_ || !capturing || !monitors.contains(number)) return;
    const PictureSender* sender = session_->presenting()->sender(number);
    const codec::Image& image = monitors[number];
    if (!sender || sender->size() == image.size()) return;
    codec::SlotGrid grid(image.size());
    std::vector<SlotUpdate> slots;
    for (std::uint32_t i = 0; i < grid.count(); ++i) {
      auto pixels = std::make_shared<codec::Image>(grid.rect(SlotId{i}).size());
      codec::copy_pixels(image.view().part(grid.rect(SlotId{i})), pixels->writable());
      slots.push_back({SlotId{i}, pixels});
    }
    session_->on_captured(number, image.size(), std::move(slots), world_.now);
    after_call();
  });
}

void Station::work(std::function<std::function<void()>()> job) {
  world_.at(world_.now + 1ms, [this, job = std::move(job), alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    auto done = job();
    if (!session_) return;
    done();
    after_call();
  });
}

void Station::after_call() {
  if (session_) session_->poll(world_.now);
  if (std::exchange(asked_to_share, false)) share();
}

void Station::show(ParticipantId presenter, ScreenId number, codec::FrameView picture, const std::vector<Rect>&,
                   bool is_exact) {
  codec::Image& shown = pictures[{presenter, number}];
  if (shown.size() != picture.size) shown = codec::Image(picture.size);
  codec::copy_pixels(picture, shown.writable());
  if (number != ScreenId{0}) return;
  if (canvas.size() != picture.size) canvas = codec::Image(picture.size);
  codec::copy_pixels(picture, canvas.writable());
  shown_presenter = presenter;
  exact = is_exact;
  ++shows;
}

bool Station::sees(const Station& presenter, std::uint8_t number) const {
  auto shown = pictures.find({presenter.session_->core()->self, ScreenId{number}});
  const codec::Image& there = number == 0 ? presenter.screen : presenter.monitors.at(ScreenId{number});
  return shown != pictures.end() && codec::same_pixels(shown->second.view(), there.view());
}

bool Station::sees(const Station& presenter) const {
  return codec::same_pixels(canvas.view(), presenter.screen.view());
}

void Station::send(Bytes frame) {
  if (!ways_) return to_relay(std::move(frame));
  ways_->send(std::move(frame), world_.now);
}

std::size_t Station::queued() const { return ways_ ? ways_->queued() : relay_queued(); }

void Station::to_relay(Bytes frame) {
  if (!connected_) return;
  ++frames_sent;
  if (auto packet = wire::parse_packet(ByteView(frame).subspan(1));
      frame[0] == wire::kPacketFrame && packet && packet->header.kind != wire::PacketKind::message) {
    bool manifest = packet->header.kind == wire::PacketKind::state && packet->header.picture.slot == SlotId{3};
    manifest ? ++manifests_sent : ++picture_frames_sent;
  }
  bytes_sent += frame.size();
  if (up_rate > 0) {
    Duration takes = std::chrono::nanoseconds(static_cast<long>(static_cast<double>(frame.size()) / up_rate * 1e9));
    up_free_ = std::max(up_free_, world_.now) + takes;
    drain();
  }
  world_.uplink(conn_, std::move(frame));
}

std::size_t Station::relay_queued() const {
  if (up_rate <= 0 || up_free_ <= world_.now) return 0;
  return static_cast<std::size_t>(std::chrono::duration<double>(up_free_ - world_.now).count() * up_rate);
}

/// Tells the session when the link takes more, as a connection does.
void Station::drain() {
  if (std::exchange(draining_, true)) return;
  world_.at(up_free_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired() || !session_) return;
    draining_ = false;
    if (relay_queued() > 0) return drain();
    if (ways_) ways_->on_relay_writable();
    session_->on_drained(world_.now);
    after_call();
  });
}

World::World() { start_relay(); }

void World::start_relay() {
  core_ = std::make_unique<relay::Core>(*this, numbers_, store_, relay::Limits{}, now);
  core_->keep_boards(boards, now);
}
World::~World() {
  stations_.clear();
  core_.reset();
}

Station& World::station(const std::string& name) {
  stations_.push_back(std::make_unique<Station>(*this, name));
  return *stations_.back();
}

void World::attach(Station& station) {
  if (!core_) return at(now + 200ms, [this, &station] { attach(station); });
  relay::ConnId conn{next_conn_++};
  links_[conn] = Link{&station};
  station.conn_ = conn;
  station.connected_ = true;
  core_->on_connect(conn, station.address, now);
}

void World::uplink(relay::ConnId conn, Bytes frame) {
  const Station& from = *links_[conn].station;
  Duration latency = from.latency + std::max(from.up_free_ - now, Duration{});
  if (between && !between(*links_[conn].station, Way::up, frame)) return;
  auto shared = std::make_shared<Bytes>(std::move(frame));
  at(now + latency, [this, conn, shared] {
    auto link = links_.find(conn);
    if (link == links_.end() || !link->second.open || !core_) return;
    if (eavesdrop) eavesdrop(*shared);
    core_->on_frame(conn, std::move(*shared), now);
  });
}

void World::detach(relay::ConnId conn) {
  auto link = links_.find(conn);
  if (link == links_.end() || !std::exchange(link->second.open, false) || !core_) return;
  core_->on_disconnect(conn, now);
}

void World::send(relay::ConnId conn, relay::SharedBytes frame) {
  auto at_link = links_.find(conn);
  if (at_link == links_.end() || !at_link->second.open) return;
  Link& link = at_link->second;
  if (between) {
    Bytes changed = *frame;
    if (!between(*link.station, Way::down, changed)) return;
    frame = std::make_shared<const Bytes>(std::move(changed));
  }
  link.queued += frame->size();
  link.station->most_queued_down = std::max(link.station->most_queued_down, link.queued);
  auto time = Duration(static_cast<std::int64_t>(static_cast<double>(frame->size()) / link.station->down_rate * 1e9));
  link.busy_until = std::max(link.busy_until, now) + time;
  at(link.busy_until, [this, conn, size = frame->size()] {
    auto l = links_.find(conn);
    if (l == links_.end()) return;
    l->second.queued -= size;
    if (l->second.open && core_) core_->on_writable(conn, now);
  });
  if (lets_through && !lets_through(*link.station, *frame)) return;
  Duration later = holds_back ? holds_back(*link.station) : Duration{};
  link.arrives = std::max(link.arrives, link.busy_until + link.station->latency + later);
  at(link.arrives, [this, conn, frame] {
    auto l = links_.find(conn);
    if (l == links_.end()) return;
    Station& station = *l->second.station;
    if (station.conn_ != conn || !station.session_ || !station.connected_) return;
    station.from_relay(*frame);
  });
}

void World::send_datagram(Station& from, net::link::Datagram datagram) {
  ++from.datagrams_sent;
  auto to =
      std::find_if(stations_.begin(), stations_.end(), [&](const auto& s) { return s->port_ == datagram.to.port; });
  if (to == stations_.end() || (lets_datagram_through && !lets_datagram_through(from, **to))) return;
  auto shared = std::make_shared<Bytes>(std::move(datagram.bytes));
  at(now + from.latency, [this, station = to->get(), port = from.port_, shared] {
    if (!station->ways_ || !station->session_) return;
    net::link::Endpoint at{Station::WaysHost::address_of(port), port, {}, 0};
    station->ways_->on_datagram(*shared, at, now);
    station->poll_ways();
  });
}

void World::inject(Station& to, const Bytes& frame) {
  to.session_->on_frame(frame, now);
  to.after_call();
}

void World::close(relay::ConnId conn) {
  auto link = links_.find(conn);
  if (link == links_.end()) return;
  Instant when = std::max(now, link->second.busy_until) + link->second.station->latency + 1us;
  link->second.open = false;
  at(when, [this, conn] {
    Station& station = *links_[conn].station;
    if (station.conn_ != conn || !station.session_ || !station.connected_) return;
    station.connected_ = false;
    if (station.ways_) station.ways_->on_new_connection();
    station.session_->on_disconnected("closed by the relay", now);
  });
}

std::size_t World::queued(relay::ConnId conn) const {
  auto link = links_.find(conn);
  return link == links_.end() ? 0 : link->second.queued;
}

void World::restart_relay(Duration pause) {
  core_.reset();
  for (auto& [conn, link] : links_) {
    if (!std::exchange(link.open, false)) continue;
    Station& station = *link.station;
    if (station.conn_ != conn || !station.session_) continue;
    station.connected_ = false;
    if (station.ways_) station.ways_->on_new_connection();
    station.session_->on_disconnected("the relay is gone", now);
    at(now + pause + 50ms, [&station] {
      if (station.session_ && !station.connected_) station.connect();
    });
  }
  store_.elapse(pause);
  at(now + pause, [this] { start_relay(); });
}

bool World::step(Instant limit) {
  Instant next = queue_.empty() ? Instant::never() : queue_.begin()->first;
  if (core_) next = std::min(next, core_->next_deadline());
  for (auto& s : stations_) {
    if (s->session_) next = std::min(next, s->session_->next_deadline());
    if (s->session_ && s->ways_) next = std::min(next, s->ways_->next_deadline());
  }
  if (next > limit) {
    now = limit;
    return false;
  }
  now = std::max(now, next);
  if (!queue_.empty() && queue_.begin()->first <= now) {
    auto what = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    what();
  }
  if (core_ && core_->next_deadline() <= now) core_->poll(now);
  for (auto& s : stations_)
    if (s->session_ && s->session_->next_deadline() <= now) s->after_call();
  for (auto& s : stations_)
    if (s->session_ && s->ways_ && s->ways_->next_deadline() <= now) s->poll_ways();
  return true;
}

bool World::until(const std::function<bool()>& done, Duration limit) {
  Instant end = now + limit;
  while (!done())
    if (!step(end)) return done();
  return true;
}

void World::run(Duration time) {
  until([] { return false; }, time);
}

}  // namespace lotse::test
