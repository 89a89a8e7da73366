// A slow way to the relay: a TCP forwarder on loopback that passes only so many bytes a second towards the member.
#pragma once
#include <cstdint>
#include <memory>

namespace lotse::bench {

/// Serves any number of connections on a thread of its own, each with its own rate. What waits on the way is kept
/// small, as on a line without a large buffer: the relay sees soon that its receiver is slow.
class ThrottledPath {
 public:
  /// `to`: a port on 127.0.0.1. Throws std::runtime_error when no port can be had.
  ThrottledPath(std::uint16_t to, double bytes_per_second);
  /// Cuts all connections.
  ~ThrottledPath();
  ThrottledPath(const ThrottledPath&) = delete;
  std::uint16_t port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::bench
