// What a VNC server of TigerVNC's rules would send for the same change.
#pragma once
#include <array>
#include <memory>
#include <span>

#include "codec/frame.h"

namespace lotse::bench {

/// RFB's Tight encoding by the rules of TigerVNC's server at the defaults of its viewer (quality 8, compression 2):
/// changed blocks of 64x64 make rectangles; areas of one colour are cut out; of what is left a rectangle with few
/// colours goes as a palette through zlib, the others as JPEG of quality 92 without halved colours. Nothing moves: a
/// server that reads a screen has no hints. The search for one colour goes by blocks of 16x16 and does not trim them to
/// the pixel.
class TightPeer {
 public:
  TightPeer();
  ~TightPeer();
  /// Bytes on the wire for one update.
  std::size_t update(codec::FrameView screen, const codec::SlotGrid& grid, std::span<const SlotId> changed);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::bench
