// By which way what is sent and seen travels: by the relay or from member to member, and what is told of it.
#include <cmath>
#include <nlohmann/json.hpp>

#include "program/engine.h"

namespace lotse::program {

using nlohmann::json;

void Engine::send(Bytes frame) {
  if (direct_) direct_->send(std::move(frame));
}

std::size_t Engine::queued() const { return direct_ ? direct_->queued() : 0; }

void Engine::open_ways() {
  DirectWays::Events events;
  events.to_relay = [this](Bytes frame) {
    if (relay_) relay_->send(std::move(frame));
  };
  events.relay_queued = [this] { return relay_ ? relay_->queued() : 0; };
  events.to_session = [this](ByteView frame) {
    with_session([&](session::Session& s) { s.on_frame(frame, net::Loop::now()); });
  };
  events.signal = [this](ParticipantId member, const wire::DirectSignal& signal) {
    if (session_) session_->tell_direct(member, signal, net::Loop::now());
  };
  events.on_way = [this](ParticipantId member) { tell_way(member); };
  events.on_drained = [this] { with_session([](session::Session& s) { s.on_drained(net::Loop::now()); }); };
  events.ask_trial = [this] { return relay_ && relay_->ask_trial(); };
  events.is_local = [this] { return relay_ && relay_->is_local(); };
  direct_ = std::make_unique<DirectWays>(loop_, direct_wish(path_wish(options_.path).value_or(PathWish::automatic)),
                                         std::move(events));
  members_changed_ = true;
}

// We are inside of the session, which is not to be called from here.
void Engine::on_direct(ParticipantId from, const wire::DirectSignal& signal) {
  loop_.post([this, from, signal, alive = std::weak_ptr<int>(session_alive_)] {
    if (!alive.expired() && direct_) direct_->on_signal(from, signal);
  });
}

void Engine::update_ways() {
  if (!std::exchange(members_changed_, false) || !direct_ || !session_->core()) return;
  update_files();
  const session::Core& core = *session_->core();
  direct::Members members{core.self, {}, {}, {}, session_->is_admitted()};
  for (const session::Member& member : core.roster.members) {
    if (member.id == core.self) continue;
    members.others.insert(member.id);
    if (member.sharing) members.watched.insert(member.id);
  }
  for (const auto& [key, receiver] : session_->watching()->screens()) members.watched.insert(key.first);
  members.whole = session_->watching()->whole();
  direct_->update(std::move(members));
}

std::string Engine::path_name() const {
  if (relay_ && relay_->path().udp) return "udp";
  return relay_ && !relay_->proxy().empty() ? "proxy" : "tls";
}

Engine::Way Engine::way_by_relay() const {
  if (!relay_) return {path_name(), "relay", 0, 0, 0, ""};
  net::PathState path = relay_->path();
  return {path_name(), "relay", relay_->stats().rtt_ms, path.loss_pct, path.rate_bps, ""};
}

Engine::Way Engine::way_to(ParticipantId member) const {
  direct::WayState way = direct_ ? direct_->state(member) : direct::WayState{};
  if (way.direct) return {"direct", way.via, way.rtt_ms, way.loss_pct, way.rate_bps, ""};
  Way relay = way_by_relay();
  relay.why = way.why_not;
  return relay;
}

Engine::Way Engine::own_way() const {
  auto viewed = views_.viewed();
  Way way = viewed ? way_to(viewed->first) : way_by_relay();
  if (!viewed && direct_ && direct_->served() > 0) {
    std::vector<ParticipantId> others = session_->core()->others();
    auto by_relay = std::find_if(others.begin(), others.end(), [&](auto id) { return !direct_->state(id).direct; });
    if (by_relay == others.end()) by_relay = others.begin();
    if (by_relay != others.end()) way = way_to(*by_relay);
  }
  if (way.path != "direct" && session_) way.rtt_ms = std::max(way.rtt_ms, session_->rtt_ms());
  return way;
}

json Engine::Way::to_json() const {
  return {{"path", path},         {"via", via},           {"rtt_ms", std::round(rtt_ms * 10) / 10},
          {"loss_pct", loss_pct}, {"rate_bps", rate_bps}, {"why", why}};
}

void Engine::add_way(json& member) const {
  Way way =
      member["participant"] == self_ ? own_way() : way_to(ParticipantId{member["participant"].get<std::uint16_t>()});
  member["path"] = way.path;
  member["via"] = way.via;
}

json Engine::all_ways() const {
  json ways = json::array();
  if (!session_ || !session_->core()) return ways;
  for (ParticipantId id : session_->core()->others()) {
    json way = way_to(id).to_json();
    way["participant"] = id.value();
    ways.push_back(std::move(way));
  }
  return ways;
}

void Engine::do_paths(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  if (c.contains("watch")) ways_timer_.set(c["watch"].get<bool>() ? net::Loop::now() : Instant::never());
  answer.ok({{"paths", all_ways()}});
}

void Engine::tell_way(ParticipantId member) {
  json event = way_to(member).to_json();
  event["event"] = "path";
  event["participant"] = member.value();
  emit(std::move(event));
}

// When it has changed by what a person would notice.
void Engine::tell_path() {
  if (!session_ || !session_->core() || !session_->core()->attached) return;
  Way way = own_way();
  bool same_path = told_path_ == way.path;
  if (same_path && told_rtt_ms_ >= 0 && std::abs(way.rtt_ms - told_rtt_ms_) < std::max(10.0, told_rtt_ms_ / 3)) return;
  told_rtt_ms_ = way.rtt_ms;
  told_path_ = way.path;
  json event = way.to_json();
  event["event"] = "path";
  event["participant"] = self_;
  emit(std::move(event));
}

}  // namespace lotse::program
