// What one frame may cost on a link: its bytes, and how well its keys are coded.
#pragma once
#include <cstddef>

#include "base/time.h"
#include "codec/slot_codec.h"
#include "session/link_rate.h"

namespace lotse::session {

constexpr Duration kFrameTime = std::chrono::milliseconds(100);  // of the link that one frame may fill
constexpr std::size_t kFewKeys = 4;

/// Bytes that the link carries while one does not notice.
std::size_t frame_budget(const LinkRate& link);

struct KeyDemand {
  std::size_t key_bytes;      // of a key, on average
  std::size_t dirty, moving;  // slots that may go now, and those of them that keep moving
  std::size_t unsent;         // slots that were never sent
};
/// Of slots that lie still, that keep moving, and at most of those that were never sent.
struct KeyRanks {
  codec::Rank still = codec::Rank::normal, moving = codec::Rank::normal, first = codec::Rank::normal;
};
/// What little changes goes without loss at once, and then as differences. Where the link is slow: what was never sent
/// goes coarsely at first, and what moves does where fewer than ten frames a second would be left.
KeyRanks key_ranks(const LinkRate& link, const KeyDemand& demand);

}  // namespace lotse::session
