#include "net/socket_stats.h"

// Not <netinet/tcp.h>: its tcp_info ends before the counters of bytes, and the two headers exclude each other.
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace lotse::net {

SocketStats socket_stats(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  return {info.tcpi_bytes_received, info.tcpi_bytes_sent, info.tcpi_segs_in, info.tcpi_segs_out, info.tcpi_rtt / 1e3};
}

std::size_t unsent_bytes(int fd) {
  int bytes = 0;
  return ioctl(fd, SIOCOUTQNSD, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace lotse::net
