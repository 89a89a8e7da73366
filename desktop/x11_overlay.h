// What lies over shared screens on the real desktop: windows that let clicks through and that the capture leaves out.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "desktop/cover.h"
#include "desktop/screen_source.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_pixels.h"

namespace lotse::desktop {

/// One window for each item, of its shape. On the connection that grabs, too: a server does what one connection asks
/// for in order, so it is exactly known which pixels of a grab are windows of ours. Requests alone, no replies: nothing
/// of this can fail but by losing the server.
class X11Overlay {
 public:
  X11Overlay(X11Connection& connection, const PixelFormat& format);
  ~X11Overlay();
  X11Overlay(const X11Overlay&) = delete;
  X11Overlay& operator=(const X11Overlay&) = delete;

  /// The screens that there are; what lies over one moves with it, what lay over another one goes.
  void lay_out(const std::vector<SharedMonitor>& screens, Instant now);
  /// What lies over that screen from now on, lowest first. Items whose bytes do not fit their place are left out; all
  /// are where the server cannot let clicks through.
  void show(ScreenId screen, const std::vector<OverlayItem>& items, Instant now);
  /// From now on the connection gets events about all windows of the desktop and their list, not only while something
  /// is shown.
  void watch_always();
  /// True when the event was about windows of the desktop.
  bool handle(const X11Event& event);
  /// Back to the top after events that said that something came above.
  void stay_on_top();

  /// The parts of a piece of the root window that show windows of ours, or may still: what a window has left counts
  /// until programs and compositors have had time to draw there. From the piece's corner on; they may overlap.
  std::vector<Rect> covered(const Rect& piece) const;
  /// Where that time is over: to be looked at again. In pixels of the root window.
  std::vector<Rect> take_left(Instant now);
  /// When take_left() has something next.
  Instant next_deadline() const { return left_.empty() ? Instant::never() : left_.front().until; }

 private:
  using Parts = std::shared_ptr<const std::vector<Rect>>;
  /// Some of the pixels of a rectangle of the root window.
  struct Area {
    Rect bounds;
    Parts parts;  // from its corner on
  };
  struct Item {
    std::uint64_t content = 0;
    Rect place;  // of the screen
    std::uint32_t window = 0;
    Area area;
  };
  struct Screen {
    Point corner;  // of the root window
    std::map<std::uint64_t, Item> items;
    std::vector<std::uint32_t> order;  // windows, lowest first
  };
  struct Left {
    Area area;
    Instant until;
  };

  std::uint32_t make_window();
  void dress(Item& item, const OverlayItem& as);
  std::uint32_t make_pixmap(const OverlayItem& item);
  void set_shape(std::uint32_t window, const std::vector<Rect>& parts);
  void put(Item& item, Point corner);
  void leave(const Item& item, Instant now);
  void remove(const Item& item, Instant now);
  void restack();
  void watch(bool on);

  X11Connection& connection_;
  const PixelFormat format_;
  std::uint32_t pen_ = 0;  // 0: nothing can be shown
  std::uint32_t type_atom_ = 0, type_ = 0;
  std::map<ScreenId, Screen> screens_;
  std::vector<std::uint32_t> stack_;  // all windows as they were stacked last, lowest first
  bool buried_ = false, buried_by_map_ = false, watching_ = false, always_ = false;
  std::vector<Left> left_;  // oldest first
};

}  // namespace lotse::desktop
