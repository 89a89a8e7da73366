// Small words about text that comes from people and from the wire.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace lotse {

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);
/// Nothing when `text` is not an even run of hexadecimal digits.
std::optional<Bytes> from_hex(std::string_view text);
/// Base32 as RFC 4648 has it, lower case, no padding: what links carry, since it survives being read aloud.
std::string to_base32(ByteView bytes);
/// Takes either case; nothing when a character does not belong or padding bits are set.
std::optional<Bytes> from_base32(std::string_view text);
/// Valid UTF-8 without control characters but \n and \t, at most `max_bytes`; bad sequences become U+FFFD, a cut never
/// falls into a character. For names, chat and whatever else a peer may say.
std::string clean_text(std::string_view text, std::size_t max_bytes);
/// "428117903" -> "428 117 903".
std::string grouped(std::string_view digits);
/// The code points of valid UTF-8 (see clean_text).
std::u32string to_utf32(std::string_view text);
std::string to_utf8(std::u32string_view text);

}  // namespace lotse
