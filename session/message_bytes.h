// Bytes as fields of messages: protobuf keeps them as strings.
#pragma once
#include <algorithm>
#include <string>

#include "base/bytes.h"

namespace lotse::session {

inline std::string text_of(ByteView bytes) { return std::string(as_text(bytes)); }

/// False when it is not exactly as long as `to`.
template <class Array>
bool read_bytes(const std::string& from, Array& to) {
  if (from.size() != to.size()) return false;
  std::copy(from.begin(), from.end(), to.begin());
  return true;
}

}  // namespace lotse::session
