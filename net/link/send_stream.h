// One class on its way out: frames in order, as a byte stream of (varint length, frame) each, until they have come.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "net/link/range_set.h"

namespace lotse::net::link {

/// A frame as it goes out: one buffer for all its receivers.
using SharedFrame = std::shared_ptr<const Bytes>;

/// Not thread-safe. Keeps each frame until every byte of it and all before it is acknowledged.
class SendStream {
 public:
  /// At most `window` bytes go out beyond what is acknowledged without a gap: what the other side must hold.
  explicit SendStream(std::size_t window) : window_(window) {}

  /// `order` says where the frame stands among those of all classes; it rises. Frames are 1 byte to wire::kMaxFrame.
  void push(SharedFrame frame, std::uint64_t order);

  bool has_lost() const { return !lost_.empty(); }
  bool has_new() const { return sent_ < end_ && sent_ < acked_ + window_; }
  /// What to send next in at most `room` bytes: what was lost first, then what is new.
  std::optional<Range> next(std::size_t room);
  /// Of what is under way, the first part that is not acknowledged, at most `room` bytes; nothing when there is none.
  std::optional<Range> repeat(std::size_t room) const;
  void append_bytes(Range range, Bytes& out) const;

  void on_acked(Range range);
  void on_lost(Range range);

  /// Bytes that were not sent once yet.
  std::size_t unsent() const { return static_cast<std::size_t>(end_ - sent_); }
  /// Bytes under way: sent, and not acknowledged without a gap.
  std::size_t under_way() const { return static_cast<std::size_t>(sent_ - acked_); }
  std::size_t kept() const { return static_cast<std::size_t>(end_ - acked_); }

  /// The number of frames that are no longer kept, and those that are: for another way to carry them.
  struct Kept {
    SharedFrame frame;
    std::uint64_t order;
  };
  std::uint64_t gone() const { return gone_; }
  std::deque<Kept> take_kept();

 private:
  struct Entry {
    SharedFrame frame;
    std::uint64_t begin, order;
    std::array<std::uint8_t, 4> head;
    std::uint8_t head_size;
    std::uint64_t end() const { return begin + head_size + frame->size(); }
  };
  const std::size_t window_;
  std::deque<Entry> entries_;
  RangeSet ahead_;  // acknowledged, behind a gap
  RangeSet lost_;
  std::uint64_t acked_ = 0, sent_ = 0, end_ = 0, gone_ = 0;
};

}  // namespace lotse::net::link
