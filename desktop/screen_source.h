// Screens that can be shared: asked for, granted or refused, captured while they change, gone at any time.
#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "base/ids.h"
#include "base/time.h"
#include "codec/frame.h"
#include "codec/slot_codec.h"

namespace lotse::desktop {

class SharedWindows;

/// One slot's pixels at one moment. Immutable and shared: workers encode from it while the next frame is captured.
using SlotPixels = std::shared_ptr<const codec::Image>;

struct CapturedSlot {
  SlotId slot;
  SlotPixels pixels;
};

/// What changed on one screen since its last frame. `size` is the whole screen; a change of size is a frame with every
/// slot.
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

struct Monitor {
  std::string name;
  Rect area;  // of the desktop
  bool primary = false;
  bool operator==(const Monitor&) const = default;
};

/// One of the screens of a share: a monitor, an area, or the whole desktop. It keeps its number as long as the share
/// has a screen of that name.
struct SharedMonitor {
  ScreenId screen;
  Monitor monitor;
  bool operator==(const SharedMonitor&) const = default;
};

/// Pixels that lie over a screen. With the same `id` and `content` as before at most its place has changed.
struct OverlayItem {
  std::uint64_t id = 0;  // of one list no two are equal
  std::uint64_t content = 0;
  Rect place;                                             // pixels of that screen; may reach beyond it
  std::shared_ptr<const std::vector<std::uint8_t>> argb;  // B G R A, premultiplied, place.width * place.height * 4
};

/// What of a desktop is shared.
struct ShareChoice {
  enum class Kind {
    monitors,  // each monitor is a screen of its own; the only one there is stands for the whole desktop
    desktop,   // all of it as one screen
    monitor,   // the one of that name
    area,
    application,  // all windows of the process `id`, and nothing else
    window        // the X window `id` with its dialogs and menus
  };
  Kind kind = Kind::monitors;
  std::string monitor;
  Rect area;
  std::uint32_t id = 0;
};

enum class SourceState { asked, granted, refused, gone };

/// Why a source was refused or went away; the names are the error codes of the control interface.
enum class SourceProblem { none, no_display, no_extension, display_lost, source_gone, refused_by_user, too_large };

/// Called on the source's own thread: post to your loop, do nothing here.
class ScreenSourceHandler {
 public:
  virtual ~ScreenSourceHandler() = default;
  virtual void on_state(SourceState state, SourceProblem problem, const std::string& detail) = 0;
  /// The screens that there are from now on: right after granted, and whenever one comes, goes, moves or changes.
  virtual void on_screens(std::vector<SharedMonitor> screens) = 0;
  virtual void on_frame(ScreenId screen, CapturedFrame frame) = 0;
  virtual void on_cursor_shape(CursorShape shape) = 0;
  /// In pixels of that screen; outside: hidden. Where there are several, the one that the pointer has left is told
  /// kCursorAway.
  virtual void on_cursor_position(ScreenId screen, Point position) = 0;
};

/// So far outside of a screen that nothing of a pointer's shape is seen; the farthest that travels.
inline constexpr Point kCursorAway{codec::kMaxSide, codec::kMaxSide};

/// Captures by demand: after each request() at most one frame of that screen is delivered, as soon as something differs
/// from its last one. A new screen's first frame has to be asked for. All calls from one thread; destruction stops the
/// capture and waits for its thread.
class ScreenSource {
 public:
  virtual ~ScreenSource() = default;
  /// Asks for the screen; the answer comes as on_state: granted or refused, after asked where a person is asked first
  /// (X11 answers at once). The first frame of a screen has every slot. After refused or gone nothing more comes.
  virtual void start(ScreenSourceHandler& handler) = 0;
  virtual void request(ScreenId screen) = 0;
  /// Forget what was delivered: the next frame of each screen has every slot again.
  virtual void refresh() = 0;
  virtual void set_colors(codec::Colors colors) = 0;
  /// What lies over that screen from now on, lowest first: seen by the person there, not captured, and in the way of no
  /// click. Goes with the screen; of a screen that is not there it is dropped.
  virtual void set_overlay(ScreenId screen, std::vector<OverlayItem> items) = 0;
  /// These windows, with their dialogs and menus, are black from the next frame on, where a desktop is shared. X11 ids.
  virtual void set_hidden(std::set<std::uint32_t> windows) = 0;
};

/// One that can be shared: with ShareChoice::Kind::window, or as one of the application `pid` when that is not 0.
struct DesktopWindow {
  std::uint32_t id = 0;
  std::string title, app;
  std::uint32_t pid = 0;  // as its program says
  Rect area;              // of the desktop
};

struct DesktopSources {
  Size screen;
  std::vector<Monitor> monitors;
  std::vector<DesktopWindow> windows;  // the highest first
};

/// X11: `display` as DISPLAY has it, empty for the environment's. `shared`: told which windows are shared, where not
/// all of them are; for make_x11_input().
std::unique_ptr<ScreenSource> make_x11_source(const std::string& display, const ShareChoice& choice,
                                              std::shared_ptr<SharedWindows> shared = nullptr);
/// Throws std::runtime_error with one clear line when there is no display.
DesktopSources x11_sources(const std::string& display);

}  // namespace lotse::desktop
