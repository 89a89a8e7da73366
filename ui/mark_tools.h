// Pointing and drawing: the mouse over a picture on its way to all who watch that picture.
#pragma once
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "session/marks.h"
#include "ui/picture_layout.h"

union SDL_Event;

namespace lotse::ui {

/// What the mouse does over a picture, beside controlling.
enum class MarkMode { none, point, draw };

/// The tool in hand: one for all windows of the program.
struct MarkChoice {
  MarkMode mode = MarkMode::none;
  session::Tool tool = session::Tool::pen;
  std::optional<std::uint32_t> color;  // 0xRRGGBB; none: the member's own
  bool operator==(const MarkChoice&) const = default;
};

inline constexpr auto kMarkGap = std::chrono::milliseconds(50);  // between two commands
inline constexpr auto kMarkPatience = std::chrono::seconds(10);  // for an own stroke to be told by its presenter
inline constexpr int kTextRise = session::kTextHeight * 2 / 3;   // from a click up to the top of its text
inline constexpr std::size_t kMaxMarkPoints = 1000, kMaxMarkText = 250;  // of a stroke; bytes. Just below the session's

/// Turns a window's mouse into commands that point and draw, and keeps own strokes until the picture's marks have them,
/// so that a line follows the hand however far the presenter is. Window's thread only.
class MarkTools {
 public:
  using Send = std::function<void(nlohmann::json)>;
  /// `choice` outlives it. Strokes are numbered from a random number on: others number theirs for the same member.
  MarkTools(MarkChoice& choice, Send send);

  /// What the next events are about, told in each frame: where the picture lies (an empty one: nowhere) and whose it
  /// is. What was under way elsewhere ends there. `own_color`: 0xRRGGBB.
  void set_picture(const PictureLayout& layout, int presenter, int screen, int self, std::uint32_t own_color,
                   Instant now);
  /// True when the event was for the tool and must not press anything here. `over_picture`: the mouse is on the
  /// picture and nothing of ours lies above it.
  bool handle(const SDL_Event& event, bool over_picture, Instant now);
  /// After each batch of events: sends what is due.
  void flush(Instant now);
  /// When flush() or settle() is due without an event; as milliseconds from `now`, -1 for never.
  Instant next_deadline() const;
  int wait_ms(Instant now) const;

  void undo();
  enum class Whose { own, all };
  void clear(Whose whose);

  bool drawing() const { return drawing_; }  // the mouse is down
  /// True once after the picture was pressed: whatever had the keys has them no more.
  bool take_press() { return std::exchange(pressed_, false); }

  /// Where a text is being written, its top left corner, and what it is so far.
  const std::optional<Point>& text_at() const { return text_at_; }
  std::string& text() { return text_; }
  void finish_text(Instant now);
  void cancel_text();

  /// Own strokes that the picture's marks do not have yet, or not all of: to be drawn in their place.
  const std::vector<session::Stroke>& own() const { return own_; }
  /// Lets go of those that `told`, the picture's strokes, has by now.
  void settle(const std::vector<session::Stroke>* told, Instant now);
  std::uint32_t own_color() const { return own_color_; }
  std::uint32_t color() const { return choice_.color.value_or(own_color_); }

 private:
  struct Sent {
    std::size_t points = 0;
    Instant ended = Instant::never();
  };
  bool press(Point at, Instant now);
  void extend(Point to, Instant now);
  void finish(Instant now);
  void begin(session::Tool tool, Point at);
  void send_points(Instant now);
  void send_stroke(const session::Stroke& stroke, std::size_t from);
  void stop_pointing();
  nlohmann::json to_screen(const char* verb) const;

  MarkChoice& choice_;
  Send send_;
  PictureLayout layout_;
  int presenter_ = -1, screen_ = 0, self_ = -1;
  std::uint32_t own_color_ = 0, next_stroke_;
  bool drawing_ = false, pressed_ = false, pointing_ = false;
  std::optional<Point> tip_;  // not sent yet
  Instant next_send_{};
  std::vector<session::Stroke> own_;  // the last one is under way while drawing_
  std::vector<Sent> sent_;            // of each of own_
  std::optional<Point> text_at_;
  std::string text_;
};

}  // namespace lotse::ui
