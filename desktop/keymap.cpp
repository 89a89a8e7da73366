#include "desktop/keymap.h"

#include <xkbcommon/xkbcommon.h>

#include <algorithm>
#include <bit>

namespace lotse::desktop {
namespace {

struct ReleaseState {
  void operator()(xkb_state* state) const { xkb_state_unref(state); }
};
using State = std::unique_ptr<xkb_state, ReleaseState>;

constexpr std::uint32_t kLevelKeys[] = {XKB_KEY_Shift_L, XKB_KEY_ISO_Level3_Shift, XKB_KEY_ISO_Level5_Shift};

/// What serves when a layout lacks the key.
constexpr std::pair<std::uint32_t, std::uint32_t> kLike[] = {
    {XKB_KEY_Shift_R, XKB_KEY_Shift_L},
    {XKB_KEY_Control_R, XKB_KEY_Control_L},
    {XKB_KEY_Alt_R, XKB_KEY_Alt_L},
    {XKB_KEY_Meta_L, XKB_KEY_Alt_L},
    {XKB_KEY_Meta_R, XKB_KEY_Alt_L},
    {XKB_KEY_Super_R, XKB_KEY_Super_L},
    {XKB_KEY_Hyper_L, XKB_KEY_Super_L},
    {XKB_KEY_Hyper_R, XKB_KEY_Super_L},
    {XKB_KEY_Mode_switch, XKB_KEY_ISO_Level3_Shift},
};

bool yields(xkb_state* state, Keycode keycode, std::uint32_t keysym) {
  return keycode && canonical(xkb_state_key_get_one_sym(state, keycode)) == keysym;
}

}  // namespace

bool is_modifier(std::uint32_t keysym) {
  return (keysym >= XKB_KEY_Shift_L && keysym <= XKB_KEY_Hyper_R) || keysym == XKB_KEY_Mode_switch ||
         keysym == XKB_KEY_Num_Lock || keysym == XKB_KEY_Scroll_Lock || keysym == XKB_KEY_ISO_Level3_Shift ||
         keysym == XKB_KEY_ISO_Level5_Shift;
}

bool is_text(std::uint32_t keysym) {
  std::uint32_t character = xkb_keysym_to_utf32(keysym);
  return (character >= 0x20 && character != 0x7F) ||
         (keysym >= XKB_KEY_dead_grave && keysym <= XKB_KEY_dead_longsolidusoverlay);
}

std::uint32_t canonical(std::uint32_t keysym) {
  if ((keysym & 0xFF000000) != 0x01000000) return keysym;
  std::uint32_t character = xkb_keysym_to_utf32(keysym);
  std::uint32_t best = character ? xkb_utf32_to_keysym(character) : 0;
  return best ? best : keysym;
}

void Keymap::Release::operator()(xkb_keymap* keymap) const { xkb_keymap_unref(keymap); }

Keymap::Keymap(xkb_keymap* keymap) : keymap_(keymap) {
  // The core protocol ends at 255, whatever a keymap says.
  std::uint32_t last = std::min<std::uint32_t>(xkb_keymap_max_keycode(keymap), 255);
  for (std::uint32_t k = std::max<std::uint32_t>(xkb_keymap_min_keycode(keymap), 8); k <= last; ++k)
    keycodes_.push_back(static_cast<Keycode>(k));
  combinations_ = {0};
  for (std::uint32_t keysym : kLevelKeys) {
    auto key = exact_modifier(keysym, 0);
    if (!key || !key->mask || (key->mask & level_mods_)) continue;
    level_mods_ |= key->mask;
    for (std::size_t i = combinations_.size(); i-- > 0;) combinations_.push_back(combinations_[i] | key->mask);
  }
}

std::optional<KeyStroke> Keymap::find(std::uint32_t keysym, Keycode preferred, const KeyboardState& now) const {
  keysym = canonical(keysym);
  State state(xkb_state_new(keymap_.get()));
  const std::uint32_t held = now.base_mods & level_mods_;
  auto set = [&](std::uint32_t combination) {
    xkb_state_update_mask(state.get(), (now.base_mods & ~level_mods_) | combination, now.latched_mods, now.locked_mods,
                          now.base_group, now.latched_group, now.locked_group);
  };
  auto any = [&] {
    if (yields(state.get(), preferred, keysym)) return preferred;
    auto found =
        std::find_if(keycodes_.begin(), keycodes_.end(), [&](Keycode k) { return yields(state.get(), k, keysym); });
    return found == keycodes_.end() ? Keycode{0} : *found;
  };
  if (!is_text(keysym))
    for (std::uint32_t combination : {held, 0u}) {
      set(combination);
      if (Keycode keycode = any()) return KeyStroke{keycode, 0, 0};
    }
  std::vector<std::uint32_t> order = combinations_;
  std::stable_sort(order.begin(), order.end(), [held](std::uint32_t a, std::uint32_t b) {
    return std::popcount(a ^ held) < std::popcount(b ^ held);
  });
  for (std::uint32_t combination : order)
    if (set(combination); yields(state.get(), preferred, keysym))
      return KeyStroke{preferred, combination, level_mods_ & ~combination};
  for (std::uint32_t combination : order) {
    set(combination);
    if (Keycode keycode = any()) return KeyStroke{keycode, combination, level_mods_ & ~combination};
  }
  return std::nullopt;
}

std::optional<ModifierKey> Keymap::modifier(std::uint32_t keysym, Keycode preferred) const {
  if (auto key = exact_modifier(keysym, preferred)) return key;
  for (auto [missing, like] : kLike)
    if (missing == keysym) return exact_modifier(like, preferred);
  return std::nullopt;
}

std::optional<ModifierKey> Keymap::exact_modifier(std::uint32_t keysym, Keycode preferred) const {
  if (preferred && plain_keysym(preferred) == keysym) return ModifierKey{preferred, mask_of(preferred)};
  for (Keycode keycode : keycodes_)
    if (plain_keysym(keycode) == keysym) return ModifierKey{keycode, mask_of(keycode)};
  return std::nullopt;
}

std::uint32_t Keymap::mask_of(Keycode keycode) const {
  State state(xkb_state_new(keymap_.get()));
  xkb_state_update_key(state.get(), keycode, XKB_KEY_DOWN);
  return xkb_state_serialize_mods(state.get(), XKB_STATE_MODS_EFFECTIVE) & 0xFF;
}

std::uint32_t Keymap::plain_keysym(Keycode keycode) const {
  for (xkb_layout_index_t group = 0; group < xkb_keymap_num_layouts_for_key(keymap_.get(), keycode); ++group) {
    const xkb_keysym_t* keysyms = nullptr;
    if (xkb_keymap_key_get_syms_by_level(keymap_.get(), keycode, group, 0, &keysyms) > 0) return keysyms[0];
  }
  return 0;
}

bool Keymap::gives(Keycode keycode, std::uint32_t keysym) const {
  for (xkb_layout_index_t group = 0; group < xkb_keymap_num_layouts_for_key(keymap_.get(), keycode); ++group)
    for (xkb_level_index_t level = 0; level < xkb_keymap_num_levels_for_key(keymap_.get(), keycode, group); ++level) {
      const xkb_keysym_t* keysyms = nullptr;
      int count = xkb_keymap_key_get_syms_by_level(keymap_.get(), keycode, group, level, &keysyms);
      for (int i = 0; i < count; ++i)
        if (keysym == 0 ? keysyms[i] != XKB_KEY_NoSymbol : canonical(keysyms[i]) == canonical(keysym)) return true;
    }
  return false;
}

std::vector<Keycode> Keymap::spare() const {
  std::vector<Keycode> found;
  // 0 asks for anything at all.
  std::copy_if(keycodes_.rbegin(), keycodes_.rend(), std::back_inserter(found),
               [this](Keycode keycode) { return !gives(keycode, 0); });
  return found;
}

}  // namespace lotse::desktop
