// Reads pixels of the root window: through shared memory, or over the wire where there is none.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/geometry.h"
#include "codec/frame.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_pixels.h"

namespace lotse::desktop {

/// Something that pixels can be read from, in pixels of the root window.
class PixelSource {
 public:
  /// `piece` is part of one of the boxes asked for; `pixels` may be written to and end with the call.
  using Taker = std::function<void(const Rect& piece, codec::MutableFrameView pixels)>;
  virtual ~PixelSource() = default;
  /// Grabs boxes. Large ones come in pieces; cuts lie at multiples of the slot's side below the box's top. False when
  /// the server refused: what was not taken has to be grabbed again.
  virtual bool grab(std::span<const Rect> boxes, const Taker& take) = 0;
};

class X11Capture : public PixelSource {
 public:
  X11Capture(X11Connection& connection, PixelFormat format);
  ~X11Capture() override;
  X11Capture(const X11Capture&) = delete;
  X11Capture& operator=(const X11Capture&) = delete;

  /// Of the root window, all boxes inside it. The server refuses when the screen just became smaller, or it is gone.
  bool grab(std::span<const Rect> boxes, const Taker& take) override { return grab(connection_.root(), boxes, take); }
  /// Of a window or pixmap of the same format, in its own pixels.
  bool grab(std::uint32_t drawable, std::span<const Rect> boxes, const Taker& take);
  /// Windows and pixmaps of that depth can be read.
  bool reads(int depth) const;
  bool shares_memory() const { return segment_ != 0; }

 private:
  void attach();
  void detach();
  bool grab_shared(std::uint32_t drawable, std::span<const Rect> pieces, const Taker& take);
  bool grab_copied(std::uint32_t drawable, const Rect& piece, const Taker& take);
  void deliver(const Rect& piece, std::uint8_t* raw, const Taker& take);
  std::size_t bytes(const Rect& piece) const {
    return format_.stride(piece.width) * static_cast<std::size_t>(piece.height);
  }
  std::vector<Rect> cut(std::span<const Rect> boxes) const;

  X11Connection& connection_;
  PixelFormat format_;
  std::uint32_t segment_ = 0;  // the server's name for memory_, 0 without
  std::uint8_t* memory_ = nullptr;
  std::vector<std::uint8_t> converted_;
};

}  // namespace lotse::desktop
