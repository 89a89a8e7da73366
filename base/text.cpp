#include "base/text.h"

namespace lotse {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr char32_t kReplacement = 0xFFFD;

int value_in(std::string_view alphabet, char c) {
  if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  auto at = alphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

// Reads one code point at `at` and moves on; U+FFFD for anything that is not well-formed (Unicode 15, table 3-7).
char32_t next_code_point(std::string_view text, std::size_t& at) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  unsigned char lead = byte(at);
  int more = lead < 0x80                   ? 0
             : lead >= 0xC2 && lead < 0xE0 ? 1
             : lead >= 0xE0 && lead < 0xF0 ? 2
             : lead >= 0xF0 && lead < 0xF5 ? 3
                                           : -1;
  if (more <= 0) return ++at, more == 0 ? char32_t{lead} : kReplacement;
  char32_t code = lead & (0x3F >> more);
  for (int i = 1; i <= more; ++i) {
    unsigned char c = byte(at + static_cast<std::size_t>(i));
    if ((c & 0xC0) != 0x80) return at += static_cast<std::size_t>(i), kReplacement;
    code = code << 6 | (c & 0x3F);
  }
  at += static_cast<std::size_t>(more) + 1;
  bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
  bool surrogate = code >= 0xD800 && code < 0xE000;
  return overlong || surrogate || code > 0x10FFFF ? kReplacement : code;
}

void put_code_point(std::string& out, char32_t c) {
  auto push = [&](char32_t value) { out.push_back(static_cast<char>(value)); };
  if (c < 0x80) return push(c);
  if (c < 0x800) return push(0xC0 | c >> 6), push(0x80 | (c & 0x3F));
  if (c < 0x10000) return push(0xE0 | c >> 12), push(0x80 | (c >> 6 & 0x3F)), push(0x80 | (c & 0x3F));
  push(0xF0 | c >> 18), push(0x80 | (c >> 12 & 0x3F)), push(0x80 | (c >> 6 & 0x3F)), push(0x80 | (c & 0x3F));
}

// Control characters and the bidirectional overrides that make a name look like another one.
bool unwelcome(char32_t c) {
  if (c == '\n' || c == '\t') return false;
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string text;
  for (std::uint8_t byte : bytes) text += {kHex[byte >> 4], kHex[byte & 15]};
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2) return std::nullopt;
  Bytes bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    int high = value_in(kHex, text[i]), low = value_in(kHex, text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::string to_base32(ByteView bytes) {
  std::string text;
  unsigned held = 0, bits = 0;
  for (std::uint8_t byte : bytes) {
    held = (held << 8 | byte) & 0xFFFF, bits += 8;
    for (; bits >= 5; bits -= 5) text += kBase32[held >> (bits - 5) & 31];
  }
  if (bits > 0) text += kBase32[held << (5 - bits) & 31];
  return text;
}

std::optional<Bytes> from_base32(std::string_view text) {
  Bytes bytes;
  unsigned held = 0, bits = 0;
  for (char c : text) {
    int value = value_in(kBase32, c);
    if (value < 0) return std::nullopt;
    held = (held << 5 | static_cast<unsigned>(value)) & 0xFFFF, bits += 5;
    if (bits >= 8) bits -= 8, bytes.push_back(static_cast<std::uint8_t>(held >> bits));
  }
  if (bits >= 5 || (held & ((1u << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = next_code_point(text, at);
    if (unwelcome(c)) continue;
    std::string one;
    put_code_point(one, c);
    if (out.size() + one.size() > max_bytes) break;
    out += one;
  }
  return out;
}

std::string grouped(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % 3 == 0) out += ' ';
    out += digits[i];
  }
  return out;
}

std::u32string to_utf32(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) out += next_code_point(text, at);
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  for (char32_t c : text) put_code_point(out, c);
  return out;
}

}  // namespace lotse
