#include "session/marks_seen.h"

#include <utility>

#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {

bool MarksSeen::is_channel(std::uint32_t channel) {
  return channel == wire::kArrowsChannel || channel == wire::kFreshStrokesChannel ||
         (channel >= wire::kFirstStrokesChannel && channel < wire::kStateChannels);
}

bool MarksSeen::take(std::uint32_t channel, ByteView payload) {
  const int size = static_cast<int>(payload.size());
  if (channel == wire::kArrowsChannel) {
    wire::pb::Arrows arrows;
    if (!arrows.ParseFromArray(payload.data(), size)) return false;
    arrows_ = read_arrows(arrows);
    return true;
  }
  wire::pb::Strokes page;
  if (!is_channel(channel) || !page.ParseFromArray(payload.data(), size)) return false;
  pages_[channel] = read_strokes(page);
  // One that goes from the fresh ones to a page is in both for a moment: what has more of it counts.
  std::map<std::uint32_t, const Stroke*> all;
  for (const auto& [number, strokes] : pages_)
    for (const KeptStroke& kept : strokes) {
      const Stroke*& known = all[kept.order];
      if (!known || known->points.size() < kept.stroke.points.size()) known = &kept.stroke;
    }
  strokes_.clear();
  for (const auto& [order, stroke] : all)
    if (strokes_.size() < wire::kMaxStrokes) strokes_.push_back(*stroke);
  return true;
}

}  // namespace lotse::session
