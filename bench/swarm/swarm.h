// Many members on one loop: who joins when, what they say, and what all of them together have seen.
#pragma once
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/swarm/member.h"
#include "bench/swarm/throttled_path.h"
#include "crypto/identity.h"
#include "program/invitation.h"

namespace lotse::bench {

struct SwarmOptions {
  int members = 10;
  int keys = 8;              // RSA keys that are made ahead: one takes up to a second
  double join_gap_ms = 120;  // a master takes ten joins a second
  double chat_per_s = 0;     // lines of all members together
  int pointers = 0;          // of so many members an arrow flies, ten steps a second
  double throttle_mbit = 0;  // of `throttled` of them, the first ones; 0: none
  int throttled = 0;
  Decode decode = Decode::none;
  bool frames = false;  // an event for each frame end
  std::string name = "Swarm";
};

/// Lives on the loop. Tells events as JSON; "t" is still missing.
class Swarm {
 public:
  using Sink = std::function<void(nlohmann::json)>;
  Swarm(net::Loop& loop, const program::Invitation& invitation, SwarmOptions options, Sink sink);
  ~Swarm();

  /// So many more members join, one after another.
  void add(int members);
  nlohmann::json stats() const;
  void leave();

 private:
  /// A frame end of one screen on its way through the members.
  struct Frame {
    Instant first;
    std::vector<float> later_ms;  // after the first
    std::vector<float> throttled_ms;
  };
  void make_keys();
  void join_next();
  void say_something();
  void point_somewhere();
  void frame_ended(const Member& member, Member::ScreenKey key, SlotVersion version);
  void tell_frame(Member::ScreenKey key, SlotVersion version, const Frame& frame);
  void old_frames();
  bool throttled(const Member& member) const { return member.number() < options_.throttled; }

  net::Loop& loop_;
  net::RelayAddress relay_;
  program::RelayLink::Key pin_;
  std::string session_number_;
  crypto::Credentials credentials_;
  SwarmOptions options_;
  Sink sink_;
  net::Loop::Timer join_timer_, chat_timer_, point_timer_, frame_timer_;
  std::unique_ptr<ThrottledPath> slow_;
  std::vector<std::shared_ptr<crypto::RsaKey>> keys_;
  std::vector<std::unique_ptr<Member>> members_;
  int wanted_ = 0, making_ = 0;
  Instant next_join_{};
  std::size_t speaker_ = 0;
  int point_step_ = 0;
  std::map<std::tuple<ParticipantId, ScreenId, SlotVersion>, Frame> frames_;
  std::vector<float> spread_ms_, throttled_spread_ms_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::bench
