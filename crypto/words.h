// The project's list of words. Part of the protocol: changing a word or the order is a new version.
#pragma once
#include <span>
#include <string_view>

namespace lotse::crypto {

/// 2048 words of 3 to 8 letters a-z. The first 1024 are those of short authentication strings.
std::span<const std::string_view> word_list();

}  // namespace lotse::crypto
