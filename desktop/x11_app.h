// The windows of one application, or one window with its dialogs, as a picture of their own: whatever lies over them on
// the desktop.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "desktop/shared_windows.h"
#include "desktop/x11_capture.h"
#include "desktop/x11_damage.h"
#include "desktop/x11_windows.h"

namespace lotse::desktop {

/// By XComposite: the server keeps the pixels of each window apart, hidden ones too. What is between and around the
/// windows is plain. The capture thread alone uses it, on the connection that captures; X11Overlay::watch_always() has
/// to be called, for events.
class X11App : public PixelSource {
 public:
  /// `capture` outlives this.
  X11App(X11Connection& connection, X11Capture& capture, const ShareChoice& choice,
         std::shared_ptr<SharedWindows> shared);
  ~X11App() override;
  X11App(const X11App&) = delete;
  X11App& operator=(const X11App&) = delete;

  /// The server has what this needs.
  bool available() const { return available_; }
  /// Looks at an event, which others may be interested in too.
  void handle(const X11Event& event);
  /// Events said that the windows may be others now.
  bool stale() const { return stale_; }
  /// Finds out. True when something of the picture has changed beyond what damaged() tells: everything has to be looked
  /// at.
  bool update();
  /// Some of them were there, and all have been closed.
  bool closed() const { return closed_; }

  /// The box around the windows, on the root window; it stays while they are all minimised, and where a menu was. Empty
  /// while there has been none.
  const Rect& area() const { return area_; }
  const std::string& name() const { return name_; }
  bool pending() const;
  /// What was drawn on since the last call, in pixels of the root window.
  std::vector<Rect> take_damage();
  /// That place of the root window shows one of the windows, and nothing lies over it.
  bool shows(Point place) const { return shared_at(connection_, *shared_, place) != 0; }

  bool grab(std::span<const Rect> boxes, const Taker& take) override;

 private:
  struct Shown {
    X11Window window;
    std::uint32_t pixmap = 0;  // 0: it cannot be read
    Size size;                 // of the pixmap
    Point inside;              // where the window begins in it: behind its border
    bool shaped = false;
    std::vector<Rect> parts;  // of the window, where it has a shape
    std::unique_ptr<X11Damage> damage;
  };
  bool is_ours(std::uint32_t window) const;
  void take_over(const std::vector<X11Window>& windows);
  void name_pixmap(Shown& shown);
  void find_shape(Shown& shown);
  void place();
  std::string name_of(const std::vector<X11Window>& windows) const;
  bool grab_band(const Rect& band, codec::MutableFrameView to);
  bool grab_window(const Shown& shown, const Rect& band, codec::MutableFrameView to);
  bool hidden(std::size_t index, const Rect& part) const;

  X11Connection& connection_;
  X11Capture& capture_;
  const ShareChoice choice_;
  std::shared_ptr<SharedWindows> shared_;
  X11Windows windows_;
  bool available_ = false, shapes_ = false, stale_ = true, closed_ = false;
  std::vector<Shown> shown_;      // lowest first
  std::set<std::uint32_t> main_;  // that there have been, without menus
  Rect base_, area_;              // without menus, and with them
  std::string name_;
  std::vector<SharedWindows::Window> seen_;  // as it was told last
  std::vector<std::uint8_t> scratch_;
};

}  // namespace lotse::desktop
