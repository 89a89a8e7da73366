// The desktop's pixels, with the windows black that its person hides from viewers.
#pragma once
#include <set>
#include <vector>

#include "desktop/x11_capture.h"
#include "desktop/x11_windows.h"

namespace lotse::desktop {

/// While windows are hidden, the server serves nobody else between the question where they are and the grab. The
/// capture thread alone uses it. What a compositor shows of a window elsewhere, as in a preview, is not known here.
class X11Masked : public PixelSource {
 public:
  /// `capture` outlives this.
  X11Masked(X11Connection& connection, X11Capture& capture)
      : connection_(connection), capture_(capture), windows_(connection) {}

  /// These from now on, with their frames, dialogs and menus. Pictures have to forget what they have seen.
  void hide(std::set<std::uint32_t> windows);
  bool hides() const { return !hidden_.empty(); }
  /// Looks at an event, which others may be interested in too.
  void handle(const X11Event& event);
  bool stale() const { return stale_ && hides(); }
  /// To be looked at again since hidden windows are elsewhere now; in pixels of the root window.
  std::vector<Rect> take_moved();

  bool grab(std::span<const Rect> boxes, const Taker& take) override;

 private:
  std::vector<Rect> places() const;

  X11Connection& connection_;
  X11Capture& capture_;
  X11Windows windows_;
  std::set<std::uint32_t> hidden_;
  std::vector<Rect> places_;  // when they were last told
  bool stale_ = false;
};

}  // namespace lotse::desktop
