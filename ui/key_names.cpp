#include "ui/key_names.h"

#include <SDL2/SDL_scancode.h>

#include <algorithm>
#include <iterator>

namespace lotse::ui {
namespace {

struct NamedKey {
  int scancode;
  const char* name;
  int position;  // linux/input-event-codes.h
};

constexpr NamedKey kNamedKeys[] = {
    {SDL_SCANCODE_RETURN, "Return", 28},
    {SDL_SCANCODE_ESCAPE, "Escape", 1},
    {SDL_SCANCODE_BACKSPACE, "BackSpace", 14},
    {SDL_SCANCODE_TAB, "Tab", 15},
    {SDL_SCANCODE_PRINTSCREEN, "Print", 99},
    {SDL_SCANCODE_SCROLLLOCK, "Scroll_Lock", 70},
    {SDL_SCANCODE_PAUSE, "Pause", 119},
    {SDL_SCANCODE_INSERT, "Insert", 110},
    {SDL_SCANCODE_HOME, "Home", 102},
    {SDL_SCANCODE_PAGEUP, "Prior", 104},
    {SDL_SCANCODE_DELETE, "Delete", 111},
    {SDL_SCANCODE_END, "End", 107},
    {SDL_SCANCODE_PAGEDOWN, "Next", 109},
    {SDL_SCANCODE_RIGHT, "Right", 106},
    {SDL_SCANCODE_LEFT, "Left", 105},
    {SDL_SCANCODE_DOWN, "Down", 108},
    {SDL_SCANCODE_UP, "Up", 103},
    {SDL_SCANCODE_KP_DIVIDE, "KP_Divide", 98},
    {SDL_SCANCODE_KP_MULTIPLY, "KP_Multiply", 55},
    {SDL_SCANCODE_KP_MINUS, "KP_Subtract", 74},
    {SDL_SCANCODE_KP_PLUS, "KP_Add", 78},
    {SDL_SCANCODE_KP_ENTER, "KP_Enter", 96},
    {SDL_SCANCODE_KP_1, "KP_1", 79},
    {SDL_SCANCODE_KP_2, "KP_2", 80},
    {SDL_SCANCODE_KP_3, "KP_3", 81},
    {SDL_SCANCODE_KP_4, "KP_4", 75},
    {SDL_SCANCODE_KP_5, "KP_5", 76},
    {SDL_SCANCODE_KP_6, "KP_6", 77},
    {SDL_SCANCODE_KP_7, "KP_7", 71},
    {SDL_SCANCODE_KP_8, "KP_8", 72},
    {SDL_SCANCODE_KP_9, "KP_9", 73},
    {SDL_SCANCODE_KP_0, "KP_0", 82},
    {SDL_SCANCODE_KP_PERIOD, "KP_Decimal", 83},
    {SDL_SCANCODE_KP_EQUALS, "KP_Equal", 117},
    {SDL_SCANCODE_APPLICATION, "Menu", 127},
    {SDL_SCANCODE_MENU, "Menu", 127},
    {SDL_SCANCODE_LCTRL, "Control_L", 29},
    {SDL_SCANCODE_LSHIFT, "Shift_L", 42},
    {SDL_SCANCODE_LALT, "Alt_L", 56},
    {SDL_SCANCODE_LGUI, "Super_L", 125},
    {SDL_SCANCODE_RCTRL, "Control_R", 97},
    {SDL_SCANCODE_RSHIFT, "Shift_R", 54},
    {SDL_SCANCODE_RALT, "Alt_R", 100},
    {SDL_SCANCODE_RGUI, "Super_R", 126},
    {SDL_SCANCODE_CAPSLOCK, "Caps_Lock", 58},
    {SDL_SCANCODE_NUMLOCKCLEAR, "Num_Lock", 69},
    {SDL_SCANCODE_AUDIOMUTE, "XF86AudioMute", 113},
    {SDL_SCANCODE_VOLUMEDOWN, "XF86AudioLowerVolume", 114},
    {SDL_SCANCODE_VOLUMEUP, "XF86AudioRaiseVolume", 115},
    {SDL_SCANCODE_AUDIOPLAY, "XF86AudioPlay", 164},
    {SDL_SCANCODE_AUDIONEXT, "XF86AudioNext", 163},
    {SDL_SCANCODE_AUDIOPREV, "XF86AudioPrev", 165},
    {SDL_SCANCODE_F1, "F1", 59},
    {SDL_SCANCODE_F2, "F2", 60},
    {SDL_SCANCODE_F3, "F3", 61},
    {SDL_SCANCODE_F4, "F4", 62},
    {SDL_SCANCODE_F5, "F5", 63},
    {SDL_SCANCODE_F6, "F6", 64},
    {SDL_SCANCODE_F7, "F7", 65},
    {SDL_SCANCODE_F8, "F8", 66},
    {SDL_SCANCODE_F9, "F9", 67},
    {SDL_SCANCODE_F10, "F10", 68},
    {SDL_SCANCODE_F11, "F11", 87},
    {SDL_SCANCODE_F12, "F12", 88},
    {SDL_SCANCODE_F13, "F13", 183},
    {SDL_SCANCODE_F14, "F14", 184},
    {SDL_SCANCODE_F15, "F15", 185},
    {SDL_SCANCODE_F16, "F16", 186},
    {SDL_SCANCODE_F17, "F17", 187},
    {SDL_SCANCODE_F18, "F18", 188},
    {SDL_SCANCODE_F19, "F19", 189},
    {SDL_SCANCODE_F20, "F20", 190},
    {SDL_SCANCODE_F21, "F21", 191},
    {SDL_SCANCODE_F22, "F22", 192},
    {SDL_SCANCODE_F23, "F23", 193},
    {SDL_SCANCODE_F24, "F24", 194},
};

struct PlacedKey {
  int scancode, position;
};

// Keys with letters: what they mean depends on the layout, where they lie does not.
constexpr PlacedKey kPlacedKeys[] = {
    {SDL_SCANCODE_Q, 16},
    {SDL_SCANCODE_W, 17},
    {SDL_SCANCODE_E, 18},
    {SDL_SCANCODE_R, 19},
    {SDL_SCANCODE_T, 20},
    {SDL_SCANCODE_Y, 21},
    {SDL_SCANCODE_U, 22},
    {SDL_SCANCODE_I, 23},
    {SDL_SCANCODE_O, 24},
    {SDL_SCANCODE_P, 25},
    {SDL_SCANCODE_A, 30},
    {SDL_SCANCODE_S, 31},
    {SDL_SCANCODE_D, 32},
    {SDL_SCANCODE_F, 33},
    {SDL_SCANCODE_G, 34},
    {SDL_SCANCODE_H, 35},
    {SDL_SCANCODE_J, 36},
    {SDL_SCANCODE_K, 37},
    {SDL_SCANCODE_L, 38},
    {SDL_SCANCODE_Z, 44},
    {SDL_SCANCODE_X, 45},
    {SDL_SCANCODE_C, 46},
    {SDL_SCANCODE_V, 47},
    {SDL_SCANCODE_B, 48},
    {SDL_SCANCODE_N, 49},
    {SDL_SCANCODE_M, 50},
    {SDL_SCANCODE_1, 2},
    {SDL_SCANCODE_2, 3},
    {SDL_SCANCODE_3, 4},
    {SDL_SCANCODE_4, 5},
    {SDL_SCANCODE_5, 6},
    {SDL_SCANCODE_6, 7},
    {SDL_SCANCODE_7, 8},
    {SDL_SCANCODE_8, 9},
    {SDL_SCANCODE_9, 10},
    {SDL_SCANCODE_0, 11},
    {SDL_SCANCODE_MINUS, 12},
    {SDL_SCANCODE_EQUALS, 13},
    {SDL_SCANCODE_LEFTBRACKET, 26},
    {SDL_SCANCODE_RIGHTBRACKET, 27},
    {SDL_SCANCODE_BACKSLASH, 43},
    {SDL_SCANCODE_NONUSHASH, 43},
    {SDL_SCANCODE_SEMICOLON, 39},
    {SDL_SCANCODE_APOSTROPHE, 40},
    {SDL_SCANCODE_GRAVE, 41},
    {SDL_SCANCODE_COMMA, 51},
    {SDL_SCANCODE_PERIOD, 52},
    {SDL_SCANCODE_SLASH, 53},
    {SDL_SCANCODE_SPACE, 57},
    {SDL_SCANCODE_NONUSBACKSLASH, 86},
    {SDL_SCANCODE_INTERNATIONAL1, 89},
    {SDL_SCANCODE_INTERNATIONAL3, 124},
};

template <class Keys>
auto find_key(const Keys& keys, int scancode) {
  return std::find_if(std::begin(keys), std::end(keys), [&](const auto& key) { return key.scancode == scancode; });
}

}  // namespace

std::string key_name(int scancode) {
  auto key = find_key(kNamedKeys, scancode);
  return key == std::end(kNamedKeys) ? "" : key->name;
}

int key_position(int scancode) {
  if (auto key = find_key(kNamedKeys, scancode); key != std::end(kNamedKeys)) return key->position;
  auto key = find_key(kPlacedKeys, scancode);
  return key == std::end(kPlacedKeys) ? 0 : key->position;
}

std::string letter_name(char32_t letter) {
  const bool plain =
      (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
  if (plain) return std::string(1, static_cast<char>(letter));
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string hex;
  for (char32_t rest = letter; rest != 0 || hex.size() < 4; rest >>= 4) hex.insert(hex.begin(), kDigits[rest & 0xF]);
  return "U+" + hex;
}

}  // namespace lotse::ui
