// The pointer: its shape by XFixes, its place by XInput 2. Both travel apart from the picture.
#pragma once
#include <cstdint>
#include <optional>

#include "desktop/frame_pacer.h"
#include "desktop/screen_source.h"
#include "desktop/x11_connection.h"

namespace lotse::desktop {

class X11Cursor {
 public:
  explicit X11Cursor(X11Connection& connection);

  /// True when the event was about the pointer.
  bool handle(const X11Event& event);
  /// Asks the server for what may have changed, if it is time for that; a new shape goes to `handler`. True when the
  /// server was asked, so that events may have been read meanwhile.
  bool update(Instant now, ScreenSourceHandler& handler);
  /// On the root window; nothing while it is not known.
  std::optional<Point> position() const { return position_; }
  /// When to call update() again though no event came.
  Instant next_deadline() const;
  /// The picture changed: a program may have put the pointer elsewhere, which makes no event of any kind.
  void look_again() { moved_ = true; }

 private:
  void tell_shape(Instant now, ScreenSourceHandler& handler);
  void find_position();

  X11Connection& connection_;
  FramePacer pacer_;
  bool has_shape_ = false, has_motion_ = false;
  bool moved_ = true, reshaped_ = true;
  std::optional<Point> position_;
  std::optional<std::uint64_t> told_shape_;  // hash
  Instant poll_at_ = Instant::never(), ask_again_at_ = Instant::never();
};

}  // namespace lotse::desktop
