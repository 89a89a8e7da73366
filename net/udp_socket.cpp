#include "net/udp_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/ip_address.h"
#include "wire/limits.h"

namespace lotse::net {
namespace {

constexpr int kReceiveBuffer = 4 << 20, kSendBuffer = 2 << 20;  // bytes
constexpr std::size_t kControl = 128;                           // bytes of control messages
constexpr std::size_t kSegments = 48;                           // datagrams in one call of the kernel: below 64 KiB

IpAddress bytes_of(const in6_addr& v6) {
  IpAddress out;
  std::memcpy(out.data(), &v6, 16);
  return out;
}

struct Name {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Name name_of(const link::Endpoint& to, bool v6) {
  Name name;
  if (v6) {
    sockaddr_in6 out{};
    out.sin6_family = AF_INET6;
    out.sin6_port = htons(to.port);
    std::memcpy(&out.sin6_addr, to.address.data(), 16);
    std::memcpy(&name.storage, &out, name.size = sizeof out);
  } else {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(to.port);
    std::memcpy(&out.sin_addr, to.address.data() + 12, 4);
    std::memcpy(&name.storage, &out, name.size = sizeof out);
  }
  return name;
}

template <class T>
void add_control(msghdr& header, char* space, int level, int type, const T& value) {
  auto* at = reinterpret_cast<cmsghdr*>(space + header.msg_controllen);
  at->cmsg_level = level;
  at->cmsg_type = type;
  at->cmsg_len = CMSG_LEN(sizeof(T));
  std::memcpy(CMSG_DATA(at), &value, sizeof(T));
  header.msg_controllen += CMSG_SPACE(sizeof(T));
}

/// Answers leave from the address that was asked: a machine may have many.
void add_source(msghdr& header, char* space, const link::Endpoint& to, bool v6) {
  if (to.local == IpAddress{}) return;
  if (v6) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, to.local.data(), 16);
    add_control(header, space, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else if (is_v4(to.local)) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, to.local.data() + 12, 4);
    add_control(header, space, IPPROTO_IP, IP_PKTINFO, info);
  }
}

IpAddress local_of(msghdr& header) {
  for (cmsghdr* at = CMSG_FIRSTHDR(&header); at != nullptr; at = CMSG_NXTHDR(&header, at)) {
    if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(at), sizeof info);
      return mapped_v4(&info.ipi_addr);
    }
    if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(at), sizeof info);
      return bytes_of(info.ipi6_addr);
    }
  }
  return {};
}

link::Endpoint endpoint_of(const sockaddr_storage& from, msghdr& header, std::uint8_t index) {
  link::Endpoint endpoint;
  if (from.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &from, sizeof v6);
    endpoint.address = bytes_of(v6.sin6_addr);
    endpoint.port = ntohs(v6.sin6_port);
  } else {
    sockaddr_in v4;
    std::memcpy(&v4, &from, sizeof v4);
    endpoint.address = mapped_v4(&v4.sin_addr);
    endpoint.port = ntohs(v4.sin_port);
  }
  endpoint.local = local_of(header);
  endpoint.socket = index;
  return endpoint;
}

void set(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

/// Bound, or -1 with errno.
int bound(int family, const Name& name, bool any) {
  int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  set(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  set(fd, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
  set(fd, IPPROTO_IP, IP_PKTINFO, 1);
  if (family == AF_INET6) {
    set(fd, IPPROTO_IPV6, IPV6_V6ONLY, any ? 0 : 1);
    set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&name.storage), name.size) == 0) return fd;
  int problem = errno;
  close(fd);
  errno = problem;
  return -1;
}

}  // namespace

struct UdpSocket::Buffers {
  std::array<std::array<std::uint8_t, wire::kMaxDatagram + 1>, kBatch> bytes;
  std::array<sockaddr_storage, kBatch> names;
  std::array<iovec, kBatch> parts;
  std::array<std::array<char, kControl>, kBatch> control;
  std::array<mmsghdr, kBatch> messages;
};

UdpSocket::UdpSocket(int fd, bool is_v6, std::uint8_t index)
    : fd_(fd), v6_(is_v6), index_(index), buffers_(std::make_unique<Buffers>()) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size);
  std::uint16_t port = 0;  // at the same place in both families
  std::memcpy(&port, reinterpret_cast<const char*>(&own) + offsetof(sockaddr_in, sin_port), sizeof port);
  port_ = ntohs(port);
}

UdpSocket::~UdpSocket() { close(fd_); }

Result<std::unique_ptr<UdpSocket>, std::string> UdpSocket::bind(const std::string& address, std::uint16_t port,
                                                                std::uint8_t index) {
  link::Endpoint at;
  at.port = port;
  in6_addr v6{};
  in_addr v4{};
  bool in_v4 = inet_pton(AF_INET, address.c_str(), &v4) == 1;
  if (in_v4) at.address = mapped_v4(&v4);
  bool in_v6 = !in_v4 && inet_pton(AF_INET6, address.c_str(), &v6) == 1;
  if (in_v6) at.address = bytes_of(v6);
  if (!in_v4 && !in_v6 && !address.empty()) return Unexpected<std::string>{address + " is no IP address"};
  int fd = in_v4 ? -1 : bound(AF_INET6, name_of(at, true), address.empty());
  bool six = fd >= 0;
  if (in_v4 || (fd < 0 && address.empty())) fd = bound(AF_INET, name_of(at, false), address.empty());
  if (fd < 0) return Unexpected<std::string>{"UDP port " + std::to_string(port) + ": " + std::strerror(errno)};
  return std::unique_ptr<UdpSocket>(new UdpSocket(fd, six, index));
}

bool UdpSocket::receive(const std::function<void(ByteView, const link::Endpoint&)>& take) {
  Buffers& b = *buffers_;
  for (std::size_t i = 0; i < kBatch; ++i) {
    b.parts[i] = {b.bytes[i].data(), b.bytes[i].size()};
    b.messages[i] = {};
    msghdr& header = b.messages[i].msg_hdr;
    header.msg_name = &b.names[i];
    header.msg_namelen = sizeof b.names[i];
    header.msg_iov = &b.parts[i];
    header.msg_iovlen = 1;
    header.msg_control = b.control[i].data();
    header.msg_controllen = kControl;
  }
  int count = recvmmsg(fd_, b.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < count; ++i) {
    auto n = static_cast<std::size_t>(i);
    ++counts_.received;
    take({b.bytes[n].data(), b.messages[n].msg_len}, endpoint_of(b.names[n], b.messages[n].msg_hdr, index_));
  }
  return count == static_cast<int>(kBatch);
}

void UdpSocket::send(const std::vector<const link::Datagram*>& datagrams) {
  Buffers& b = *buffers_;
  std::size_t next = 0;
  std::vector<iovec> parts(datagrams.size());
  while (next < datagrams.size()) {
    const std::size_t begin = next;
    std::size_t count = 0;
    std::array<std::size_t, kBatch> ends{};
    for (; count < kBatch && next < datagrams.size(); ++count) {
      // Those to one address and of one size go as one, the last of them may be shorter.
      std::size_t end = next + 1, size = datagrams[next]->bytes.size();
      while (offload_ && end < datagrams.size() && end - next < kSegments &&
             datagrams[end]->to == datagrams[next]->to && datagrams[end - 1]->bytes.size() == size &&
             datagrams[end]->bytes.size() <= size)
        ++end;
      for (std::size_t i = next; i < end; ++i)
        parts[i] = {const_cast<std::uint8_t*>(datagrams[i]->bytes.data()), datagrams[i]->bytes.size()};
      Name name = name_of(datagrams[next]->to, v6_);
      b.names[count] = name.storage;
      b.messages[count] = {};
      msghdr& header = b.messages[count].msg_hdr;
      header.msg_name = &b.names[count];
      header.msg_namelen = name.size;
      header.msg_iov = &parts[next];
      header.msg_iovlen = end - next;
      b.control[count].fill(0);
      add_source(header, b.control[count].data(), datagrams[next]->to, v6_);
      if (end - next > 1)
        add_control(header, b.control[count].data(), SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(size));
      if (header.msg_controllen > 0) header.msg_control = b.control[count].data();
      ends[count] = next = end;
    }
    std::size_t done = 0;
    while (done < count) {
      ++counts_.calls;
      int sent = sendmmsg(fd_, b.messages.data() + done, static_cast<unsigned>(count - done), MSG_DONTWAIT);
      if (sent > 0) {
        done += static_cast<std::size_t>(sent);
        continue;
      }
      if (errno == EINTR) continue;
      std::size_t from = done == 0 ? begin : ends[done - 1];
      if (ends[done] - from > 1 && (errno == EIO || errno == EINVAL || errno == EMSGSIZE)) {
        offload_ = false;  // this kernel or this device has none
        next = from;
        break;
      }
      counts_.dropped += ends[done] - from;
      counts_.sent -= ends[done] - from;
      ++done;
    }
    counts_.sent += next - begin;
  }
}

}  // namespace lotse::net
