// A keyboard layout: which key, with which modifiers, gives a keysym. No connection, no state of its own.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

struct xkb_keymap;

namespace lotse::desktop {

/// An X key code, 8 to 255; 0 is none.
using Keycode = std::uint8_t;

/// Modifiers as bits of the core protocol (Shift, Lock, Control, Mod1 to Mod5), groups as XKB counts them.
struct KeyboardState {
  std::uint32_t base_mods = 0, latched_mods = 0, locked_mods = 0;
  std::uint32_t base_group = 0, latched_group = 0, locked_group = 0;
};

struct KeyStroke {
  Keycode keycode = 0;
  std::uint32_t down = 0, up = 0;  // modifiers that have to be held, and those that must not be
};

struct ModifierKey {
  Keycode keycode = 0;
  std::uint32_t mask = 0;  // what it sets or locks
};

class Keymap {
 public:
  /// Takes over the caller's reference. Not null.
  explicit Keymap(xkb_keymap* keymap);

  /// How to type `keysym` in the current group, with as few changes to the held modifiers as possible; locks stay as
  /// they are. `preferred` (or 0) is tried before all other keys, since a keysym may lie on several. Keys without text
  /// (Tab, F1, arrows) keep the modifiers that are held: Shift+Tab is Shift and Tab. Nothing when no key gives it.
  std::optional<KeyStroke> find(std::uint32_t keysym, Keycode preferred, const KeyboardState& state) const;
  /// The key that is a modifier or lock (see is_modifier), or that of a like one: Alt_L for Alt_R or Meta_L.
  std::optional<ModifierKey> modifier(std::uint32_t keysym, Keycode preferred = 0) const;
  /// What the key gives without any modifier, in any group; 0 for nothing.
  std::uint32_t plain_keysym(Keycode keycode) const;
  bool gives(Keycode keycode, std::uint32_t keysym) const;
  /// Keys that mean nothing in any group and level, highest first.
  std::vector<Keycode> spare() const;

 private:
  struct Release {
    void operator()(xkb_keymap* keymap) const;
  };
  std::uint32_t mask_of(Keycode keycode) const;
  std::optional<ModifierKey> exact_modifier(std::uint32_t keysym, Keycode preferred) const;

  std::unique_ptr<xkb_keymap, Release> keymap_;
  std::vector<Keycode> keycodes_;            // all that there are
  std::uint32_t level_mods_ = 0;             // Shift, AltGr and the like: they choose a level and nothing else
  std::vector<std::uint32_t> combinations_;  // of them
};

/// Shift, Control, Alt, AltGr, Super and the locks.
bool is_modifier(std::uint32_t keysym);
/// Writes a character, or is a dead key: its modifiers choose it, they do not go with it.
bool is_text(std::uint32_t keysym);
/// One keysym for one meaning: X has two for many characters (adiaeresis and U00E4).
std::uint32_t canonical(std::uint32_t keysym);

}  // namespace lotse::desktop
