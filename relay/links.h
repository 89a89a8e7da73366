// What the relay's core asks of the world around it: connections that carry frames, numbers that nobody can guess. The
// server gives it sockets, tests and whole simulated sessions give it whatever they like.
#pragma once
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/relay_frame.h"

namespace lotse::relay {

/// One connection, named by whoever accepted it. Never used twice.
using ConnId = StrongId<struct ConnTag, std::uint64_t>;

/// A frame as it goes out: one buffer for all its receivers. Let go of it on the core's thread.
using SharedBytes = std::shared_ptr<const Bytes>;

/// Called from inside the core's functions; must not call back into the core.
class Links {
 public:
  virtual ~Links() = default;
  /// Queues one frame. Order is kept.
  virtual void send(ConnId conn, SharedBytes frame) = 0;
  /// Closes it, letting what is queued go out first within reason. Nothing more is sent on it; on_disconnect() may
  /// still come and is ignored.
  virtual void close(ConnId conn) = 0;
  /// Bytes that have not gone into the socket yet. When they shrink, call Core::on_writable().
  /// Without those of files, which go when nothing else waits.
  virtual std::size_t queued(ConnId conn) const = 0;
  /// The bytes of files that wait.
  virtual std::size_t files_queued(ConnId) const { return 0; }
  /// From now on this link may send frames as large as wire::kMaxFrame; before, small ones suffice.
  virtual void admitted(ConnId) {}
};

/// Where session numbers and nonces come from.
class NumberSource {
 public:
  virtual ~NumberSource() = default;
  /// Evenly from 100000000 to 999999999.
  virtual std::uint32_t number() = 0;
  virtual wire::RelayNonce nonce() = 0;
};

/// The system's cryptographic generator.
class RandomNumbers final : public NumberSource {
 public:
  std::uint32_t number() override;
  wire::RelayNonce nonce() override;
};

}  // namespace lotse::relay
