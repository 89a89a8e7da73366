// Parts of a picture that stood elsewhere in the picture before.
#pragma once
#include "codec/frame.h"

namespace lotse::codec {

/// The pixels of `to` in the new picture stood at `from` (same size) in the old one.
struct Move {
  Rect to;
  Point from;
  bool operator==(const Move&) const = default;
};

}  // namespace lotse::codec
