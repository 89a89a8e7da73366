// From the keys of this window to the names and positions of the control interface.
#pragma once
#include <cstdint>
#include <string>

namespace lotse::ui {

/// The name of a key that is not text ("Return", "F5", "KP_Enter", "Shift_L"), "" for others. Arguments are SDL's.
std::string key_name(int scancode);
/// Where the key lies: the evdev code of Linux, 0 when unknown.
int key_position(int scancode);
/// The X keysym name of a character: "a", "Return" is none of them; beyond ASCII "U+20AC".
std::string letter_name(char32_t letter);

}  // namespace lotse::ui
