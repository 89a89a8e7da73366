// What the live bench draws with: windows that no window manager touches, and pictures through shared memory. XCB only.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "codec/frame.h"

namespace lotse::bench {

/// The display that DISPLAY names; 24-bit screens of four bytes a pixel only. Every call that fails throws
/// std::runtime_error with one clear line. Not thread-safe.
class XStage {
 public:
  using Window = std::uint32_t;

  XStage();
  ~XStage();
  XStage(const XStage&) = delete;
  XStage& operator=(const XStage&) = delete;

  Size size() const;
  /// A bare window on top of all others, shown at once. Clicks on it wake wait_for_click().
  Window open(const Rect& where, std::uint32_t rgb = 0x303030);
  void fill(Window window, const std::vector<Rect>& areas, std::uint32_t rgb);
  /// What the server paints where `window` comes to light again.
  void set_background(Window window, codec::FrameView picture);
  void move(Window window, Point to);
  /// Copies `part` of `picture` to the same place of `window`; returns when the server has drawn it.
  void put(Window window, codec::FrameView picture, const Rect& part);
  /// Returns when the server has done all that was asked.
  void finish();
  void flush();
  void wait_for_click();
  /// The whole screen without its pointer, rows of size().width * 4 bytes.
  std::vector<std::uint8_t> grab();

 private:
  struct Server;
  std::unique_ptr<Server> server_;
};

}  // namespace lotse::bench
