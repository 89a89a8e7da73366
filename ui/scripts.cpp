#include "ui/scripts.h"

#include <utf8proc.h>

#include <algorithm>

namespace lotse::ui {
namespace {

constexpr unsigned char kFirstMark = 0xCC;  // U+0300, the first that needs it, begins with this byte

bool is_between(utf8proc_int32_t code, utf8proc_int32_t first, utf8proc_int32_t last) {
  return code >= first && code <= last;
}

bool is_shaped(utf8proc_int32_t code) {
  if (is_between(code, 0x0900, 0x109F)) return true;                    // India to Myanmar
  if (is_between(code, 0x1100, 0x11FF)) return true;                    // Jamo, which join to syllables
  if (is_between(code, 0x1700, 0x18AF)) return true;                    // Philippines, Khmer, Mongolian
  if (is_between(code, 0x1F000, 0x1FAFF)) return true;                  // emoji, flags
  if (code == 0x200D || code == 0xFE0F || code == 0x20E3) return true;  // that join them
  const utf8proc_property_t* property = utf8proc_get_property(code);
  switch (property->bidi_class) {
    case UTF8PROC_BIDI_CLASS_R:
    case UTF8PROC_BIDI_CLASS_AL:
    case UTF8PROC_BIDI_CLASS_AN:
    case UTF8PROC_BIDI_CLASS_LRE:
    case UTF8PROC_BIDI_CLASS_LRO:
    case UTF8PROC_BIDI_CLASS_RLE:
    case UTF8PROC_BIDI_CLASS_RLO:
    case UTF8PROC_BIDI_CLASS_PDF:
    case UTF8PROC_BIDI_CLASS_LRI:
    case UTF8PROC_BIDI_CLASS_RLI:
    case UTF8PROC_BIDI_CLASS_FSI:
    case UTF8PROC_BIDI_CLASS_PDI:
      return true;
    default:
      break;
  }
  return property->category == UTF8PROC_CATEGORY_MN || property->category == UTF8PROC_CATEGORY_MC ||
         property->category == UTF8PROC_CATEGORY_ME;
}

}  // namespace

bool needs_shaping(std::string_view text) {
  // Nearly all texts end here.
  if (std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= kFirstMark; }))
    return false;
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                       static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    if (size > 0 && is_shaped(code)) return true;
    at += size > 0 ? static_cast<std::size_t>(size) : 1;
  }
  return false;
}

}  // namespace lotse::ui
