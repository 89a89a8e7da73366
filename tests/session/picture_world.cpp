#include "tests/session/picture_world.h"

#include <sstream>

#include "codec/canvas.h"
#include "crypto/packet_hash.h"
#include "tests/session/idle_host.h"
#include "wire/relay_frame.h"

namespace lotse::test {
namespace {

constexpr std::size_t kTag = 16;
constexpr ParticipantId kPresenter{1};

relay::ConnId conn_of(ParticipantId member) { return relay::ConnId{member.value()}; }

}  // namespace

/// What the programs around both sides do alike: work that takes a while.
class PictureHost : public IdleHost {
 public:
  void work(std::function<std::function<void()>()> job) override { run_work(std::move(job)); }
  std::function<void(std::function<std::function<void()>()>)> run_work;
};

class PictureWorld::Presenter : public PictureHost {
 public:
  Presenter(PictureWorld& world)
      : world_(world),
        sender(*this, link, ScreenId{0}, Generation{1},
               [this](wire::PacketKind kind, const wire::PictureFields& fields, ByteView payload) {
                 return seal(kind, fields, payload);
               }) {
    run_work = [this](auto job) {
      world_.at(world_.now + std::chrono::microseconds(world_.below(8000)), [this, job] {
        auto done = job();
        done();
        sender.poll(world_.now);
      });
    };
  }

  std::optional<wire::PacketHash> seal(wire::PacketKind kind, const wire::PictureFields& fields, ByteView payload) {
    wire::PacketHeader header;
    header.kind = kind;
    header.stream = 1;
    header.source = kPresenter;
    header.destination = kEverybody;
    header.epoch = Epoch{world_.epoch_};
    header.counter = ++counter_;
    header.picture = fields;
    Bytes frame{wire::kPacketFrame};
    wire::write_header(header, frame);
    append(frame, payload);
    frame.resize(frame.size() + kTag);
    world_.deltas += kind == wire::PacketKind::delta;
    world_.moves += kind == wire::PacketKind::delta && !payload.empty() && payload[8] > 1;
    world_.keys += kind == wire::PacketKind::key;
    world_.films += kind == wire::PacketKind::film;
    world_.film_keys += kind == wire::PacketKind::film && fields.key;
    auto hash = crypto::packet_hash(ByteView(frame).subspan(1));
    send(std::move(frame));
    return hash;
  }

  void send(Bytes frame) override {
    queued_ += frame.size();
    busy_ = std::max(busy_, world_.now) +
            Duration(static_cast<std::int64_t>(1e9 * static_cast<double>(frame.size()) / world_.uplink_rate_));
    auto shared = std::make_shared<const Bytes>(std::move(frame));
    world_.at(busy_ + 1ms, [this, shared] {
      queued_ -= shared->size();
      auto packet = wire::parse_packet(ByteView(*shared).subspan(1));
      world_.relay_.on_packet(packet->header, shared, world_.now);
      sender.poll(world_.now);
    });
  }
  std::size_t queued() const override { return queued_; }

  void want_frame_of(ScreenId) override {
    wanted_ = true;
    capture();
  }
  void changed(SlotId slot) {
    changed_.push_back(slot);
    capture();
  }
  void changed_all() {
    all_ = true;
    capture();
  }
  void show(ParticipantId, ScreenId, codec::FrameView, const std::vector<Rect>&, bool) override {}

 private:
  void capture() {
    if (!wanted_ || scheduled_ || (changed_.empty() && !all_)) return;
    scheduled_ = true;
    world_.at(world_.now + std::chrono::microseconds(500 + world_.below(4000)), [this] {
      scheduled_ = wanted_ = false;
      codec::SlotGrid grid(world_.screen.size());
      std::vector<bool> named(grid.count(), all_);
      for (SlotId slot : changed_)
        if (slot.value() < named.size()) named[slot.value()] = true;
      changed_.clear();
      all_ = false;
      std::vector<session::SlotUpdate> updates;
      for (std::uint32_t i = 0; i < named.size(); ++i) {
        if (!named[i]) continue;
        Rect rect = grid.rect(SlotId{i});
        auto pixels = std::make_shared<codec::Image>(rect.size());
        codec::copy_pixels(world_.screen.view().part(rect), pixels->writable());
        updates.push_back({SlotId{i}, pixels});
      }
      sender.update(world_.screen.size(), std::move(updates), world_.now);
      sender.poll(world_.now);
    });
  }

  PictureWorld& world_;
  std::uint64_t counter_ = 0;
  std::size_t queued_ = 0;
  Instant busy_{};
  bool wanted_ = false, scheduled_ = false, all_ = true;
  std::vector<SlotId> changed_;

 public:
  session::LinkRate link;
  session::PictureSender sender;
};

class PictureWorld::Viewer : public PictureHost {
 public:
  Viewer(PictureWorld& world, ParticipantId id) : world_(world), self(id), receiver(*this, kPresenter, ScreenId{0}) {
    run_work = [this](auto job) {
      world_.at(world_.now + std::chrono::microseconds(world_.below(5000)), [this, job] {
        auto done = job();
        done();
        receiver.poll(world_.now);
      });
    };
  }

  void arrived(const Bytes& frame) {
    auto packet = wire::parse_packet(ByteView(frame).subspan(1));
    if (!packet || packet->header.epoch.value() < first_epoch) return;
    ByteView plain = packet->sealed.first(packet->sealed.size() - kTag);
    receiver.consume(packet->header.kind, packet->header.picture, Bytes(plain.begin(), plain.end()),
                     crypto::packet_hash(packet->whole), world_.now);
    receiver.poll(world_.now);
  }

  void send(Bytes frame) override {
    auto request = wire::decode(frame);
    world_.at(world_.now + world_.links_[conn_of(self)].latency, [this, request] {
      if (here) world_.relay_.on_request(self, std::get<wire::KeyRequest>(*request), world_.now);
    });
  }
  std::size_t queued() const override { return 0; }
  void show(ParticipantId, ScreenId, codec::FrameView picture, const std::vector<Rect>& changed, bool) override {
    if (shown.size() != picture.size) shown = codec::Image(picture.size);
    for (const Rect& rect : changed) codec::copy_pixels(picture.part(rect), shown.writable().part(rect));
  }

 private:
  PictureWorld& world_;

 public:
  ParticipantId self;
  bool here = true;
  std::uint32_t first_epoch = 1;
  session::PictureReceiver receiver;
  codec::Image shown;
};

PictureWorld::PictureWorld(Size size, unsigned seed) : screen(size), random_(seed), relay_(*this) {
  relay_.announce(Epoch{epoch_}, now);
  relay_.add_receiver(kPresenter, conn_of(kPresenter), now);
  presenter_ = std::make_unique<Presenter>(*this);
  presenter_->sender.set_watched(true, now);
}
PictureWorld::~PictureWorld() = default;

void PictureWorld::edit(const Rect& area, const std::function<void(codec::MutableFrameView)>& paint) {
  paint(screen.writable());
  codec::SlotGrid grid(screen.size());
  for (std::uint32_t i = 0; i < grid.count(); ++i)
    if (!grid.rect(SlotId{i}).intersect(area).empty()) presenter_->changed(SlotId{i});
}

void PictureWorld::resize(Size size) {
  screen = codec::Image(size);
  presenter_->changed_all();
}

void PictureWorld::set_films(session::Films wanted, std::size_t least_slots) {
  presenter_->sender.set_films(wanted, least_slots);
  presenter_->sender.poll(now);
}

void PictureWorld::rekey() {
  relay_.announce(Epoch{++epoch_}, now);
  presenter_->sender.reseal(now);
  presenter_->sender.poll(now);
}

std::size_t PictureWorld::join(double rate, Duration latency) {
  ParticipantId self{static_cast<std::uint16_t>(viewers_.size() + 2)};
  auto viewer = std::make_unique<Viewer>(*this, self);
  viewer->first_epoch = epoch_ + 1;
  links_[conn_of(self)] = {rate, latency, 0, {}, {}};
  viewers_.push_back(std::move(viewer));
  relay_.announce(Epoch{++epoch_}, now);
  relay_.add_receiver(self, conn_of(self), now);
  presenter_->sender.reseal(now);
  presenter_->sender.poll(now);
  return viewers_.size() - 1;
}

void PictureWorld::leave(std::size_t at) {
  Viewer& viewer = *viewers_[at];
  if (!viewer.here) return;
  viewer.here = false;
  relay_.remove_receiver(viewer.self);
  links_.erase(conn_of(viewer.self));
  relay_.announce(Epoch{++epoch_}, now);
}

void PictureWorld::send(relay::ConnId conn, relay::SharedBytes frame) {
  if (conn == conn_of(kPresenter)) {
    auto request = wire::decode(*frame);
    at(now + 1ms, [this, request] {
      const auto& asked = std::get<wire::KeyRequest>(*request);
      presenter_->sender.requested(asked.generation.value() == 0 ? presenter_->sender.generation() : asked.generation,
                                   asked.slots, now);
      presenter_->sender.poll(now);
    });
    return;
  }
  Link& link = links_.at(conn);
  link.queued += frame->size();
  link.busy = std::max(link.busy, now) +
              Duration(static_cast<std::int64_t>(1e9 * static_cast<double>(frame->size()) / link.rate));
  at(link.busy, [this, conn, size = frame->size()] {
    auto to = links_.find(conn);
    if (to == links_.end()) return;
    to->second.queued -= size;
    relay_.on_writable(ParticipantId{static_cast<std::uint16_t>(conn.value())});
  });
  auto packet = wire::parse_packet(ByteView(*frame).subspan(1));
  const wire::PacketHeader& header = packet->header;
  // Without the geometry of a screen nobody knows that there is one: links must not lose that.
  bool geometry = header.kind == wire::PacketKind::state && header.picture.slot == SlotId{0};
  unsigned dice = geometry ? 1000 : below(1000);
  if (dice < trouble.lost) return;
  Duration late = dice < trouble.lost + trouble.late ? Duration(std::chrono::milliseconds(below(60))) : Duration{};
  int copies = below(1000) < trouble.repeated ? 2 : 1;
  for (int i = 0; i < copies; ++i)
    at(link.busy + link.latency + late + i * 3ms, [this, conn, frame] {
      Viewer& viewer = *viewers_[conn.value() - 2];
      if (viewer.here) viewer.arrived(*frame);
    });
}

std::size_t PictureWorld::queued(relay::ConnId conn) const {
  auto at = links_.find(conn);
  return at == links_.end() ? 0 : at->second.queued;
}

bool PictureWorld::step(Instant limit) {
  Instant next = std::min(presenter_->sender.next_deadline(), relay_.next_deadline());
  for (const auto& viewer : viewers_)
    if (viewer->here) next = std::min(next, viewer->receiver.next_deadline());
  if (!queue_.empty()) next = std::min(next, queue_.begin()->first);
  if (next > limit) {
    now = limit;
    return false;
  }
  now = std::max(now, next);
  if (!queue_.empty() && queue_.begin()->first <= now) {
    auto what = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    what();
    return true;
  }
  if (presenter_->sender.next_deadline() <= now) presenter_->sender.poll(now);
  if (relay_.next_deadline() <= now) relay_.poll(now);
  for (const auto& viewer : viewers_)
    if (viewer->here && viewer->receiver.next_deadline() <= now) viewer->receiver.poll(now);
  most_memory_ = std::max(most_memory_, relay_.bytes());
  return true;
}

void PictureWorld::run(Duration time) {
  Instant end = now + time;
  while (step(end)) {
  }
}

bool PictureWorld::until(const std::function<bool()>& done, Duration limit) {
  Instant end = now + limit;
  while (!done())
    if (!step(end)) return done();
  return true;
}

bool PictureWorld::watches(std::size_t at) const { return viewers_[at]->here; }

bool PictureWorld::sees(std::size_t at) const {
  const Viewer& viewer = *viewers_[at];
  return viewer.receiver.exact() && codec::same_pixels(viewer.shown.view(), screen.view());
}

std::size_t PictureWorld::wrong(std::size_t at) const { return viewers_[at]->receiver.stats().wrong; }

std::size_t PictureWorld::films_seen(std::size_t at) const { return viewers_[at]->receiver.stats().films; }

const codec::Image& PictureWorld::shown(std::size_t at) const { return viewers_[at]->shown; }

std::string PictureWorld::state(std::size_t at) const {
  const Viewer& viewer = *viewers_[at];
  std::ostringstream out;
  out << "exact " << viewer.receiver.exact() << ", complete " << viewer.receiver.complete() << ", same pixels "
      << codec::same_pixels(viewer.shown.view(), screen.view()) << ", stale " << viewer.receiver.stale() << ", refused "
      << viewer.receiver.stats().refused << ", unproven " << viewer.receiver.stats().signed_bad << ", behind "
      << viewer.receiver.versions_behind();
  return out.str();
}

}  // namespace lotse::test
