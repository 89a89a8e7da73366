#include "files/names.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lotse::files {
namespace {

constexpr std::size_t kMost = 180;             // bytes: with what is put around it below the 255 of file systems
constexpr std::size_t kLongestExtension = 16;  // bytes, with its dot

/// Turns text around, joins or hides it: what looks like "gpj.exe" could be "exe.jpg".
bool deceives(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF);
}

bool is_separator(char32_t c) {
  return std::u32string_view(U"/\\:*?\"<>|\u2044\u2215\uFF0F\uFF3C").find(c) != std::u32string_view::npos;
}

/// In a folder that is shared with Windows these are not files.
bool is_device(std::string_view name) {
  std::string stem(name.substr(0, name.find('.')));
  std::transform(stem.begin(), stem.end(), stem.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static constexpr std::array kDevices{"con", "prn", "aux", "nul", "conin$", "conout$"};
  if (std::find(kDevices.begin(), kDevices.end(), stem) != kDevices.end()) return true;
  return stem.size() == 4 && (stem.substr(0, 3) == "com" || stem.substr(0, 3) == "lpt") && stem[3] >= '0' &&
         stem[3] <= '9';
}

std::size_t extension_at(const std::string& name) {
  std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 || name.size() - dot > kLongestExtension ? name.size() : dot;
}

std::string shortened(const std::string& name) {
  if (name.size() <= kMost) return name;
  std::string extension = name.substr(extension_at(name));
  return clean_text(name.substr(0, extension_at(name)), kMost - extension.size()) + extension;
}

}  // namespace

std::string safe_name(std::string_view name) {
  std::u32string points = to_utf32(clean_text(name, 3 * name.size()));
  if (auto slash = points.find_last_of(U"/\\"); slash != std::u32string::npos) points.erase(0, slash + 1);
  std::erase_if(points, deceives);
  for (char32_t& c : points)
    if (is_separator(c)) c = U'_';
  while (!points.empty() && (points.back() == U'.' || points.back() == U' ')) points.pop_back();
  points.erase(0, std::min(points.find_first_not_of(U". "), points.size()));
  std::string safe = shortened(to_utf8(points));
  if (safe.empty()) return "file";
  return is_device(safe) ? "_" + safe : safe;
}

std::string numbered_name(const std::string& name, int number) {
  std::size_t dot = extension_at(name);
  return name.substr(0, dot) + " (" + std::to_string(number) + ")" + name.substr(dot);
}

}  // namespace lotse::files
