// Keys and text from a viewer, whatever layouts both sides have.
#pragma once
#include <bitset>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "desktop/input_sink.h"
#include "desktop/spare_keys.h"
#include "desktop/x11_injector.h"
#include "desktop/x11_layout.h"

namespace lotse::desktop {

/// Who repeats a held key: the X server of this machine, as it does for its own keyboard. A viewer's repeated "down" of
/// a key that is down is ignored.
class X11Keyboard {
 public:
  /// Sleeps until then; false: stop what you are doing, everything is to be released.
  using Pause = std::function<bool(Instant until)>;
  X11Keyboard(X11Connection& connection, X11Injector& injector, Pause pause);

  void key(const KeyEvent& event);
  void type(const std::string& utf8);
  /// Modifiers that were pressed or lifted for one key are put back: before anything that is not part of that key.
  void restore_modifiers();
  void release_all();
  /// Reads the server's events. Returns when to call it again at the latest.
  Instant idle(Instant now);

 private:
  struct Held {
    std::uint64_t id;
    Keycode keycode;
    std::uint32_t mask;  // of a modifier, 0 for other keys and for locks
    bool lifted = false;
  };

  void press_modifier(const KeyEvent& event, std::uint64_t id);
  void press(Keycode keycode, std::uint64_t id, std::uint32_t mask);
  void lift(std::uint64_t id);
  std::optional<KeyStroke> stroke_for(const KeyEvent& event, const KeyboardState& state);
  std::optional<KeyStroke> find_or_lend(std::uint32_t keysym, Keycode preferred, std::span<const std::uint32_t> ahead);
  std::vector<std::uint32_t> missing_ahead(std::u32string_view text, const KeyboardState& state) const;
  std::uint32_t wanted_modifiers(const Modifiers& modifiers) const;
  void sync_locks(const KeyEvent& event);
  void sync_lock(std::uint32_t keysym, bool wanted);
  void set_modifiers(std::uint32_t down, std::uint32_t up);
  void hold(std::uint32_t mask);
  bool position_counts(const KeyEvent& event) const;
  KeyboardState current();
  std::bitset<256> down() const;

  X11Injector& injector_;
  X11Layout layout_;
  SpareKeys spare_;
  Pause pause_;
  std::vector<Held> held_;              // at most one for each key code
  std::vector<ModifierKey> temporary_;  // pressed by us for one key only
  std::uint64_t temporary_for_ = 0;
  bool giving_back_ = false;
};

}  // namespace lotse::desktop
