// With whom somebody talks.
#pragma once
#include <cstddef>
#include <set>

namespace lotse::ui {

/// The others in a conversation: nobody named is everybody, one is a private talk, several are a group.
using With = std::set<int>;

inline constexpr std::size_t kMaxWith = 99;  // of a group, beside oneself

}  // namespace lotse::ui
