// The marks on one shared screen, as its presenter keeps them and tells them to all. docs/protocol/marks.md
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "session/marks_message.h"
#include "wire/limits.h"

namespace lotse::session {

/// Whoever calls has checked who may. Bounded whatever members do: where there is no room, the oldest stroke of the one
/// who has drawn most goes. Not thread-safe.
class ScreenMarks {
 public:
  /// While `most` others move theirs, it waits until one of them rests.
  void point(ParticipantId member, Point tip, std::size_t most, Instant now);
  void point_off(ParticipantId member);
  /// Begins a stroke, or goes on with the one of that member and number. False: what comes before it is not here.
  bool draw(StrokePart part, Instant now);
  /// The member's last one. False: there is none.
  bool undo(ParticipantId member);
  /// Those of that member; nothing: all of them.
  void clear(std::optional<ParticipantId> member);

  std::vector<Arrow> arrows() const;
  /// In their order.
  std::vector<Stroke> strokes() const;
  std::size_t stroke_count() const { return kept_.size(); }

  /// What all are to be told now: the payload of that channel of STATE. Some of it waits for its time.
  using Tell = std::function<void(std::uint32_t channel, const std::string& payload)>;
  /// True: what arrows() and strokes() say has changed since the last time.
  bool poll(Instant now, const Tell& tell);
  Instant next_deadline() const;

 private:
  struct Pointer {
    ParticipantId member;
    std::optional<Point> shown, wanted;  // wanted: as soon as another one rests
    Instant moved{};
  };
  struct Kept : KeptStroke {
    Instant touched{};
    std::size_t bytes = 0;              // in a page
    std::optional<std::size_t> page{};  // none: it is fresh
  };
  struct Page {
    std::size_t bytes = 0;
    bool due = false;
  };
  std::size_t moving(const Pointer& besides, Instant now) const;
  void show(Pointer& pointer, Point tip, Instant now);
  void show_waiting(Instant now);
  void drop(std::size_t at);
  void put_away(std::size_t at);
  std::optional<std::size_t> room_for(std::size_t bytes) const;
  void make_room(std::size_t spare);
  void fade(Instant now);
  void age(Instant now);
  std::size_t fresh_points() const;
  std::string arrows_payload() const;
  std::string strokes_payload(std::optional<std::size_t> page) const;

  std::vector<Pointer> pointers_;
  std::vector<Kept> kept_;  // in their order
  std::array<Page, wire::kStrokePages> pages_;
  std::uint32_t next_order_ = 1;
  std::size_t most_ = wire::kArrowsMoving;
  bool arrows_due_ = false, fresh_due_ = false, changed_ = false;
  Instant arrows_at_{}, fresh_at_{};  // may be told then
  Instant now_{};
};

}  // namespace lotse::session
