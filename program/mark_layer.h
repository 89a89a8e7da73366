// The marks on one screen, painted: for pictures, recordings and the presenter's own desktop.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "codec/frame.h"
#include "desktop/screen_source.h"
#include "session/marks.h"

namespace lotse::program {

/// Paints each mark when it is needed, and once; of very many the newest. Not thread-safe.
class MarkLayer {
 public:
  struct Look {
    std::string name;
    std::uint32_t rgb = 0;
    bool operator==(const Look&) const = default;
  };
  using LookOf = std::function<Look(ParticipantId)>;
  /// All that there are from now on, on a screen of that size.
  void set(const std::vector<session::Arrow>& arrows, const std::vector<session::Stroke>& strokes, Size screen,
           const LookOf& look_of);
  bool empty() const { return arrows_.empty() && strokes_->empty(); }
  const std::vector<session::Arrow>& arrows() const { return arrows_; }
  const std::vector<session::Stroke>& strokes() const { return *strokes_; }
  std::shared_ptr<const std::vector<session::Stroke>> shared_strokes() const { return strokes_; }
  /// In the order in which they lie above each other.
  const std::vector<desktop::OverlayItem>& items() const;
  /// `picture` with all of them, in `scratch`; `picture` itself where there are none.
  codec::FrameView over(codec::FrameView picture, codec::Image& scratch) const;

 private:
  struct PaintedStroke {
    session::Stroke stroke;
    Size screen;
    desktop::OverlayItem item;
  };
  struct PaintedArrow {
    Look look;
    Point tip;
    bool at_edge = false;  // where the name may stand elsewhere
    desktop::OverlayItem item;
  };
  desktop::OverlayItem paint(const session::Stroke& stroke, Size screen) const;
  desktop::OverlayItem paint(const session::Arrow& arrow, const Look& look, Size screen) const;

  std::vector<session::Arrow> arrows_;
  std::shared_ptr<const std::vector<session::Stroke>> strokes_ = std::make_shared<std::vector<session::Stroke>>();
  std::vector<Look> looks_;  // of the arrows
  Size screen_;
  // What is painted of them, as far as somebody asked.
  mutable std::map<std::uint64_t, PaintedStroke> painted_strokes_;  // by item
  mutable std::map<std::uint64_t, PaintedArrow> painted_arrows_;
  mutable std::vector<desktop::OverlayItem> items_;
  mutable std::uint64_t contents_ = 0;
  mutable bool stale_ = false;
};

}  // namespace lotse::program
