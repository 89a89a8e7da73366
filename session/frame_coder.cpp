#include "session/frame_coder.h"

#include <algorithm>
#include <bit>
#include <set>

#include "codec/parts.h"
#include "codec/plane.h"
#include "codec/small_copies.h"

namespace lotse::session {
namespace {

constexpr std::size_t kFewSlots = 4;  // dirty ones, of which each letter is looked for elsewhere
constexpr int kMostMissed = 5;        // searches for them in vain: then one frame in 32 is looked through
// Where more than that of a slot differs, or its changes take more bytes a pixel, it costs less anew.
constexpr int kMostChanged = 85;           // % of a slot, unless
constexpr int kDrawn = 80;                 // % of its pixels equal their neighbour: a window that opens
constexpr double kDearestChange = 0.7;     // bytes of codes a changed pixel
constexpr std::size_t kCheapChange = 160;  // bytes of codes that are always taken

/// At most 64 pixels wide.
int count_differences(codec::FrameView a, codec::FrameView b) {
  int equal = 0;
  for (int y = 0; y < a.size.height; ++y) equal += std::popcount(codec::equal_mask(a.row(y), b.row(y), a.size.width));
  return a.size.width * a.size.height - equal;
}

/// Drawn rather than photographed: most of its pixels equal their left neighbour. At most 64 pixels wide.
bool is_drawn(codec::FrameView view) {
  int equal = 0;
  for (int y = 0; y < view.size.height; ++y)
    equal += std::popcount(codec::equal_mask(view.row(y), view.row(y) + 4, view.size.width - 1));
  return equal * 100 >= view.size.height * (view.size.width - 1) * kDrawn;
}

Rect bounding(const Rect& a, const Rect& b) {
  if (a.empty() || b.empty()) return a.empty() ? b : a;
  int x = std::min(a.x, b.x), y = std::min(a.y, b.y);
  return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

codec::PatchEncoder& worker_patch() {
  thread_local codec::PatchEncoder encoder;
  return encoder;
}

}  // namespace

/// A frame on its way, and the slots of its patch.
struct FrameCoder::Draft {
  Frame frame;
  std::vector<codec::Move> moves;
  std::vector<std::uint32_t> targets;  // ascending
  std::size_t codes = 0;
};

FrameCoder::FrameCoder(Size size) : grid_(size), sent_(size), now_(size) {}

template <class Use>
void FrameCoder::for_slots_under(const Rect& area, Use use) const {
  for (int y = area.y / codec::kSlotSide; y <= (area.bottom() - 1) / codec::kSlotSide; ++y)
    for (int x = area.x / codec::kSlotSide; x <= (area.right() - 1) / codec::kSlotSide; ++x)
      use(static_cast<std::uint32_t>(y * grid_.columns() + x));
}

bool FrameCoder::lossy_after(const Rect& rect, SlotId id, const std::vector<codec::Move>& moves,
                             const std::vector<bool>& lossy) const {
  int covered = 0;
  bool source_lossy = false;
  for (const codec::Move& move : moves) {
    Rect part = move.to.intersect(rect);
    if (part.empty()) continue;
    covered += part.width * part.height;
    Rect from{part.x - move.to.x + move.from.x, part.y - move.to.y + move.from.y, part.width, part.height};
    for_slots_under(from, [&](std::uint32_t slot) { source_lossy = source_lossy || lossy[slot]; });
  }
  return source_lossy || (lossy[id.value()] && covered < rect.width * rect.height);
}

/// False: it is of no use to patch the slot.
bool FrameCoder::add(Draft& draft, SlotId slot, const Wish& wish) {
  if (wish.anew[slot.value()] || draft.codes > kMostCodes) return false;
  Rect rect = grid_.rect(slot);
  codec::FrameView now = now_.view().part(rect);
  thread_local codec::Image scratch(Size{codec::kSlotSide, codec::kSlotSide});
  codec::MutableFrameView predicted = scratch.writable().part({0, 0, rect.width, rect.height});
  codec::predict(sent_.view(), draft.moves, rect, predicted);
  bool lossy = lossy_after(rect, slot, draft.moves, wish.lossy);
  codec::PatchEncoder& patch = worker_patch();
  int changed = count_differences(now, predicted);
  if (changed == 0) {
    if (!patch.keep()) return false;
  } else {
    if (lossy || (changed * 100 > rect.width * rect.height * kMostChanged && !is_drawn(now))) return false;
    if (!patch.add(now, predicted)) return false;
    if (patch.last() > kCheapChange && static_cast<double>(patch.last()) > kDearestChange * changed) {
      patch.drop_last();
      return false;
    }
  }
  draft.codes += patch.last();
  draft.targets.push_back(slot.value());
  draft.frame.patched.push_back({slot, !lossy, codec::picture_hash(now)});
  if (lossy) draft.frame.patch_rank = codec::Rank::normal;
  return true;
}

/// What little changed, from where it stands already.
std::vector<codec::Move> FrameCoder::copies(const std::vector<SlotId>& dirty, const std::vector<bool>& lossy) const {
  Rect area;
  for (SlotId slot : dirty) area = bounding(area, codec::changed_area(sent_.view(), now_.view(), grid_.rect(slot)));
  return codec::find_small_copies(sent_.view(), now_.view(), area, [&](const Rect& from) {
    bool exact = true;
    for_slots_under(from, [&](std::uint32_t slot) { exact = exact && !lossy[slot]; });
    return exact;
  });
}

wire::Footprint FrameCoder::footprint(const Draft& draft) const {
  std::set<std::uint32_t> sources;
  for (const codec::Move& move : draft.moves)
    for_slots_under({move.from.x, move.from.y, move.to.width, move.to.height},
                    [&](std::uint32_t slot) { sources.insert(slot); });
  for (std::uint32_t target : draft.targets) sources.erase(target);
  auto targets = wire::Footprint::runs(draft.targets);
  auto others = wire::Footprint::runs({sources.begin(), sources.end()});
  return targets && others ? wire::Footprint{*targets, *others} : wire::Footprint{};
}

void FrameCoder::update(const Wish& wish) {
  for (const SlotUpdate& update : wish.updates) {
    Rect slot = grid_.rect(update.slot);
    std::vector<Rect> parts{slot};
    for (const Rect& film : wish.films) parts = codec::parts_outside(parts, film);
    for (const Rect& part : parts)
      codec::copy_pixels(update.pixels->view().part({part.x - slot.x, part.y - slot.y, part.width, part.height}),
                         now_.writable().part(part));
  }
}

FrameCoder::Frame FrameCoder::begin(const Wish& wish) {
  for (SlotId slot : unsettled_)
    codec::copy_pixels(now_.view().part(grid_.rect(slot)), sent_.writable().part(grid_.rect(slot)));
  unsettled_.clear();
  update(wish);
  std::vector<SlotId> dirty;
  for (SlotId slot : wish.dirty) {
    Rect rect = grid_.rect(slot);
    bool same = codec::same_pixels(now_.view().part(rect), sent_.view().part(rect));
    if (!same || wish.anew[slot.value()]) dirty.push_back(slot);
  }
  std::vector<SlotId> ascending = dirty;
  std::sort(ascending.begin(), ascending.end());
  Draft draft;
  if (!wish.copy.empty()) {
    auto copy = std::make_shared<codec::Image>(wish.copy.size());
    codec::copy_pixels(now_.view().part(wish.copy), copy->writable());
    draft.frame.copied = std::move(copy);
  }
  if (wish.whole && !ascending.empty()) draft.moves = moves_.find(sent_.view(), now_.view(), grid_, ascending);
  if (wish.whole && draft.moves.empty() && ascending.size() <= kFewSlots && copies_wait_-- <= 0) {
    draft.moves = copies(ascending, wish.lossy);
    copies_missed_ = draft.moves.empty() ? std::min(copies_missed_ + 1, kMostMissed) : 0;
    copies_wait_ = copies_missed_ > 2 ? 1 << copies_missed_ : 0;
  }
  worker_patch().begin(draft.moves);
  std::set<SlotId> anew;
  Frame& frame = draft.frame;
  for (SlotId slot : ascending) {
    if (draft.codes > wish.codes && !wish.anew[slot.value()])
      frame.left.push_back(slot);
    else if (!add(draft, slot, wish))
      anew.insert(slot);
  }
  if (!draft.targets.empty()) frame.footprint = footprint(draft);
  if (!draft.targets.empty() && frame.footprint.targets.empty()) {  // too scattered for a packet
    frame.patched.clear();
    frame.left.clear();
    anew.insert(ascending.begin(), ascending.end());
  }
  if (!frame.patched.empty()) frame.patch = worker_patch().finish();
  for (SlotId slot : dirty)
    if (anew.contains(slot)) (frame.keys.size() < wish.keys ? frame.keys : frame.left).push_back(slot);
  for (const Patched& patched : frame.patched) unsettled_.push_back(patched.slot);
  unsettled_.insert(unsettled_.end(), frame.keys.begin(), frame.keys.end());
  return std::move(draft.frame);
}

FrameCoder::Key FrameCoder::key(SlotId slot, bool sent, codec::Rank rank, codec::Motion motion) const {
  thread_local codec::SlotEncoder encoder;
  codec::FrameView pixels = (sent ? sent_ : now_).view().part(grid_.rect(slot));
  return {slot, encoder.encode(pixels, rank, motion), codec::picture_hash(pixels)};
}

}  // namespace lotse::session
