// How much of a file may be under way: so much that the path is full and hardly anything waits for it, whatever the
// path is made of. After LEDBAT (RFC 6817), with the time from reading to "written" in place of the one-way delay.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/time.h"

namespace lotse::files {

/// Not thread-safe.
class SendWindow {
 public:
  /// Bytes; never above wire::kFileWindow.
  std::size_t size() const { return static_cast<std::size_t>(size_); }
  /// A piece that ends at `end` bytes of the file goes out.
  void on_sent(std::uint64_t end, Instant now) { sent_.push_back({end, now}); }
  /// The other side has written so much.
  void on_taken(std::uint64_t have, Instant now);
  /// Something did not arrive.
  void on_lost();
  /// Nothing is under way any more.
  void reset() { sent_.clear(); }

 private:
  struct Piece {
    std::uint64_t end;
    Instant at;
  };
  std::deque<Piece> sent_;
  double size_ = 256 << 10;
  bool growing_ = true;                // doubles until something waits
  Duration least_ = Duration::max();   // of this minute
  Duration before_ = Duration::max();  // of the one before
  Instant minute_{};
};

}  // namespace lotse::files
