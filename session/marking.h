// Pointing and drawing on shared screens: what this member shows on others', and what others may show on its own.
// docs/protocol/marks.md
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "session/core.h"
#include "session/presenting.h"
#include "session/screen_marks.h"
#include "session/watching.h"

namespace lotse::wire::pb {
class Mark;
}

namespace lotse::session {

/// The presenter of a screen keeps its marks, checks who may make them and tells them to all. Not thread-safe.
class Marking {
 public:
  Marking(Core& core, Presenting& presenting, Watching& watching)
      : core_(core), presenting_(presenting), watching_(watching) {}

  // From the program, on a screen that is watched or on an own one.
  using Refusal = std::optional<ErrorCode>;
  Refusal point(ParticipantId presenter, ScreenId screen, std::optional<Point> tip);  // nothing: nowhere any more
  Refusal draw(ParticipantId presenter, ScreenId screen, StrokePart part);
  Refusal undo(ParticipantId presenter, ScreenId screen);
  enum class Whose : std::uint8_t { own, all };
  Refusal clear(ParticipantId presenter, ScreenId screen, Whose whose);
  /// None when that screen is not there.
  std::vector<Stroke> strokes(ParticipantId presenter, ScreenId screen) const;

  // From other members.
  /// False: it was not let through.
  bool on_mark(ParticipantId from, const wire::pb::Mark& mark);
  void members_changed();
  /// Own ones may have ended, and their marks with them.
  void screens_changed();

  void poll();
  Instant next_deadline() const;

 private:
  using Key = Watching::ScreenKey;
  /// An own arrow on somebody's screen: the newest is what is told, at most every wire::kStrokeGap.
  struct Pointing {
    std::optional<Point> waiting;
    Instant next{};
  };
  /// A stroke of ours that its presenter has not told yet.
  struct Untold {
    Key screen;
    Stroke stroke;
    Instant again{};
    int tries = 0;
  };
  bool may(ParticipantId member, Right right) const;
  Refusal say(Key screen, wire::pb::Mark& mark, Right right);
  void note_untold(Key screen, const StrokePart& part);
  bool is_told(const Untold& untold) const;
  void say_untold();
  void poll_own();

  Core& core_;
  Presenting& presenting_;
  Watching& watching_;
  std::map<ScreenId, ScreenMarks> own_;
  std::map<Key, Pointing> pointing_;
  std::vector<Untold> untold_;
};

}  // namespace lotse::session
