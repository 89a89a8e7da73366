// A window that has the focus and writes down what reaches it, read as every program reads it: with its own copy of the
// layout, loaded again after the server said so.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "x_server.h"

struct xkb_context;
struct xkb_keymap;
struct xkb_state;

namespace lotse::desktop {

struct RecordedEvent {
  enum class Kind { key_down, key_up, button_down, button_up, motion };
  Kind kind;
  int detail = 0;            // key code or button
  std::uint32_t keysym = 0;  // of keys
  std::uint32_t state = 0;   // modifiers before the event, as the core protocol has them
  Point place;
};

class InputRecorder {
 public:
  explicit InputRecorder(const XServer& server);
  ~InputRecorder();

  XClient& client() { return client_; }
  /// Waits for it; throws after ten seconds.
  RecordedEvent next();
  RecordedEvent next(RecordedEvent::Kind kind);
  /// Keysyms of key presses, without modifiers and locks, up to and without `end`, which has come up then.
  std::vector<std::uint32_t> pressed_until(std::uint32_t end);
  /// Key codes that the server thinks are down.
  std::vector<int> down() const;
  /// Modifiers and buttons now.
  std::uint32_t state() const;
  /// Meanings of all keys, without empty ends.
  std::vector<std::vector<std::uint32_t>> mapping() const;

 private:
  void load();
  std::uint32_t keysym_of(int keycode, std::uint32_t state) const;

  XClient client_;
  std::uint32_t window_ = 0;
  int xkb_event_ = 0;
  bool stale_ = false;
  xkb_context* context_ = nullptr;
  xkb_keymap* keymap_ = nullptr;
  xkb_state* state_ = nullptr;
};

}  // namespace lotse::desktop
