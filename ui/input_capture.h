// Mouse and keyboard of the viewer on their way to the presenter's screen.
#pragma once
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/geometry.h"
#include "ui/picture_layout.h"

union SDL_Event;
struct SDL_Window;
struct SDL_KeyboardEvent;

namespace lotse::ui {

/// Turns the window's events into commands while it is capturing: keys by meaning and position, composed text as text,
/// moves at most once a frame, auto-repeat left to the presenter's side. The right Ctrl key, pressed and released
/// alone, gives the keyboard back. Window's thread only.
class InputCapture {
 public:
  using Send = std::function<void(nlohmann::json)>;
  explicit InputCapture(Send send) : send_(std::move(send)) {}

  /// Whether this person controls now and where the picture lies. Losing control releases everything.
  void set_control(SDL_Window* window, bool allowed, const PictureLayout& layout, int presenter, int screen = 0);
  bool keyboard_captured() const { return keyboard_; }
  /// Gives the keyboard to the presenter's screen (a click into the picture, full screen) or back.
  void capture_keyboard(bool on);
  /// True when the event went to the presenter's screen and must not press anything here. `over_picture`: the mouse is
  /// on the picture and nothing of ours lies above it.
  bool handle(const SDL_Event& event, bool over_picture);
  /// After each batch of events: sends the last move, and keys that turned out to compose nothing.
  void flush();
  /// The chord that gives the keyboard back, for hints.
  static const char* release_chord() { return "Right Ctrl"; }
  /// A chord of the keys menu: names pressed in order and released backwards.
  void press_chord(const std::vector<std::string>& names);

 private:
  bool handle_key(const SDL_KeyboardEvent& event);
  bool handle_text(const std::string& text);
  bool handle_mouse(const SDL_Event& event, bool over_picture);
  nlohmann::json to_screen(const char* verb) const;
  void send_key(const std::string& name, int position, bool down);
  void release_all();
  void grab(bool on);

  struct Pending {
    int scancode = 0;
    int plain = 0;  // SDL_Keycode: the letter without modifiers
  };
  Send send_;
  SDL_Window* window_ = nullptr;
  PictureLayout layout_;
  int presenter_ = -1, screen_ = 0;
  bool allowed_ = false, keyboard_ = false, alone_ = false, drop_text_ = false, alt_gr_held_ = false,
       alt_gr_sent_ = false;
  std::optional<Pending> pending_;   // a letter key that waits for its text
  std::map<int, std::string> down_;  // scancode to the name that went down
  std::optional<Point> move_;
  unsigned buttons_ = 0;  // bits of buttons that are down over there
  int modifiers_ = 0;     // SDL_Keymod
};

}  // namespace lotse::ui
