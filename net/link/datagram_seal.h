// Seals datagrams between a program and its relay: AES-256-GCM, a key and a nonce base for each direction, both out of
// the secret that came over TLS. The packet number is the nonce's counter, so it is never used twice.
#pragma once
#include <array>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "net/link/datagram.h"

namespace lotse::net::link {

using LinkSecret = std::array<std::uint8_t, 32>;
enum class Side : std::uint8_t { client, relay };

/// What one side seals with. Not thread-safe.
class DatagramSealer {
 public:
  DatagramSealer(Side side, const ConnectionId& id, const LinkSecret& secret);
  ~DatagramSealer();
  DatagramSealer(const DatagramSealer&) = delete;
  /// `datagram` is the clear header and the pieces, the header naming `number`: seals them in place, adds the tag.
  void seal(std::uint32_t number, Bytes& datagram);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What the other side of `side` sealed.
class DatagramOpener {
 public:
  DatagramOpener(Side side, const ConnectionId& id, const LinkSecret& secret);
  ~DatagramOpener();
  DatagramOpener(const DatagramOpener&) = delete;
  /// The pieces, valid until the next call; nothing when a bit of it is wrong. It may still be a repetition.
  std::optional<ByteView> open(const ClearHeader& header, ByteView datagram);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::net::link
