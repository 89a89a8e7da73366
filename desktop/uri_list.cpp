#include "desktop/uri_list.h"

#include <optional>

namespace lotse::desktop {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
    out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return out.find('\0') == out.npos ? std::optional(out) : std::nullopt;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/").find(c) != std::string_view::npos;
}

}  // namespace

std::vector<std::string> paths_of(std::string_view list) {
  std::vector<std::string> paths;
  while (!list.empty()) {
    std::string_view line = list.substr(0, list.find_first_of("\r\n"));
    list.remove_prefix(std::min(list.size(), line.size() + 1));
    if (!line.starts_with("file:")) continue;
    line.remove_prefix(5);
    for (std::string_view host : {"//localhost/", "///"})
      if (line.starts_with(host)) {
        line.remove_prefix(host.size() - 1);
        break;
      }
    if (!line.starts_with('/') || line.starts_with("//")) continue;
    if (auto path = unescaped(line)) paths.push_back(std::move(*path));
  }
  return paths;
}

std::string uri_list_of(const std::vector<std::string>& paths) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string list;
  for (const std::string& path : paths) {
    list += "file://";
    for (char c : path) {
      const auto byte = static_cast<unsigned char>(c);
      if (is_plain(c))
        list += c;
      else
        list += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
    list += "\r\n";
  }
  return list;
}

}  // namespace lotse::desktop
