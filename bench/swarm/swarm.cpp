#include "bench/swarm/swarm.h"

#include <algorithm>

#include "crypto/rsa.h"

namespace lotse::bench {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr Duration kFrameOver = 3s;  // whoever has no frame by then was given a newer one instead
constexpr std::size_t kMostSpreads = 1u << 20;

double percentile(std::vector<float> values, double share) {
  if (values.empty()) return -1;
  auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

json spread_of(const std::vector<float>& values) {
  return {{"count", values.size()},
          {"p50", percentile(values, 0.5)},
          {"p95", percentile(values, 0.95)},
          {"p99", percentile(values, 0.99)},
          {"max", percentile(values, 1)}};
}

float ms_between(Instant from, Instant to) { return std::chrono::duration<float, std::milli>(to - from).count(); }

}  // namespace

Swarm::Swarm(net::Loop& loop, const program::Invitation& invitation, SwarmOptions options, Sink sink)
    : loop_(loop),
      relay_(invitation.relay.value()),
      pin_(invitation.pin.value()),
      session_number_(invitation.number),
      credentials_(invitation.credentials.value()),
      options_(std::move(options)),
      sink_(std::move(sink)),
      join_timer_(loop, [this] { join_next(); }),
      chat_timer_(loop, [this] { say_something(); }),
      point_timer_(loop, [this] { point_somewhere(); }),
      frame_timer_(loop, [this] { old_frames(); }),
      wanted_(options_.members) {
  if (options_.decode == Decode::all) loop_.start_decoders(net::Cage::open);
  if (options_.throttled > 0 && options_.throttle_mbit > 0)
    slow_ = std::make_unique<ThrottledPath>(relay_.port, options_.throttle_mbit * 1e6 / 8);
  make_keys();
}

Swarm::~Swarm() = default;

/// Each is used once, as by a real program; they are made ahead on the workers.
void Swarm::make_keys() {
  const int needed = std::min(std::max(1, options_.keys), wanted_ - static_cast<int>(members_.size()));
  for (; making_ + static_cast<int>(keys_.size()) < needed; ++making_)
    loop_.work([this, &loop = loop_, alive = std::weak_ptr<int>(alive_)] {
      auto key = std::make_shared<crypto::RsaKey>(crypto::RsaKey::make());
      loop.post([this, key, alive] {
        if (alive.expired()) return;
        --making_;
        keys_.push_back(key);
        if (net::Loop::now() >= next_join_) join_next();
      });
    });
}

void Swarm::add(int members) {
  wanted_ += std::clamp(members, 0, 10'000);
  make_keys();
}

void Swarm::join_next() {
  if (static_cast<int>(members_.size()) >= wanted_ || keys_.empty()) return;
  const int number = static_cast<int>(members_.size());
  session::ParticipantOptions options;
  options.number = session_number_;
  options.credentials = credentials_;
  options.name = options_.name + " " + std::to_string(number);
  options.ask = false;
  options.rsa = keys_.back();
  keys_.pop_back();
  Member::Events events;
  events.on_joined = [this](Member& m) { sink_({{"event", "joined"}, {"member", m.number()}, {"ms", m.join_ms()}}); };
  events.on_picture = [this](Member& m) {
    const bool whole = m.whole().ms >= 0;
    const Member::Reached& reached = whole ? m.whole() : m.usable();
    sink_(
        {{"event", whole ? "whole" : "usable"}, {"member", m.number()}, {"ms", reached.ms}, {"bytes", reached.bytes}});
  };
  events.on_frame_end = [this](Member& m, Member::ScreenKey key, SlotVersion version) { frame_ended(m, key, version); };
  events.on_ended = [this](Member& m, const std::string& reason) {
    sink_({{"event", "ended"}, {"member", m.number()}, {"reason", reason}});
  };
  net::RelayAddress way = relay_;
  if (slow_ && number < options_.throttled) way = {"127.0.0.1", slow_->port()};
  members_.push_back(
      std::make_unique<Member>(loop_, number, way, pin_, std::move(options), options_.decode, std::move(events)));
  if (number == 0 && options_.chat_per_s > 0) say_something();
  if (number == 0 && options_.pointers > 0) point_somewhere();
  next_join_ = net::Loop::now() + std::chrono::microseconds(static_cast<long>(options_.join_gap_ms * 1000));
  join_timer_.set(next_join_);
  make_keys();
}

void Swarm::say_something() {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = *members_[speaker_++ % members_.size()];
    if (!member.joined() || member.ended()) continue;
    member.chat("Line " + std::to_string(speaker_) + " of the swarm: how long does it take to be everywhere?");
    if (speaker_ % 16 == 0) member.raise_hand(speaker_ % 32 == 0);
    break;
  }
  chat_timer_.set(net::Loop::now() + std::chrono::microseconds(static_cast<long>(1e6 / options_.chat_per_s)));
}

void Swarm::point_somewhere() {
  ++point_step_;
  int left = options_.pointers;
  for (const auto& member : members_) {
    if (left-- == 0) break;
    if (member->joined() && !member->ended())
      member->point({100 + (point_step_ * 7 + member->number() * 50) % 800, 100 + (point_step_ * 3) % 500});
  }
  point_timer_.set(net::Loop::now() + 100ms);
}

void Swarm::frame_ended(const Member& member, Member::ScreenKey key, SlotVersion version) {
  const Instant now = net::Loop::now();
  auto [at, first] = frames_.try_emplace({key.first, key.second, version});
  Frame& frame = at->second;
  if (first) {
    frame.first = now;
    if (frames_.size() == 1) frame_timer_.set(now + kFrameOver);
  }
  (throttled(member) ? frame.throttled_ms : frame.later_ms).push_back(ms_between(frame.first, now));
}

void Swarm::old_frames() {
  const Instant now = net::Loop::now();
  Instant next = Instant::never();
  for (auto at = frames_.begin(); at != frames_.end();) {
    if (now - at->second.first < kFrameOver) {
      next = std::min(next, at->second.first + kFrameOver);
      ++at;
      continue;
    }
    const Frame& frame = at->second;
    auto [presenter, screen, version] = at->first;
    if (options_.frames) tell_frame({presenter, screen}, version, frame);
    if (spread_ms_.size() < kMostSpreads)
      spread_ms_.insert(spread_ms_.end(), frame.later_ms.begin(), frame.later_ms.end());
    if (throttled_spread_ms_.size() < kMostSpreads)
      throttled_spread_ms_.insert(throttled_spread_ms_.end(), frame.throttled_ms.begin(), frame.throttled_ms.end());
    at = frames_.erase(at);
  }
  frame_timer_.set(next);
}

void Swarm::tell_frame(Member::ScreenKey key, SlotVersion version, const Frame& frame) {
  sink_({{"event", "frame"},
         {"presenter", key.first.value()},
         {"screen", key.second.value()},
         {"version", version.value()},
         {"first_ns", frame.first.since_start().count()},
         {"members", frame.later_ms.size()},
         {"p95_ms", percentile(frame.later_ms, 0.95)},
         {"last_ms", percentile(frame.later_ms, 1)},
         {"throttled", frame.throttled_ms.size()}});
}

json Swarm::stats() const {
  json list = json::array();
  std::uint64_t bytes = 0;
  int joined = 0, whole = 0, ended = 0;
  std::vector<float> ages;
  for (const auto& m : members_) {
    Ledger::Stats of;
    std::size_t behind = 0;
    for (const auto& [key, ledger] : m->screens()) {
      of.updates += ledger.stats().updates;
      of.frames += ledger.stats().frames;
      of.old += ledger.stats().old;
      behind += ledger.behind();
      const auto& more = ledger.stats().manifest_age_ms;
      ages.insert(ages.end(), more.begin(), more.end());
    }
    bytes += m->bytes_in();
    joined += m->joined(), ended += m->ended(), whole += m->exact();
    list.push_back({{"member", m->number()},
                    {"throttled", throttled(*m)},
                    {"bytes_in", m->bytes_in()},
                    {"updates", of.updates},
                    {"old", of.old},
                    {"frames", of.frames},
                    {"behind", behind},
                    {"exact", m->exact()},
                    {"chat", m->chat_lines()},
                    {"forged", m->forged()},
                    {"replayed", m->replayed()},
                    {"usable_ms", m->usable().ms},
                    {"usable_bytes", m->usable().bytes},
                    {"whole_ms", m->whole().ms},
                    {"whole_bytes", m->whole().bytes}});
  }
  return {{"joined", joined},
          {"exact", whole},
          {"ended", ended},
          {"bytes_in", bytes},
          {"manifest_age_ms", spread_of(ages)},
          {"frame_spread_ms", spread_of(spread_ms_)},
          {"throttled_spread_ms", spread_of(throttled_spread_ms_)},
          {"members", list}};
}

void Swarm::leave() {
  join_timer_.set(Instant::never());
  chat_timer_.set(Instant::never());
  point_timer_.set(Instant::never());
  for (auto& member : members_)
    if (!member->ended()) member->leave();
}

}  // namespace lotse::bench
