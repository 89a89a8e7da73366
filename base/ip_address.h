// Addresses of the Internet as bytes, IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2).
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

namespace lotse {

using IpAddress = std::array<std::uint8_t, 16>;

inline constexpr std::array<std::uint8_t, 12> kMappedV4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

inline bool is_v4(const IpAddress& a) { return std::equal(kMappedV4.begin(), kMappedV4.end(), a.begin()); }

/// `v4`: four bytes in the order of the network.
inline IpAddress mapped_v4(const void* v4) {
  IpAddress out{};
  std::copy(kMappedV4.begin(), kMappedV4.end(), out.begin());
  std::copy_n(static_cast<const std::uint8_t*>(v4), 4, out.begin() + 12);
  return out;
}

inline constexpr IpAddress kLoopbackV6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

/// Of this machine: 127/8, ::1.
inline bool is_loopback(const IpAddress& a) { return is_v4(a) ? a[12] == 127 : a == kLoopbackV6; }

/// Of a network of its own (RFC 1918, RFC 4193), or of this machine.
inline bool is_private(const IpAddress& a) {
  if (is_loopback(a)) return true;
  if (!is_v4(a)) return (a[0] & 0xFE) == 0xFC;
  return a[12] == 10 || (a[12] == 172 && (a[13] & 0xF0) == 16) || (a[12] == 192 && a[13] == 168);
}

/// Of one machine: neither multicast, nor broadcast, nor nowhere.
inline bool is_unicast(const IpAddress& a) {
  if (is_v4(a)) return a[12] != 0 && a[12] < 224;
  return a[0] != 0xFF && a != IpAddress{};
}

}  // namespace lotse
