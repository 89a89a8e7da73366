// The kernel's counters of one TCP socket.
#pragma once
#include "net/relay_connection.h"

namespace lotse::net {

/// TCP_INFO of `fd`; zeros where the kernel does not tell. bytes_out counts retransmissions.
SocketStats socket_stats(int fd);
/// Bytes that wait in the kernel and were never sent; 0 where it does not tell.
std::size_t unsent_bytes(int fd);

}  // namespace lotse::net
