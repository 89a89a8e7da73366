// A screen that can be shared: asked for, granted or refused, captured while it changes, gone at any time.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "base/time.h"
#include "codec/frame.h"
#include "codec/slot_codec.h"

namespace lotse::desktop {

/// One slot's pixels at one moment. Immutable and shared: workers encode from it while the next frame is captured.
using SlotPixels = std::shared_ptr<const codec::Image>;

struct CapturedSlot {
  SlotId slot;
  SlotPixels pixels;
};

/// What changed since the last frame. `size` is the whole shared area; a change of size is a frame with every slot.
struct CapturedFrame {
  Size size;
  std::vector<CapturedSlot> slots;
  Instant captured;  // CLOCK_MONOTONIC
};

struct CursorShape {
  Size size;  // 0x0: hidden
  Point hotspot;
  Bytes argb;  // B G R A, premultiplied, size.width * size.height * 4
};

enum class SourceState { asked, granted, refused, gone };

/// Why a source was refused or went away; the names are the error codes of the control interface.
enum class SourceProblem { none, no_display, no_extension, display_lost, source_gone, refused_by_user, too_large };

/// Called on the source's own thread: post to your loop, do nothing here.
class ScreenSourceHandler {
 public:
  virtual ~ScreenSourceHandler() = default;
  virtual void on_state(SourceState state, SourceProblem problem, const std::string& detail) = 0;
  virtual void on_frame(CapturedFrame frame) = 0;
  virtual void on_cursor_shape(CursorShape shape) = 0;
  /// In pixels of the shared area; outside: hidden.
  virtual void on_cursor_position(Point position) = 0;
};

/// Captures by demand: after each request() at most one frame is delivered, as soon as something differs from the last
/// one. All calls from one thread; destruction stops the capture and waits for its thread.
class ScreenSource {
 public:
  virtual ~ScreenSource() = default;
  /// Asks for the screen; the answer comes as on_state: granted or refused, after asked where a person is asked first
  /// (X11 answers at once). The first frame after granted has every slot. After refused or gone nothing more comes.
  virtual void start(ScreenSourceHandler& handler) = 0;
  virtual void request() = 0;
  /// Forget what was delivered: the next frame has every slot again.
  virtual void refresh() = 0;
  virtual void set_colors(codec::Colors colors) = 0;
};

struct Monitor {
  std::string name;
  Rect area;
};
struct DesktopSources {
  Size screen;
  std::vector<Monitor> monitors;
};

/// X11: `display` as DISPLAY has it, empty for the environment's. `area` empty: the whole screen, following its size.
std::unique_ptr<ScreenSource> make_x11_source(const std::string& display, const Rect& area);
/// Throws std::runtime_error with one clear line when there is no display.
DesktopSources x11_sources(const std::string& display);

}  // namespace lotse::desktop
