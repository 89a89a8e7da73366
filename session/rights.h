// What a member may do, as bits and as words.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lotse::session {

enum class Right : std::uint32_t {
  view = 1 << 0,
  control = 1 << 1,
  point = 1 << 2,
  draw = 1 << 3,
  chat = 1 << 4,
  files = 1 << 5,
  board = 1 << 6,
  clipboard = 1 << 7,
  present = 1 << 8,
  record = 1 << 9,
};

class Rights {
 public:
  constexpr Rights() = default;
  /// Bits that mean nothing are dropped.
  constexpr explicit Rights(std::uint32_t bits) : bits_(bits & 0x3FF) {}
  constexpr bool has(Right right) const { return (bits_ & static_cast<std::uint32_t>(right)) != 0; }
  constexpr void set(Right right, bool on) {
    auto bit = static_cast<std::uint32_t>(right);
    bits_ = on ? bits_ | bit : bits_ & ~bit;
  }
  constexpr std::uint32_t bits() const { return bits_; }
  bool operator==(const Rights&) const = default;

  static constexpr Rights all() { return Rights{0x3FF}; }
  /// View, chat, point, draw.
  static constexpr Rights usual() { return Rights{1u | 4u | 8u | 16u}; }

 private:
  std::uint32_t bits_ = 0;
};

std::optional<Right> right_from_name(std::string_view name);
std::string name_of(Right right);
std::vector<std::string> names_of(Rights rights);
/// "view,chat": nothing when one of the words is no right.
std::optional<Rights> rights_from_list(std::string_view comma_separated);

}  // namespace lotse::session
