// True messages with changes out of a fuzzer's bytes.
#pragma once
#include "base/bytes.h"

namespace lotse {

/// Takes `changes` by threes: a place (u16) and what is exclusive-ored there; behind the end the byte is appended.
inline Bytes changed(Bytes message, ByteView changes) {
  ByteReader in{changes};
  while (in.left() >= 3) {
    const std::size_t place = in.get<std::uint16_t>();
    const auto bits = in.get<std::uint8_t>();
    if (place < message.size())
      message[place] ^= bits;
    else
      message.push_back(bits);
  }
  return message;
}

}  // namespace lotse
