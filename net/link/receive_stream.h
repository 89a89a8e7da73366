// One class on its way in: parts in any order become frames in order, within bounds.
#pragma once
#include <cstdint>
#include <map>
#include <optional>

#include "base/bytes.h"

namespace lotse::net::link {

/// What all links of a program hold of parts that cannot be put together yet, bookkeeping included.
struct HeldBytes {
  std::size_t now = 0;
  std::size_t most = 0;  // a part that would pass it is refused, unless it is the next one
};

/// Not thread-safe. Everything in it comes from the other side, which is authenticated and may be hostile.
class ReceiveStream {
 public:
  /// `held` outlives this.
  ReceiveStream(std::size_t window, HeldBytes& held) : window_(window), held_(held) {}
  ~ReceiveStream();
  ReceiveStream(const ReceiveStream&) = delete;

  enum class Taken : std::uint8_t {
    yes,
    refused,  // no room: the datagram is not acknowledged, the other side sends it again
    broken,   // no frame can be so long: nothing more can be read from this stream
  };
  Taken take(std::uint64_t offset, ByteView bytes);
  /// Frames are put together from now on; until then parts only wait.
  void open();
  /// The next whole frame.
  std::optional<Bytes> next();
  /// Whole frames that next() gave.
  std::uint64_t given() const { return given_; }

 private:
  static constexpr std::size_t kPartCost = 96;  // bytes, of a part beside its own
  static constexpr std::size_t kMaxParts = 4096;
  const std::size_t window_;
  HeldBytes& held_;
  std::map<std::uint64_t, Bytes> parts_;  // none touches another's bytes
  std::uint64_t next_ = 0;                // the first byte that was not put together
  Bytes bytes_;                           // put together, from the head of a frame on
  std::size_t read_ = 0;                  // of them
  std::uint64_t given_ = 0;
  bool open_ = false, broken_ = false;

  bool keep(std::uint64_t offset, ByteView bytes);
  void put_together();
  void drop_part(std::map<std::uint64_t, Bytes>::iterator part);
  std::optional<std::size_t> frame_size(std::size_t& head) const;
};

}  // namespace lotse::net::link
