// Remote input becomes local input.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/geometry.h"

namespace lotse::desktop {

class SharedWindows;

/// Which locks and modifiers the viewer has, as bits.
struct Modifiers {
  bool shift = false, control = false, alt = false, super = false, alt_gr = false, caps_lock = false, num_lock = false;
  bool operator==(const Modifiers&) const = default;
};

/// One key as it travels: what it means (X keysym, Unicode ones as 0x01000000 + code point) and where it lies (Linux
/// evdev code, 0 when unknown). With Control, Alt or Super held the position counts, otherwise the meaning.
struct KeyEvent {
  std::uint32_t keysym = 0;
  std::uint16_t position = 0;
  bool down = false;
  Modifiers modifiers;
};

/// All calls from one thread, not blocking. Nothing here checks rights: session/input_gate did.
class InputSink {
 public:
  virtual ~InputSink() = default;
  virtual void move(Point position) = 0;           // pixels of the desktop
  virtual void button(int button, bool down) = 0;  // 1 left, 2 middle, 3 right, 8 back, 9 forward
  virtual void wheel(int dx, int dy) = 0;          // notches, positive right and down
  /// A held key is repeated by this machine's own system, as for its own keyboard: "down" of a key that is down already
  /// is ignored. `modifiers` is what the viewer holds at that moment; locks are made to agree with it where they matter
  /// (Caps Lock for letters, Num Lock for the keypad).
  virtual void key(const KeyEvent& event) = 0;
  /// Types Unicode text, whatever the layout; modifiers that are held do not count.
  virtual void type(const std::string& utf8) = 0;
  /// Lifts every key and button that is down through this sink: on revoke, loss of focus or connection. What was asked
  /// before still happens if it takes no more than 30 ms; the rest is dropped. Destruction does the same and waits for
  /// it, at most a second.
  virtual void release_all() = 0;
};

/// Watches the person at this machine. Callbacks on its own thread.
class LocalInput {
 public:
  virtual ~LocalInput() = default;
  /// What this machine's keyboards and mice do reaches nobody but the watcher from now on, once nothing is held down on
  /// them, or everybody again. What panics ends it at once. Any thread.
  virtual void hold(bool on) = 0;
};
struct LocalInputHandler {
  std::function<void()> on_activity;  // at most ten times a second; input that the sink made does not count
  std::function<void()> on_panic;     // Pause, or Ctrl+Alt+Shift+Esc
  std::function<void()> on_not_held;  // hold() is not possible here
};

struct DesktopInput {
  std::unique_ptr<InputSink> sink;
  std::unique_ptr<LocalInput> local;
};

/// Throws std::runtime_error, one clear line, without XTest or display. The sink tells its watcher what it injects, so
/// that only foreign input counts as local. `shared`: the windows that input may reach, null for all: what would go to
/// another one is dropped, and a click on one of them that is covered raises it instead.
DesktopInput make_x11_input(const std::string& display, LocalInputHandler handler,
                            std::shared_ptr<const SharedWindows> shared = nullptr);

/// The keysym of a name ("Return", "a", "adiaeresis", "U+20AC"), 0 when there is none.
std::uint32_t keysym_from_name(const std::string& name);

}  // namespace lotse::desktop
