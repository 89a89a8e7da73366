#include "ui/links.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/text.h"

namespace lotse::ui {
namespace {

constexpr std::size_t kMostLinks = 64, kMostHost = 253, kMostLabel = 63;  // RFC 1035, 2.3.4

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter_or_digit(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

struct Letter {
  char32_t code = 0;
  std::size_t bytes = 0;
};
Letter letter_at(std::string_view text, std::size_t at) {
  utf8proc_int32_t code = 0;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                     static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  return size > 0 ? Letter{static_cast<char32_t>(code), static_cast<std::size_t>(size)} : Letter{0, 1};
}
utf8proc_category_t category_of(char32_t code) { return utf8proc_category(static_cast<utf8proc_int32_t>(code)); }

bool ends_link(char32_t code) {
  switch (category_of(code)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:  // directions, joiners: what is seen would not be what is there
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return code == '<' || code == '>' || code == '"' || code == '\\' || code == '`';
  }
}

bool is_punctuation(char32_t code) {
  if (code < 0x80) return std::string_view(".,;:!?'*").find(static_cast<char>(code)) != std::string_view::npos;
  const auto category = category_of(code);
  return category == UTF8PROC_CATEGORY_PO || category == UTF8PROC_CATEGORY_PE || category == UTF8PROC_CATEGORY_PF ||
         category == UTF8PROC_CATEGORY_PI || category == UTF8PROC_CATEGORY_PS;
}

/// Without what belongs to the sentence around it: a bracket stays where it was opened inside.
std::string_view without_tail(std::string_view run) {
  while (!run.empty()) {
    std::size_t at = run.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(run[at]) & 0xC0) == 0x80) --at;
    const char32_t last = letter_at(run, at).code;
    static constexpr std::string_view kOpen = "([{", kClose = ")]}";
    const std::size_t bracket = last < 0x80 ? kClose.find(static_cast<char>(last)) : std::string_view::npos;
    if (bracket != std::string_view::npos) {
      if (std::count(run.begin(), run.end(), kClose[bracket]) <= std::count(run.begin(), run.end(), kOpen[bracket]))
        return run;
    } else if (!is_punctuation(last)) {
      return run;
    }
    run = run.substr(0, at);
  }
  return run;
}

/// One form (NFKC) in lower case: what a browser makes of it before it asks for the name.
std::optional<std::string> one_form(std::string_view host) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(host.data()), static_cast<utf8proc_ssize_t>(host.size()),
                   &mapped, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size < 0) return std::nullopt;
  std::u32string letters = to_utf32({reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)});
  for (char32_t& c : letters)
    c = c == 0x3002 ? U'.' : static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
  return to_utf8(letters);
}

bool may_be_in_host(char32_t code) {
  if (code < 0x80) return is_letter_or_digit(static_cast<char>(code)) || code == '-' || code == '.' || code == '_';
  if (utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->ignorable) return false;  // it cannot be seen
  const auto category = category_of(code);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;  // letters, marks, numbers
}

/// RFC 3492, 6.3, without the "xn--".
std::string punycode(const std::u32string& label) {
  constexpr std::uint32_t kBase = 36, kLeast = 1, kMost = 26, kSkew = 38, kDamp = 700;
  std::string out;
  for (char32_t c : label)
    if (c < 0x80) out += static_cast<char>(c);
  const auto basic = static_cast<std::uint32_t>(out.size());
  if (basic > 0) out += '-';
  std::uint32_t next = 0x80, delta = 0, bias = 72, done = basic;
  while (done < label.size()) {
    std::uint32_t lowest = 0x10FFFF;
    for (char32_t c : label)
      if (c >= next) lowest = std::min<std::uint32_t>(lowest, c);
    delta += (lowest - next) * (done + 1);  // 63 letters at most: it fits
    next = lowest;
    for (char32_t c : label) {
      if (c < next) ++delta;
      if (c != next) continue;
      std::uint32_t rest = delta;
      for (std::uint32_t k = kBase;; k += kBase) {
        const std::uint32_t limit = k <= bias ? kLeast : std::min(k - bias, kMost);
        const std::uint32_t digit = rest < limit ? rest : limit + (rest - limit) % (kBase - limit);
        out += static_cast<char>(digit < 26 ? 'a' + digit : '0' + digit - 26);
        if (rest < limit) break;
        rest = (rest - limit) / (kBase - limit);
      }
      delta = done == basic ? delta / kDamp : delta / 2;
      delta += delta / (done + 1);
      std::uint32_t k = 0;
      for (; delta > (kBase - kLeast) * kMost / 2; k += kBase) delta /= kBase - kLeast;
      bias = k + (kBase - kLeast + 1) * delta / (delta + kSkew);
      delta = 0;
      ++done;
    }
    ++delta;
    ++next;
  }
  return out;
}

/// The host with its port. Nothing: it is none.
std::optional<std::string> host_and_port(std::string_view authority) {
  if (const auto at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
  const bool literal = authority.starts_with('[');
  const auto colon =
      literal ? authority.find(':', std::min(authority.find(']'), authority.size())) : authority.find(':');
  const std::string_view name = authority.substr(0, colon);
  const std::string_view port = colon == authority.npos ? "" : authority.substr(colon + 1);
  if (port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) return std::nullopt;
  if (!port.empty() && std::stoul(std::string(port)) > 65535) return std::nullopt;
  std::optional<std::string> host;
  if (!literal) {
    host = ascii_host(name);
  } else if (name.size() > 3 && name.size() < 50 && name.ends_with(']') &&
             name.find_first_not_of("0123456789abcdefABCDEF:.", 1) == name.size() - 1) {
    host = std::string(name);  // an IPv6 address
  }
  if (host && !port.empty()) *host += ":" + std::string(port);
  return host;
}

/// What a browser and a shell script take as it is; the rest as %XX.
std::string escaped(std::string_view rest) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : rest) {
    if (is_letter_or_digit(c) || std::string_view("-._~:/?#[]@!&()*+,;=%").find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

/// Where a link may begin at `at`: the length of "http://" or "https://" there, or 0.
std::size_t scheme_at(std::string_view text, std::size_t at) {
  if (at > 0 && is_letter_or_digit(text[at - 1])) return 0;
  for (std::string_view scheme : {std::string_view("https://"), std::string_view("http://")}) {
    const std::string_view there = text.substr(at, scheme.size());
    if (std::equal(there.begin(), there.end(), scheme.begin(), scheme.end(),
                   [](char a, char b) { return lower(a) == b; }))
      return scheme.size();
  }
  return 0;
}

}  // namespace

std::optional<std::string> ascii_host(std::string_view host) {
  const std::optional<std::string> form = one_form(host);
  if (!form) return std::nullopt;
  std::u32string letters = to_utf32(*form);
  if (!std::all_of(letters.begin(), letters.end(), may_be_in_host)) return std::nullopt;
  if (letters.ends_with(U'.')) letters.pop_back();
  std::string out;
  for (std::size_t at = 0; at <= letters.size();) {
    const std::size_t dot = std::min(letters.find(U'.', at), letters.size());
    const std::u32string label = letters.substr(at, dot - at);
    if (label.empty() || label.size() > kMostLabel) return std::nullopt;
    const bool plain = std::all_of(label.begin(), label.end(), [](char32_t c) { return c < 0x80; });
    const std::string ascii = plain ? to_utf8(label) : "xn--" + punycode(label);
    if (ascii.size() > kMostLabel) return std::nullopt;
    out += (out.empty() ? "" : ".") + ascii;
    at = dot + 1;
  }
  return out.size() <= kMostHost ? std::optional(out) : std::nullopt;
}

std::vector<Link> find_links(std::string_view text) {
  std::vector<Link> links;
  for (std::size_t at = text.find("://"); at != text.npos && links.size() < kMostLinks; at = text.find("://", at + 1)) {
    std::size_t begin = text.npos, scheme = 0;
    for (std::size_t before : {std::size_t{5}, std::size_t{4}})
      if (at >= before && scheme == 0) begin = at - before, scheme = scheme_at(text, begin);
    if (scheme == 0 || begin + scheme != at + 3 || (!links.empty() && begin < links.back().end)) continue;
    std::size_t end = begin + scheme;
    while (end < text.size()) {
      const Letter letter = letter_at(text, end);
      if (ends_link(letter.code)) break;
      end += letter.bytes;
    }
    const std::string_view run = without_tail(text.substr(begin, end - begin));
    if (run.size() <= scheme) continue;
    const std::string_view behind = run.substr(scheme);
    const std::size_t slash = std::min(behind.find_first_of("/?#"), behind.size());
    const auto host = host_and_port(behind.substr(0, slash));
    if (!host) continue;
    const std::string_view rest = behind.substr(slash);
    links.push_back(
        {begin, begin + run.size(),
         (scheme == 8 ? "https://" : "http://") + *host + (rest.starts_with('/') ? "" : "/") + escaped(rest), *host});
  }
  return links;
}

}  // namespace lotse::ui
