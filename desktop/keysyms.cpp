#include <xkbcommon/xkbcommon.h>

#include "base/text.h"
#include "desktop/input_sink.h"

namespace lotse::desktop {
namespace {

std::uint32_t keysym_of(char32_t character) {
  if (character == U'\n') return XKB_KEY_Return;
  if (character == U'\t') return XKB_KEY_Tab;
  bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  if (character < 0x20 || surrogate || character > 0x10FFFF) return 0;
  return xkb_utf32_to_keysym(character);
}

/// The digits after "U+": one to six, nothing else.
std::uint32_t keysym_of_hex(const std::string& digits) {
  if (digits.empty() || digits.size() > 6 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
    return 0;
  return keysym_of(static_cast<char32_t>(std::stoul(digits, nullptr, 16)));
}

}  // namespace

std::uint32_t keysym_from_name(const std::string& name) {
  if (name.empty() || name.size() > 64) return 0;
  if (name.starts_with("U+")) return keysym_of_hex(name.substr(2));
  if (xkb_keysym_t known = xkb_keysym_from_name(name.c_str(), XKB_KEYSYM_NO_FLAGS)) return known;
  // Cleaning replaces what is not UTF-8; a name that it changes is not one character.
  if (clean_text(name, 8) != name) return 0;
  std::u32string characters = to_utf32(name);
  return characters.size() == 1 ? keysym_of(characters[0]) : 0;
}

}  // namespace lotse::desktop
