#include "direct/fan.h"

#include <algorithm>

namespace lotse::direct {
namespace {

/// The relay's seat among the viewers: nobody's index, for kEverybody is never given.
constexpr ParticipantId kRelay = kEverybody;
constexpr std::size_t kMostRequests = 64;

relay::ConnId conn_of(ParticipantId id) { return relay::ConnId{id.value()}; }

}  // namespace

Fan::Fan(ParticipantId self, Ways ways, Instant now) : self_(self), ways_(std::move(ways)), pictures_(*this) {
  pictures_.add_receiver(self_, conn_of(self_), now);
  pictures_.add_receiver(kRelay, conn_of(kRelay), now, relay::Pictures::Holds::all);
  pictures_.set_keeps(kRelay);
}

Fan::~Fan() = default;

void Fan::on_packet(const wire::PacketHeader& header, Bytes frame, Instant now) {
  if (header.epoch > pictures_.epoch()) pictures_.announce(header.epoch, now);
  // What belongs to pictures that passed before this was here is for the relay, which has them.
  const bool builds_on_others = header.kind == wire::PacketKind::sign || header.kind == wire::PacketKind::film;
  if (builds_on_others && !screens_.contains(header.picture.screen)) {
    if (relay_) ways_.send_to_relay(std::make_shared<const Bytes>(std::move(frame)));
    return;
  }
  const bool first = screens_.insert(header.picture.screen).second;
  // Of keys that went to the relay before this was here, too.
  if (header.kind == wire::PacketKind::sign) pictures_.owe_sign(kRelay, relay::stream_of(header), header.picture.batch);
  pictures_.on_packet(header, relay::metered(std::move(frame), meter_, meter_), now);
  if (first) pictures_.began_before(relay::stream_of(header));
}

void Fan::add(ParticipantId viewer, bool lacks_all, Instant now) {
  using Holds = relay::Pictures::Holds;
  lacks_all = lacks_all || !relay_;
  viewers_.insert(viewer);
  pictures_.add_receiver(viewer, conn_of(viewer), now, lacks_all ? Holds::nothing : Holds::all);
  all_asked_ = all_asked_ || lacks_all;
}

void Fan::remove(ParticipantId viewer) {
  if (viewers_.erase(viewer) > 0) pictures_.remove_receiver(viewer);
}

void Fan::on_request(ParticipantId viewer, const wire::KeyRequest& request, Instant now) {
  if (request.source == self_) pictures_.on_request(viewer, request, now);
}

void Fan::set_relay(bool wanted, Instant now) {
  relay_ = wanted;
  pictures_.remove_receiver(kRelay);
  if (!wanted) return;
  pictures_.add_receiver(kRelay, conn_of(kRelay), now);
  pictures_.set_keeps(kRelay);
  all_asked_ = true;
}

void Fan::on_relay_request(const wire::KeyRequest& request, Instant now) {
  // It keeps them itself, and asks for members who cannot open what it has.
  if (relay_ && request.source == self_) pictures_.on_request_anew(kRelay, request, now);
}

void Fan::on_relay_writable() { pictures_.on_writable(kRelay); }

std::size_t Fan::queued() const {
  std::size_t least = relay_ ? ways_.relay_queued() : SIZE_MAX;
  for (ParticipantId viewer : viewers_) least = std::min(least, ways_.queued(viewer));
  return least == SIZE_MAX ? 0 : least;
}

std::vector<wire::KeyRequest> Fan::take_requests() {
  if (std::exchange(all_asked_, false)) {  // also screens that never passed here
    requests_.clear();
    for (std::uint8_t screen = 0; screen < wire::kMaxScreens; ++screen)
      requests_.push_back({self_, ScreenId{screen}, {}, {}});
  }
  return std::exchange(requests_, {});
}

void Fan::send(relay::ConnId conn, Frame frame) {
  if (conn == conn_of(kRelay)) return ways_.send_to_relay(std::move(frame));
  if (conn != conn_of(self_))
    return ways_.send(ParticipantId{static_cast<std::uint16_t>(conn.value())}, std::move(frame));
  auto asked = wire::decode(*frame);
  auto* request = asked ? std::get_if<wire::KeyRequest>(&*asked) : nullptr;
  if (request != nullptr && requests_.size() < kMostRequests) requests_.push_back(std::move(*request));
}

std::size_t Fan::queued(relay::ConnId conn) const {
  if (conn == conn_of(kRelay)) return ways_.relay_queued();
  if (conn == conn_of(self_)) return 0;
  return ways_.queued(ParticipantId{static_cast<std::uint16_t>(conn.value())});
}

}  // namespace lotse::direct
