#include "net/socket_stats.h"

// Not <netinet/tcp.h>: its tcp_info ends before the counters of bytes, and the two headers exclude each other.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace lotse::net {

SocketStats socket_stats(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {info.tcpi_bytes_received, info.tcpi_bytes_sent, info.tcpi_segs_in, info.tcpi_segs_out, info.tcpi_rtt / 1e3};
}

}  // namespace lotse::net
