// The pictures of a presenter's screen, as they are and as they were sent, and what makes one from the other:
// rectangles that moved, pixels that differ, slots that go anew.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "codec/frame.h"
#include "codec/moves.h"
#include "codec/patch.h"
#include "codec/slot_codec.h"
#include "wire/packet.h"

namespace lotse::session {

using SlotPixels = std::shared_ptr<const codec::Image>;
struct SlotUpdate {
  SlotId slot;
  SlotPixels pixels;
};

/// Of one generation. Pure computing for the workers: begin() alone, then key() on any of them at once, until the next
/// begin().
class FrameCoder {
 public:
  explicit FrameCoder(Size size);
  static constexpr std::size_t kMostCodes = 200u << 10;  // of one delta: its packet has to hold them

  struct Wish {
    std::vector<SlotUpdate> updates;  // newer pixels since the last frame
    std::vector<SlotId> dirty;        // slots that may differ from what was sent, those to go first in front
    std::vector<bool> lossy;          // of each slot: viewers have its pixels only nearly
    std::vector<bool> anew;           // of each slot: viewers need it as a key
    bool whole = false;               // every slot was sent once: something may move
    std::size_t keys = 0;             // at most so many slots go as keys,
    std::size_t codes = kMostCodes;   // and about so many bytes of codes into the patch
    std::vector<Rect> films;          // there the picture stays as it was
    Rect copy;                        // of the picture as it is now, if not empty: see Frame::copied
  };
  struct Patched {
    SlotId slot;
    bool exact;
    std::uint64_t hash;
  };
  struct Frame {
    wire::Footprint footprint;
    Bytes patch;  // empty: there is none
    codec::Rank patch_rank = codec::Rank::lossless;
    std::vector<Patched> patched;  // its targets
    std::vector<SlotId> keys;      // to be coded by key()
    std::vector<SlotId> left;      // still differ from what was sent
    SlotPixels copied;             // Wish::copy
  };
  /// What was in the last frame counts as sent from here on.
  Frame begin(const Wish& wish);

  struct Key {
    SlotId slot;
    codec::EncodedSlot coded;
    std::uint64_t hash = 0;
  };
  /// One of Frame::keys, or, `sent`, a slot as it was sent.
  Key key(SlotId slot, bool sent, codec::Rank rank, codec::Motion motion) const;

 private:
  struct Draft;
  bool lossy_after(const Rect& slot, SlotId id, const std::vector<codec::Move>& moves,
                   const std::vector<bool>& lossy) const;
  void update(const Wish& wish);
  bool add(Draft& draft, SlotId slot, const Wish& wish);
  template <class Use>
  void for_slots_under(const Rect& area, Use use) const;
  std::vector<codec::Move> copies(const std::vector<SlotId>& dirty, const std::vector<bool>& lossy) const;
  wire::Footprint footprint(const Draft& draft) const;

  codec::SlotGrid grid_;
  codec::Image sent_, now_;
  codec::MoveFinder moves_;
  int copies_missed_ = 0, copies_wait_ = 0;
  std::vector<SlotId> unsettled_;  // in `now_` as they were sent since
};

}  // namespace lotse::session
