#include "desktop/x11_keyboard.h"

#include <xkbcommon/xkbcommon.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace lotse::desktop {
namespace {

// How evdev codes become X key codes, on every server of the last fifteen years.
constexpr int kPositionOffset = 8;

// No key of a viewer has this id.
constexpr std::uint64_t kTyped = ~std::uint64_t{0};

/// The same for down and up of one key. The meaning can change in between, when Shift is lifted first; the place
/// cannot.
std::uint64_t id_of(const KeyEvent& event) {
  if (event.position) return event.position;
  return std::uint64_t{1} << 32 | xkb_keysym_to_lower(event.keysym);
}

Keycode keycode_at(std::uint16_t position) {
  int keycode = position + kPositionOffset;
  return position && keycode <= 255 ? static_cast<Keycode>(keycode) : Keycode{0};
}

bool on_keypad(std::uint32_t keysym) { return keysym >= XKB_KEY_KP_Space && keysym <= XKB_KEY_KP_Equal; }
bool is_letter(std::uint32_t keysym) { return xkb_keysym_to_lower(keysym) != xkb_keysym_to_upper(keysym); }

/// Spare keys are lent to characters and to keys such as F13 and Menu, not to what may act on the server itself.
bool lendable(std::uint32_t keysym) {
  return is_text(keysym) || (keysym >= XKB_KEY_BackSpace && keysym <= XKB_KEY_Delete && !is_modifier(keysym));
}

std::uint32_t keysym_of(char32_t character) {
  if (character == U'\n') return XKB_KEY_Return;
  if (character == U'\t') return XKB_KEY_Tab;
  return character < 0x20 || character == 0x7F ? 0 : xkb_utf32_to_keysym(character);
}

}  // namespace

X11Keyboard::X11Keyboard(X11Connection& connection, X11Injector& injector, Pause pause)
    : injector_(injector), layout_(connection, Keyboard::test), spare_(layout_), pause_(std::move(pause)) {}

KeyboardState X11Keyboard::current() {
  KeyboardState state = layout_.state();
  layout_.settle();
  return state;
}

std::bitset<256> X11Keyboard::down() const {
  std::bitset<256> keys;
  for (const Held& held : held_) keys.set(held.keycode);
  return keys;
}

bool X11Keyboard::position_counts(const KeyEvent& event) const {
  if (event.modifiers.control || event.modifiers.alt || event.modifiers.super) return true;
  constexpr std::uint32_t kShortcut[] = {XKB_KEY_Control_L, XKB_KEY_Alt_L, XKB_KEY_Super_L};
  for (std::uint32_t keysym : kShortcut)
    if (auto modifier = layout_.keymap().modifier(keysym))
      for (const Held& held : held_)
        if (held.mask & modifier->mask) return true;
  return false;
}

void X11Keyboard::key(const KeyEvent& event) {
  std::uint64_t id = id_of(event);
  if (!event.down) return lift(id);
  if (std::any_of(held_.begin(), held_.end(), [id](const Held& held) { return held.id == id; })) return;
  giving_back_ = false;
  restore_modifiers();
  if (is_modifier(event.keysym)) return press_modifier(event, id);
  sync_locks(event);
  auto stroke = stroke_for(event, current());
  if (!stroke) return;
  set_modifiers(stroke->down, stroke->up);
  temporary_for_ = id;
  press(stroke->keycode, id, 0);
}

void X11Keyboard::press_modifier(const KeyEvent& event, std::uint64_t id) {
  current();
  auto modifier = layout_.keymap().modifier(event.keysym, keycode_at(event.position));
  if (!modifier) return;
  bool lock = event.keysym == XKB_KEY_Caps_Lock || event.keysym == XKB_KEY_Num_Lock ||
              event.keysym == XKB_KEY_Scroll_Lock || event.keysym == XKB_KEY_Shift_Lock;
  press(modifier->keycode, id, lock ? 0 : modifier->mask);
}

void X11Keyboard::press(Keycode keycode, std::uint64_t id, std::uint32_t mask) {
  // Two keys of the viewer may mean one of ours: '7' and '/' on a German keyboard.
  if (std::erase_if(held_, [keycode](const Held& held) { return held.keycode == keycode && !held.lifted; }))
    injector_.key(keycode, false);
  injector_.key(keycode, true);
  held_.push_back({id, keycode, mask});
  spare_.used(keycode, monotonic_now());
}

void X11Keyboard::lift(std::uint64_t id) {
  auto held = std::find_if(held_.begin(), held_.end(), [id](const Held& h) { return h.id == id; });
  if (held == held_.end()) return;
  if (!held->lifted) injector_.key(held->keycode, false);
  spare_.used(held->keycode, monotonic_now());
  held_.erase(held);
  if (temporary_for_ == id) restore_modifiers();
}

std::optional<KeyStroke> X11Keyboard::stroke_for(const KeyEvent& event, const KeyboardState& state) {
  Keycode position = keycode_at(event.position);
  std::uint32_t wanted = wanted_modifiers(event.modifiers);
  if (position && (event.keysym == 0 || position_counts(event))) return KeyStroke{position, wanted, 0};
  if (event.keysym == 0) return std::nullopt;
  auto stroke = layout_.keymap().find(event.keysym, position, state);
  std::uint32_t keysym = canonical(event.keysym);
  if (!stroke) stroke = find_or_lend(keysym, position, {&keysym, 1});
  if (!stroke && position) return KeyStroke{position, wanted, 0};
  // Shift goes with an arrow key even if it was pressed while nobody listened.
  if (stroke && !stroke->down && !stroke->up) stroke->down = wanted;
  return stroke;
}

std::optional<KeyStroke> X11Keyboard::find_or_lend(std::uint32_t keysym, Keycode preferred,
                                                   std::span<const std::uint32_t> ahead) {
  if (!lendable(keysym)) return std::nullopt;
  while (!spare_.lend(ahead, down(), monotonic_now())) {
    Instant rested = spare_.rested_at(down());
    if (rested == Instant::never() || !pause_(rested)) return std::nullopt;
  }
  return layout_.keymap().find(keysym, preferred, current());
}

std::uint32_t X11Keyboard::wanted_modifiers(const Modifiers& modifiers) const {
  std::pair<bool, std::uint32_t> all[] = {{modifiers.shift, XKB_KEY_Shift_L},
                                          {modifiers.control, XKB_KEY_Control_L},
                                          {modifiers.alt, XKB_KEY_Alt_L},
                                          {modifiers.super, XKB_KEY_Super_L},
                                          {modifiers.alt_gr, XKB_KEY_ISO_Level3_Shift}};
  std::uint32_t mask = 0;
  for (auto [wanted, keysym] : all)
    if (auto modifier = wanted ? layout_.keymap().modifier(keysym) : std::nullopt) mask |= modifier->mask;
  return mask;
}

void X11Keyboard::sync_locks(const KeyEvent& event) {
  // Only where it makes a difference: nobody wants lights to blink for an arrow key.
  if (is_letter(event.keysym)) sync_lock(XKB_KEY_Caps_Lock, event.modifiers.caps_lock);
  if (on_keypad(event.keysym)) sync_lock(XKB_KEY_Num_Lock, event.modifiers.num_lock);
}

void X11Keyboard::sync_lock(std::uint32_t keysym, bool wanted) {
  KeyboardState state = current();
  auto lock = layout_.keymap().modifier(keysym);
  if (!lock || !lock->mask || ((state.locked_mods & lock->mask) != 0) == wanted || down()[lock->keycode]) return;
  injector_.key(lock->keycode, true);
  injector_.key(lock->keycode, false);
}

void X11Keyboard::set_modifiers(std::uint32_t down, std::uint32_t up) {
  std::uint32_t held_now = down ? layout_.state().base_mods : 0;
  for (Held& held : held_)
    if (!held.lifted && (held.mask & up)) {
      injector_.key(held.keycode, false);
      held.lifted = true;
    }
  for (auto key = temporary_.begin(); key != temporary_.end();) {
    if (!(key->mask & up)) {
      ++key;
      continue;
    }
    injector_.key(key->keycode, false);
    key = temporary_.erase(key);
  }
  for (std::uint32_t bit = 1; bit < 256; bit <<= 1)
    if (down & ~held_now & bit) hold(bit);
}

void X11Keyboard::hold(std::uint32_t mask) {
  for (const ModifierKey& key : temporary_)
    if (key.mask & mask) return;
  for (Held& held : held_)
    if (held.lifted && (held.mask & mask)) {
      injector_.key(held.keycode, true);
      held.lifted = false;
      return;
    }
  constexpr std::uint32_t kKeys[] = {
      XKB_KEY_Shift_L, XKB_KEY_ISO_Level3_Shift, XKB_KEY_ISO_Level5_Shift, XKB_KEY_Control_L,
      XKB_KEY_Alt_L,   XKB_KEY_Super_L};
  for (std::uint32_t keysym : kKeys)
    if (auto key = layout_.keymap().modifier(keysym); key && (key->mask & mask)) {
      injector_.key(key->keycode, true);
      temporary_.push_back(*key);
      return;
    }
}

void X11Keyboard::restore_modifiers() {
  for (; !temporary_.empty(); temporary_.pop_back()) injector_.key(temporary_.back().keycode, false);
  for (Held& held : held_)
    if (std::exchange(held.lifted, false)) injector_.key(held.keycode, true);
  temporary_for_ = 0;
}

std::vector<std::uint32_t> X11Keyboard::missing_ahead(std::u32string_view text, const KeyboardState& state) const {
  std::vector<std::uint32_t> missing;
  for (char32_t character : text.substr(0, 4 * SpareKeys::kMost)) {
    std::uint32_t keysym = keysym_of(character);
    if (!keysym || std::find(missing.begin(), missing.end(), keysym) != missing.end()) continue;
    if (!layout_.keymap().find(keysym, 0, state)) missing.push_back(keysym);
  }
  return missing;
}

void X11Keyboard::type(const std::string& utf8) {
  giving_back_ = false;
  restore_modifiers();
  set_modifiers(0, ~0u);  // a held Control would make shortcuts of text
  std::u32string text = to_utf32(clean_text(utf8, utf8.size()));
  for (std::size_t i = 0; i < text.size() && pause_(Instant{}); ++i) {
    std::uint32_t keysym = keysym_of(text[i]);
    if (!keysym) continue;
    KeyboardState state = current();
    auto stroke = layout_.keymap().find(keysym, 0, state);
    // All that the next characters lack at once: each change of the layout makes every program load it again.
    if (!stroke) stroke = find_or_lend(keysym, 0, missing_ahead(std::u32string_view(text).substr(i), state));
    if (!stroke) continue;
    set_modifiers(stroke->down, ~stroke->down);
    press(stroke->keycode, kTyped, 0);
    lift(kTyped);
  }
  restore_modifiers();
}

void X11Keyboard::release_all() {
  for (const ModifierKey& key : temporary_) injector_.key(key.keycode, false);
  for (const Held& held : held_)
    if (!held.lifted) injector_.key(held.keycode, false);
  temporary_.clear();
  held_.clear();
  temporary_for_ = 0;
  giving_back_ = true;
}

Instant X11Keyboard::idle(Instant now) {
  layout_.settle();
  spare_.forget_overwritten();
  return giving_back_ ? spare_.give_back(down(), now) : Instant::never();
}

}  // namespace lotse::desktop
