// What of a picture becomes sharper next, and how much of the link that may take.
#pragma once
#include <cstdint>
#include <vector>

#include "base/geometry.h"
#include "base/ids.h"
#include "base/time.h"
#include "codec/slot_codec.h"

namespace lotse::session {

/// Text and what lies around the pointer become sharp first. At most a fifth of the link's rate goes there while
/// somebody works; where nothing has changed for two seconds nobody waits for the rest of it. Not thread-safe.
class Refinement {
 public:
  struct Candidate {
    SlotId slot;
    codec::Rank rank;  // as viewers have it
    bool text = false;
    Rect area;  // of the screen
  };

  void set_pointer(Point position) { pointer_ = position; }
  /// The most urgent first: coarse before nearly exact, then text, then those nearest the pointer. At most `most`.
  void order(std::vector<Candidate>& candidates, std::size_t most) const;

  /// `rate`: of the link, bytes a second. `still`: how long nothing on the screen has changed.
  bool may(double rate, Duration still, Instant now);
  void spent(std::size_t bytes) { left_ -= static_cast<double>(bytes); }

  static constexpr double kShare = 0.2;  // of the link
  static constexpr Duration kLongStill = std::chrono::seconds(2);

 private:
  Point pointer_;
  double left_ = 0;  // bytes that may be spent; below zero: too much was
  Instant filled_{};
};

}  // namespace lotse::session
