// The shared area as a sequence of changes: damage, grab, compare, slots.
#pragma once
#include <optional>
#include <vector>

#include "codec/change.h"
#include "desktop/screen_source.h"
#include "desktop/x11_capture.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_damage.h"

namespace lotse::desktop {

class X11Picture {
 public:
  /// `area` empty: the whole screen. `screen`: the root window's size.
  X11Picture(X11Connection& connection, PixelFormat format, const Rect& area, Size screen);

  /// True when the event was about the picture: damage, or a new size of the screen (then see shared()).
  bool handle(const X11Event& event);
  /// What is shared now: the area as far as it lies on the screen. Empty when nothing of it does.
  Rect shared() const { return shared_; }
  /// There may be something new. Without XDamage one has to look now and then.
  bool stale() const { return whole_ || damage_.pending(); }
  bool has_damage() const { return damage_.available(); }
  /// The next look takes everything, and tells every slot or only those that differ.
  void look_at_all() { whole_ = true; }
  void forget();
  void set_colors(codec::Colors colors);

  /// What differs from the last look; nothing when nothing does, or when the server refused (stale() then stays true).
  std::optional<CapturedFrame> look(Instant now);
  /// Looks in a row that the server refused.
  int refusals() const { return refusals_; }

 private:
  void resize(Size screen);
  std::vector<Rect> boxes();
  CapturedFrame cut_out(const std::vector<bool>& changed, Instant now) const;

  X11Connection& connection_;
  X11Damage damage_;
  X11Capture capture_;
  codec::ChangeDetector detector_;
  codec::Colors colors_ = codec::Colors::full;
  Rect area_, shared_;
  bool whole_ = true;
  int refusals_ = 0;
};

}  // namespace lotse::desktop
