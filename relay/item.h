// Names of conflated things: a stream is one screen of one source, an item is one thing in it of which only the newest
// counts - a slot, a state channel, the frame's end.
#pragma once
#include <compare>
#include <cstdint>

#include "base/ids.h"
#include "wire/limits.h"
#include "wire/packet.h"

namespace lotse::relay {

struct StreamId {
  ParticipantId source;
  ScreenId screen;
  auto operator<=>(const StreamId&) const = default;
};

/// Slots by their number, then the state channels, then the frame's end.
using ItemId = StrongId<struct ItemTag, std::uint32_t>;
inline constexpr std::uint32_t kFirstState = wire::kMaxSlots;
inline constexpr ItemId kFrameEndItem{kFirstState + wire::kStateChannels};

inline StreamId stream_of(const wire::PacketHeader& header) { return {header.source, header.picture.screen}; }
/// Of a packet of kind key, state or frame_end that wire::parse_packet let through.
inline ItemId item_of(const wire::PacketHeader& header) {
  if (header.kind == wire::PacketKind::frame_end) return kFrameEndItem;
  std::uint32_t slot = header.picture.slot.value();
  return ItemId{header.kind == wire::PacketKind::state ? kFirstState + slot : slot};
}
inline bool is_slot(ItemId item) { return item.value() < kFirstState; }

}  // namespace lotse::relay
