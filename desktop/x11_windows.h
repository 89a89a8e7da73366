// The windows of an X desktop, and whose they are.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "desktop/screen_source.h"
#include "desktop/x11_connection.h"

namespace lotse::desktop {

/// A window that a person takes for one: a program's own, without what a window manager puts around it, or a menu, a
/// tooltip. What its program says of itself (title, pid, leader) proves nothing; `client` is the server's word.
struct X11Window {
  std::uint32_t id = 0;
  std::uint32_t top = 0;     // the child of the root window that has it; itself where nobody put a frame around
  std::uint32_t client = 0;  // of one connection to the server all windows have the same one
  std::uint32_t transient_for = 0, leader_client = 0, pid = 0;
  std::string title, app;
  Rect area;           // without border; pixels of the root window
  bool popup = false;  // no window manager looks after it
  bool viewable = false;
  bool ordinary = true;  // neither the desktop's background nor a panel
};

/// Lists windows. On the thread of its connection.
class X11Windows {
 public:
  explicit X11Windows(X11Connection& connection);
  /// All of them, lowest first, those that are minimised included. Some round trips, however many windows there are.
  std::vector<X11Window> read() const;
  bool exists(std::uint32_t window) const;
  /// What read() gives may be different once this property has changed. Programs change others with each key.
  bool reads(std::uint32_t property) const;
  /// Asks for it to come above all others.
  void raise(std::uint32_t window) const;

  static constexpr std::size_t kMost = 2048;  // further ones are not seen

 private:
  struct Found {
    std::uint32_t id, top;
  };
  std::vector<std::uint32_t> children(std::uint32_t window) const;
  std::vector<std::uint32_t> client_list() const;
  std::vector<Found> find() const;
  std::vector<Found> find_listed(const std::vector<std::uint32_t>& listed) const;
  std::uint32_t find_marked(std::uint32_t window, int depth) const;
  std::uint32_t client_of(std::uint32_t window) const;

  X11Connection& connection_;
  std::uint32_t client_list_ = 0, state_ = 0, pid_ = 0, name_ = 0, leader_ = 0, type_ = 0, desktop_ = 0, dock_ = 0,
                active_ = 0;
};

/// Which of them belong to what is shared, lowest first: all of an application, or one window with its dialogs and
/// menus. Pure.
std::vector<X11Window> chosen_of(const std::vector<X11Window>& all, const ShareChoice& choice);
/// Those that a person can choose. Pure.
std::vector<DesktopWindow> choices_in(const std::vector<X11Window>& all);

}  // namespace lotse::desktop
