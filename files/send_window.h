// How much of all files to one member may be under way: so much that the path is full and hardly anything waits for it,
// whatever the path is made of. After LEDBAT (RFC 6817), with the time from reading to "written" in place of the
// one-way delay.
#pragma once
#include <cstddef>
#include <deque>

#include "base/time.h"

namespace lotse::files {

/// Not thread-safe.
class SendWindow {
 public:
  /// Bytes; never above wire::kFileWindow.
  std::size_t size() const { return static_cast<std::size_t>(size_); }
  std::size_t under_way() const { return under_way_; }
  bool has_room() const { return under_way_ < size(); }
  void go(std::size_t bytes) { under_way_ += bytes; }
  /// They have arrived, or are given up.
  void come(std::size_t bytes) { under_way_ -= bytes; }
  /// The other side has written so much more; the last of it was on its way for so long.
  void on_taken(std::size_t bytes, Duration delay, Instant now);
  /// Something did not arrive.
  void on_lost();

 private:
  double size_ = 256 << 10;
  std::size_t under_way_ = 0;
  bool growing_ = true;  // doubles until something waits
  std::deque<Duration> lately_;
  Duration least_ = Duration::max();   // of this minute
  Duration before_ = Duration::max();  // of the one before
  Instant minute_{};
};

}  // namespace lotse::files
