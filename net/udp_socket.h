// One UDP socket, many datagrams a call: recvmmsg, sendmmsg, and segmentation offload where the kernel has it.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "net/link/link.h"

namespace lotse::net {

struct UdpCounts {
  std::uint64_t received = 0, sent = 0;
  std::uint64_t calls = 0;    // of the kernel, for sending
  std::uint64_t dropped = 0;  // not sent: the kernel took no more, or there is no way there
};

/// Not thread-safe. Does not block.
class UdpSocket {
 public:
  /// `address` is an address in numbers; "" is any of this machine, IPv6 and IPv4 alike. Port 0: any free one. `index`
  /// stands in the endpoints of what comes. The error is one line.
  static Result<std::unique_ptr<UdpSocket>, std::string> bind(const std::string& address, std::uint16_t port,
                                                              std::uint8_t index);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;

  int descriptor() const { return fd_; }
  std::uint16_t port() const { return port_; }
  /// Gives what is there, kBatch at most; true when there may be more. The view is valid during the call.
  bool receive(const std::function<void(ByteView datagram, const link::Endpoint& from)>& take);
  /// All of them, in order for each address. What the kernel does not take now is dropped: as if lost on the way.
  void send(const std::vector<const link::Datagram*>& datagrams);
  const UdpCounts& counts() const { return counts_; }

  static constexpr std::size_t kBatch = 64;

 private:
  struct Buffers;
  UdpSocket(int fd, bool is_v6, std::uint8_t index);
  int fd_;
  bool v6_;
  std::uint8_t index_;
  std::uint16_t port_ = 0;
  bool offload_ = true;
  UdpCounts counts_;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace lotse::net
