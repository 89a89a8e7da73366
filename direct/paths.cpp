#include "direct/paths.h"

#include <algorithm>

#include "base/ip_address.h"
#include "base/log.h"
#include "crypto/secret.h"
#include "wire/limits.h"

namespace lotse::direct {
namespace {

using net::link::Carrier;
using net::link::Endpoint;
using net::link::SharedFrame;
using net::link::Side;

constexpr Duration kAnswerGap = std::chrono::seconds(5);
constexpr std::uint16_t kNoPort = 1;  // in GRANT, which must name one: candidates say where

Endpoint endpoint_of(const wire::Candidate& candidate) { return {candidate.address, candidate.port, {}, 0}; }

std::optional<wire::PacketHeader> header_of(ByteView frame) {
  if (frame.empty() || frame[0] != wire::kPacketFrame) return std::nullopt;
  auto packet = wire::parse_packet(frame.subspan(1));
  return packet ? std::optional(packet->header) : std::nullopt;
}

bool is_picture(const std::optional<wire::PacketHeader>& header) {
  return header && header->kind != wire::PacketKind::message;
}

void add(net::link::LinkStats& to, const net::link::LinkStats& more) {
  to.bytes_in += more.bytes_in, to.bytes_out += more.bytes_out;
  to.packets_in += more.packets_in, to.packets_out += more.packets_out;
  to.lost += more.lost;
}

}  // namespace

/// One end of a way. The viewer's asks, as a client does of a relay; the presenter's grants.
struct Paths::Way final : net::link::CarrierHost {
  Way(Paths& of, bool we_present, ParticipantId whom)
      : paths(of),
        presenting(we_present),
        other(whom),
        carrier(we_present ? Side::relay : Side::client, *this, of.held_, of.random_, Duration(wire::kDirectSilence)) {}

  // CarrierHost. What goes "by TLS" goes by the relay.
  void send_tls(SharedFrame frame) override {
    if (wire::is_udp_frame(*frame)) {
      wire::DirectSignal signal{presenting, !presenting && paths.wish_ == Wish::only, *frame, {}};
      bool opens = (*frame)[0] == wire::kUdpAskFrame || (*frame)[0] == wire::kUdpGrantFrame;
      if (opens) signal.candidates = paths.host_.candidates();
      return paths.signal(other, signal);
    }
    // The relay has them anyway, or asks for what it needs.
    if (presenting && is_picture(header_of(*frame))) return;
    paths.host_.to_relay(*frame);
  }
  void deliver(Bytes frame) override { paths.deliver(*this, std::move(frame)); }
  wire::UdpGrant grant() override {
    wire::UdpGrant grant;
    if (paths.wish_ == Wish::off || paths.viewers_served() >= wire::kMaxDirectViewers) return grant;
    crypto::fill_random(grant.id);
    crypto::fill_random(grant.secret);
    grant.ports = {kNoPort};
    return grant;
  }
  std::vector<Endpoint> candidates() override {
    std::vector<Endpoint> all;
    for (const auto& candidate : theirs) all.push_back(endpoint_of(candidate));
    return all;
  }
  std::vector<Endpoint> reach(const std::vector<std::uint16_t>&) override { return candidates(); }
  void udp_failed(UdpFailure failure) override {
    failed = true;
    refused = failure == UdpFailure::refused;
  }

  std::string via() const {
    const auto* link = carrier.link();
    if (link == nullptr || !link->peer()) return "";
    const Endpoint& at = *link->peer();
    if (!is_v4(at.address)) return is_private(at.address) ? "lan" : "ipv6";
    for (const auto& candidate : theirs)
      if (candidate.address == at.address && candidate.port == at.port) {
        if (candidate.kind == wire::Candidate::Kind::mapped) return "mapped";
        if (candidate.kind == wire::Candidate::Kind::host) return "lan";
      }
    return is_private(at.address) ? "lan" : "punched";
  }

  Paths& paths;
  const bool presenting;
  const ParticipantId other;
  std::vector<wire::Candidate> theirs;
  bool lacks_all = false;  // the viewer, of what came before
  bool failed = false, refused = false;
  bool up = false;    // what we send goes this way
  bool told = false;  // the viewer's: the relay knows
  Instant tell_at = Instant::never();
  Carrier carrier;
};

Paths::Paths(PathsHost& host, Wish wish, net::link::PathProver::Random random)
    : host_(host), wish_(wish), random_(std::move(random)), held_{0, wire::kHeldByClient} {}

Paths::~Paths() = default;

Paths::Way* Paths::find(bool presenting, ParticipantId other) const {
  auto at = ways_.find({presenting, other});
  return at == ways_.end() ? nullptr : at->second.get();
}

Paths::Way& Paths::open(bool presenting, ParticipantId other) {
  auto& way = ways_[{presenting, other}];
  way = std::make_unique<Way>(*this, presenting, other);
  if (presenting)
    way->carrier.admit(now_);
  else
    way->carrier.ready(now_);
  return *way;
}

void Paths::close(std::map<Key, std::unique_ptr<Way>>::iterator at) {
  Way& way = *at->second;
  add(before_, way.carrier.stats());
  if (fan_ && way.presenting) fan_->remove(way.other);
  if (way.told) tell_relay(way, false);
  bool was_up = way.up;
  ParticipantId other = way.other;
  ways_.erase(at);
  if (was_up) host_.on_way(other);
}

std::size_t Paths::viewers_served() const {
  auto served = [](const auto& way) { return way.second->presenting && way.second->carrier.id().has_value(); };
  return static_cast<std::size_t>(std::count_if(ways_.begin(), ways_.end(), served));
}

// --- who is there ----------------------------------------------------------------------------------------------------

void Paths::set_wish(Wish wish, Instant now) {
  now_ = now;
  if (wish == std::exchange(wish_, wish)) return;
  for (auto& [key, way] : ways_)  // one that is not wanted says BACK, and is closed when that is over
    way->carrier.want(wish == Wish::off ? Carrier::Want::tls : Carrier::Want::udp, now);
  if (fan_) fan_->set_relay(relay_wants_ && wish != Wish::only, now);
  members_changed_ = true;
}

void Paths::update(Members members, Instant now) {
  now_ = now;
  if (members.self != members_.self) fan_.reset(), relay_wants_ = true;
  members_ = std::move(members);
  members_changed_ = true;
}

void Paths::apply_members() {
  members_changed_ = false;
  std::erase_if(answered_, [&](const auto& entry) { return !members_.others.contains(entry.first.second); });
  if (wish_ == Wish::only) make_fan();
  for (auto at = ways_.begin(); at != ways_.end();) {
    auto next = std::next(at);
    auto [presenting, other] = at->first;
    bool wanted = members_.others.contains(other) && (presenting || members_.watched.contains(other));
    if (!wanted || (wish_ == Wish::off && at->second->carrier.is_idle())) close(at);
    at = next;
  }
  if (!members_.admitted) return;
  if (std::exchange(say_again_, false))
    for (auto& [key, way] : ways_) way->carrier.say_again(now_);
  if (wish_ == Wish::off) return;
  for (ParticipantId presenter : members_.watched) {
    if (!members_.others.contains(presenter) || find(false, presenter) != nullptr) continue;
    Way& way = open(false, presenter);
    way.carrier.want(Carrier::Want::udp, now_);
    if (wish_ == Wish::only) tell_relay(way, true);
  }
}

void Paths::on_new_connection() {
  relay_wants_ = true;
  if (fan_) fan_->set_relay(wish_ != Wish::only, now_);
  for (auto& [key, way] : ways_) {
    if (std::exchange(way->told, false)) way->tell_at = now_;
    say_again_ = true;
  }
}

void Paths::on_candidates(bool network_changed, Instant now) {
  now_ = now;
  for (auto& [key, way] : ways_) {
    if (!way->up && !way->carrier.is_idle()) signal(way->other, {way->presenting, false, {}, host_.candidates()});
    if (network_changed && !way->presenting) way->carrier.ask_soon(now);
  }
}

// --- out -------------------------------------------------------------------------------------------------------------

void Paths::make_fan() {
  if (fan_ || members_.self == kEverybody) return;
  fan_ = std::make_unique<Fan>(
      members_.self,
      Fan::Ways{[this](ParticipantId viewer, Fan::Frame frame) {
                  if (Way* way = find(true, viewer)) way->carrier.send(std::move(frame));
                },
                [this](ParticipantId viewer) {
                  Way* way = find(true, viewer);
                  return way != nullptr ? way->carrier.queued() : 0;
                },
                [this](Fan::Frame frame) { host_.to_relay(*frame); }, [this] { return host_.relay_queued(); }},
      now_);
  if (wish_ == Wish::only || !relay_wants_) fan_->set_relay(false, now_);
}

/// Input follows its way from the beginning on, so that its order holds; files take either of two as long as it is up.
Paths::Way* Paths::way_for(const wire::PacketHeader& header, net::link::TrafficClass traffic) const {
  if (traffic == net::link::TrafficClass::input) return find(false, header.destination);
  if (traffic != net::link::TrafficClass::files) return nullptr;
  for (bool presenting : {false, true})
    if (Way* way = find(presenting, header.destination); way != nullptr && way->up) return way;
  return nullptr;
}

void Paths::send(Bytes frame, Instant now) {
  now_ = now;
  if (signalling_ || (ways_.empty() && !fan_)) return host_.to_relay(std::move(frame));
  if (auto header = header_of(frame)) {
    if (is_picture(header)) {
      if (fan_) return fan_->on_packet(*header, std::move(frame), now);
    } else if (Way* way = way_for(*header, net::link::class_of(frame))) {
      return way->carrier.send(std::make_shared<const Bytes>(std::move(frame)));
    }
  } else if (!frame.empty() && frame[0] == wire::kKeyRequestFrame) {
    auto asked = wire::decode(frame);
    auto* request = asked ? std::get_if<wire::KeyRequest>(&*asked) : nullptr;
    Way* way = request != nullptr ? find(false, request->source) : nullptr;
    if (way != nullptr && way->up) return way->carrier.send(std::make_shared<const Bytes>(std::move(frame)));
  }
  host_.to_relay(std::move(frame));
}

std::size_t Paths::queued() const { return fan_ ? fan_->queued() : host_.relay_queued(); }

void Paths::on_relay_writable() {
  if (fan_) fan_->on_relay_writable();
}

// --- in --------------------------------------------------------------------------------------------------------------

bool Paths::on_relay_frame(ByteView frame, Instant now) {
  now_ = now;
  if (frame.empty() || (frame[0] != wire::kKeyRequestFrame && frame[0] != wire::kWantedFrame)) return false;
  auto decoded = wire::decode(frame);
  if (!decoded) return false;
  if (auto* wanted = std::get_if<wire::Wanted>(&*decoded)) {
    if (wanted->wanted == std::exchange(relay_wants_, wanted->wanted)) return true;
    if (!fan_ && !relay_wants_) make_fan();
    if (fan_) fan_->set_relay(relay_wants_ && wish_ != Wish::only, now);
    return true;
  }
  if (!fan_) return false;
  auto* request = std::get_if<wire::KeyRequest>(&*decoded);
  if (request != nullptr) fan_->on_relay_request(*request, now);
  return true;
}

void Paths::on_signal(ParticipantId from, const wire::DirectSignal& signal, Instant now) {
  now_ = now;
  if (!members_.others.contains(from)) return;
  Way* way = find(!signal.presenting, from);
  if (way == nullptr) {
    auto said = signal.frame.empty() ? std::nullopt : wire::decode(signal.frame);
    // It still has the way and we no longer do: we took nothing that it does not know of, and it is done with it.
    if (auto* back = said ? std::get_if<wire::UdpBack>(&*said) : nullptr) return answer_back(from, signal, *back);
    if (signal.presenting || !said || !std::holds_alternative<wire::UdpAsk>(*said)) return;
    way = &open(true, from);
  }
  if (!signal.candidates.empty()) {
    way->theirs = signal.candidates;
    way->carrier.try_these(way->candidates(), now);
  }
  if (!signal.frame.empty() && signal.frame[0] == wire::kUdpAskFrame) way->lacks_all = signal.lacks_all;
  if (!signal.frame.empty()) way->carrier.on_tls(signal.frame, now);
  follow(*way);
}

void Paths::on_datagram(ByteView datagram, const Endpoint& from, Instant now) {
  now_ = now;
  auto header = net::link::parse_clear_header(datagram);
  if (!header) return;
  for (auto& [key, way] : ways_)
    if (way->carrier.id() == header->id) {
      way->carrier.on_datagram(*header, datagram, from, now);
      return follow(*way);
    }
}

/// The other side says no more than a relay would let it say.
void Paths::deliver(Way& way, Bytes frame) {
  auto header = header_of(frame);
  if (header) {
    const bool of_file = net::link::class_of(frame) == net::link::TrafficClass::files;
    if (header->source != way.other || (!of_file && way.presenting == is_picture(header))) return;
    if (header->destination != kEverybody && header->destination != members_.self) return;
    return host_.to_session(frame);
  }
  if (!way.presenting || !fan_) return;
  auto asked = wire::decode(frame);
  if (auto* request = asked ? std::get_if<wire::KeyRequest>(&*asked) : nullptr)
    fan_->on_request(way.other, *request, now_);
}

/// After anything that a carrier did: has it moved?
void Paths::follow(Way& way) {
  const bool up = way.carrier.on_udp();
  if (up == way.up) return;
  way.up = up;
  way.failed = !up;
  if (way.presenting) {
    make_fan();
    up ? fan_->add(way.other, way.lacks_all, now_) : fan_->remove(way.other);
    drained_ = true;
  } else if (up) {
    way.tell_at = now_ + Duration(wire::kBothWays);
  } else {
    way.tell_at = Instant::never();
    if (way.told && wish_ != Wish::only) tell_relay(way, false);
  }
  log_info("way to participant " + std::to_string(way.other.value()) + (up ? " direct " + way.via() : " by the relay"));
  host_.on_way(way.other);
}

/// What came before the way was there comes by the relay: until it has, that is not let go.
bool Paths::may_tell_relay(const Way& way) const {
  return members_.admitted && (wish_ == Wish::only || members_.whole.contains(way.other));
}

void Paths::tell_relay(Way& way, bool elsewhere) {
  way.told = elsewhere;
  way.tell_at = Instant::never();
  host_.to_relay(wire::encode(wire::Elsewhere{way.other, elsewhere}));
}

/// Two that have both forgotten the way do not answer each other for ever.
void Paths::answer_back(ParticipantId from, const wire::DirectSignal& signal, const wire::UdpBack& back) {
  auto [at, first] = answered_.try_emplace({!signal.presenting, from}, now_);
  if (!first && now_ - at->second < kAnswerGap) return;
  at->second = now_;
  this->signal(from, {!signal.presenting, false, wire::encode(wire::UdpBack{back.id, {}}), {}});
}

void Paths::signal(ParticipantId member, const wire::DirectSignal& signal) {
  signalling_ = true;
  host_.signal(member, signal);
  signalling_ = false;
}

void Paths::serve_requests() {
  for (const auto& request : fan_->take_requests()) host_.to_session(wire::encode(request));
}

bool Paths::poll(Instant now, std::vector<net::link::Datagram>& out) {
  now_ = now;
  if (members_changed_) apply_members();
  bool drained = std::exchange(drained_, false);
  for (auto& [key, way] : ways_) {
    bool more = way->carrier.poll(now, out);
    follow(*way);
    if (more && way->presenting && fan_) fan_->on_writable(way->other);
    drained = drained || more;
    if (now >= way->tell_at && may_tell_relay(*way)) tell_relay(*way, true);
  }
  if (fan_) {
    fan_->poll(now);
    serve_requests();
  }
  return drained;
}

Instant Paths::next_deadline() const {
  Instant next = fan_ ? fan_->next_deadline() : Instant::never();
  for (const auto& [key, way] : ways_) {
    next = std::min(next, way->carrier.next_deadline());
    if (may_tell_relay(*way)) next = std::min(next, way->tell_at);
  }
  return next;
}

WayState Paths::state(ParticipantId member) const {
  WayState state;
  bool failed = false, refused = false;
  for (bool presenting : {false, true}) {
    const Way* way = find(presenting, member);
    if (way == nullptr) continue;
    failed = failed || way->failed;
    refused = refused || way->refused;
    if (!way->up || state.direct) continue;
    const auto* link = way->carrier.link();
    state = {true, way->via(), milliseconds(link->rtt()), link->loss() * 100, link->rate() * 8, ""};
  }
  if (state.direct) return state;
  if (wish_ == Wish::off)
    state.why_not = "off";
  else if (failed)
    state.why_not = refused ? "refused" : "no_answer";
  return state;
}

net::link::LinkStats Paths::stats() const {
  net::link::LinkStats all = before_;
  for (const auto& [key, way] : ways_) add(all, way->carrier.stats());
  return all;
}

}  // namespace lotse::direct
