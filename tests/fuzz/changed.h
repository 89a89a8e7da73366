// True messages with changes out of a fuzzer's bytes.
#pragma once
#include <algorithm>

#include "base/bytes.h"

namespace lotse {

/// Takes `changes` by threes: a place (u16) and what is exclusive-ored there; behind the end the byte is appended, and
/// at place 0xFFFF so many bytes are cut off.
inline Bytes changed(Bytes message, ByteView changes) {
  ByteReader in{changes};
  while (in.left() >= 3) {
    const std::size_t place = in.get<std::uint16_t>();
    const auto bits = in.get<std::uint8_t>();
    if (place == 0xFFFF)
      message.resize(message.size() - std::min<std::size_t>(message.size(), bits));
    else if (place < message.size())
      message[place] ^= bits;
    else
      message.push_back(bits);
  }
  return message;
}

}  // namespace lotse
