// One shared screen as a sequence of changes: damage, grab, compare, slots.
#pragma once
#include <optional>
#include <vector>

#include "codec/change.h"
#include "desktop/damage_boxes.h"
#include "desktop/screen_source.h"
#include "desktop/x11_capture.h"
#include "desktop/x11_overlay.h"

namespace lotse::desktop {

class X11Picture {
 public:
  /// `pixels` and `overlay` are shared by all screens and outlive this. What is under the overlay is shown as it was
  /// when it was last seen; null: it is not in the pixels.
  X11Picture(PixelSource& pixels, const X11Overlay* overlay) : pixels_(pixels), overlay_(overlay) {}

  /// What of the root window is shown from now on. The next look takes everything: what is of the same size may still
  /// have been rebuilt.
  void move_to(const Rect& area);
  Rect area() const { return area_; }
  /// Somebody drew there, in pixels of the root window.
  void damaged(const Rect& rect) { boxes_.add(rect.intersect(area_)); }
  /// There is something to look at.
  bool stale() const { return whole_ || !boxes_.empty(); }
  /// The next look takes everything, and tells every slot or only those that differ.
  void look_at_all() { whole_ = true; }
  void forget() { all_ = whole_ = true; }
  /// What was seen so far is not to be shown any more, not even under the overlay.
  void distrust() { known_ = false, whole_ = true; }
  void set_colors(codec::Colors colors);

  /// What differs from the last look; nothing when nothing does, or when the server refused (stale() then stays true).
  std::optional<CapturedFrame> look(Instant now);
  /// Looks in a row that the server refused.
  int refusals() const { return refusals_; }

 private:
  void leave_out_overlay(const Rect& piece, const Rect& place, codec::MutableFrameView pixels) const;
  CapturedFrame cut_out(const std::vector<bool>& changed, Instant now) const;

  PixelSource& pixels_;
  const X11Overlay* overlay_;
  codec::ChangeDetector detector_;
  codec::Colors colors_ = codec::Colors::full;
  Rect area_;
  DamageBoxes boxes_;
  bool whole_ = true;   // the next look takes everything
  bool all_ = false;    // and tells it
  bool known_ = false;  // a look has taken everything since the area is this one
  int refusals_ = 0;
};

}  // namespace lotse::desktop
