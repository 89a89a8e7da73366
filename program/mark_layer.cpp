#include "program/mark_layer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "paint/sprite.h"

namespace lotse::program {
namespace {

constexpr std::uint64_t kArrowBit = std::uint64_t{1} << 63;
constexpr std::size_t kMostPainted = 64u << 20;  // bytes: a diagonal line over a large screen takes 33 MB

std::uint64_t item_of(const session::Arrow& arrow) { return kArrowBit | arrow.member.value(); }
std::uint64_t item_of(const session::Stroke& stroke) {
  return static_cast<std::uint64_t>(stroke.member.value()) << 32 | stroke.id;
}

desktop::OverlayItem item(std::uint64_t id, std::uint64_t content, paint::Sprite sprite) {
  return {id, content, sprite.place, std::make_shared<const std::vector<std::uint8_t>>(std::move(sprite.argb))};
}

}  // namespace

desktop::OverlayItem MarkLayer::paint(const session::Stroke& stroke, Size screen) const {
  auto& painted = painted_strokes_[item_of(stroke)];
  if (painted.stroke != stroke || painted.screen != screen || !painted.item.argb)
    painted = {stroke, screen, item(item_of(stroke), ++contents_, paint::paint_stroke(stroke, screen))};
  return painted.item;
}

desktop::OverlayItem MarkLayer::paint(const session::Arrow& arrow, const Look& look, Size screen) const {
  auto& painted = painted_arrows_[item_of(arrow)];
  const bool at_edge =
      arrow.tip.x > screen.width - paint::kNameReach.width || arrow.tip.y > screen.height - paint::kNameReach.height;
  const bool moved = arrow.tip != painted.tip;
  if (painted.look != look || !painted.item.argb || ((at_edge || painted.at_edge) && moved))
    painted = {look, arrow.tip, at_edge,
               item(item_of(arrow), ++contents_, paint::paint_arrow(arrow, look.name, look.rgb, screen))};
  painted.item.place.x += arrow.tip.x - painted.tip.x;
  painted.item.place.y += arrow.tip.y - painted.tip.y;
  painted.tip = arrow.tip;
  return painted.item;
}

void MarkLayer::set(const std::vector<session::Arrow>& arrows, const std::vector<session::Stroke>& strokes, Size screen,
                    const LookOf& look_of) {
  arrows_ = arrows;
  screen_ = screen;
  if (strokes != *strokes_) strokes_ = std::make_shared<const std::vector<session::Stroke>>(strokes);
  looks_.clear();
  for (const session::Arrow& arrow : arrows) looks_.push_back(look_of(arrow.member));
  stale_ = true;
}

const std::vector<desktop::OverlayItem>& MarkLayer::items() const {
  if (!std::exchange(stale_, false)) return items_;
  items_.clear();
  std::map<std::uint64_t, PaintedStroke> kept_strokes;
  std::map<std::uint64_t, PaintedArrow> kept_arrows;
  for (std::size_t i = arrows_.size(); i-- > 0;) {
    items_.push_back(paint(arrows_[i], looks_[i], screen_));
    kept_arrows.insert(painted_arrows_.extract(item_of(arrows_[i])));
  }
  std::size_t bytes = 0;
  for (auto stroke = strokes_->rbegin(); stroke != strokes_->rend() && bytes < kMostPainted; ++stroke) {
    items_.push_back(paint(*stroke, screen_));
    bytes += items_.back().argb->size();
    kept_strokes.insert(painted_strokes_.extract(item_of(*stroke)));
  }
  std::reverse(items_.begin(), items_.end());
  painted_strokes_ = std::move(kept_strokes);
  painted_arrows_ = std::move(kept_arrows);
  return items_;
}

codec::FrameView MarkLayer::over(codec::FrameView picture, codec::Image& scratch) const {
  if (empty() || picture.size.empty()) return picture;
  if (scratch.size() != picture.size) scratch = codec::Image(picture.size);
  codec::MutableFrameView to = scratch.writable();
  for (int y = 0; y < picture.size.height; ++y)
    std::memcpy(to.row(y), picture.row(y), static_cast<std::size_t>(picture.size.width) * 4);
  for (const desktop::OverlayItem& item : items()) paint::blend(to, item.place, *item.argb);
  return scratch.view();
}

}  // namespace lotse::program
