// Which part of a screen keeps moving, so that it goes as a film: decided from what each capture changed.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "codec/frame.h"

namespace lotse::session {

enum class Films { off, on };

/// Not thread-safe. Slots move when they change again and again and are coded as photos are; a film needs many of them
/// side by side.
class FilmDirector {
 public:
  static constexpr std::size_t kLeastSlots = 40;

  explicit FilmDirector(std::size_t least_slots = kLeastSlots) : least_slots_(least_slots) {}
  void reset(const codec::SlotGrid& grid);
  /// A capture has begun; then the slots that it changed.
  void captured(Instant now);
  void changed(SlotId slot, Instant now);

  using Judge = std::function<bool(SlotId)>;
  /// The rectangle, in slots, of the largest group that moves; looks at most every 100 ms. `photo`: whether viewers
  /// have the slot as a photo of its own; `taken`: whether it belongs to a film already.
  std::optional<Rect> moving(const Judge& photo, const Judge& taken, Instant now);

 private:
  struct Slot {
    Instant since, last;  // of changes that follow one another closely
  };
  bool moves(const Slot& slot, Instant now) const;
  Rect trimmed(Rect box, const std::vector<bool>& marked) const;
  std::size_t count(const Rect& box, const std::vector<bool>& marked) const;

  std::size_t least_slots_;
  codec::SlotGrid grid_;
  std::vector<Slot> slots_;
  Instant captured_{}, looked_{};
  Duration gap_{};  // between captures, on average
};

/// Sees how much of a box really changes, and how far that reaches into the slots around it: the film's border lies
/// where its pixels do, not where its slots do.
class FilmBorder {
 public:
  static constexpr int kLooks = 5;  // captures

  FilmBorder(const codec::SlotGrid& grid, const Rect& box) : grid_(grid), box_(box) {}
  const Rect& box() const { return box_; }
  void captured() { ++looks_; }
  void look(SlotId slot, const std::shared_ptr<const codec::Image>& pixels);
  /// The rectangle in pixels, when enough captures were seen.
  std::optional<Rect> looked() const;

 private:
  codec::SlotGrid grid_;
  Rect box_;
  struct Seen {  // a slot at the border or next to it
    SlotId slot;
    std::shared_ptr<const codec::Image> pixels;
    Rect changed;
    int times = 0;
  };
  Rect reach(const Rect& side) const;
  std::vector<Seen> seen_;
  Rect inner_;  // changed, of the slots within
  int looks_ = 0;
};

}  // namespace lotse::session
