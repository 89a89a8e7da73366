// What the kernel and TLS alone take to bring the same bytes to many receivers: the peer of the relay's fan-out.
#pragma once
#include <cstddef>
#include <vector>

namespace lotse::bench {

/// `receivers` TLS 1.3 connections over loopback; one thread sends `bytes` to each of them in turn, in pieces of 16
/// KiB, another reads them all. Milliseconds from the first byte until the last receiver had all, for each of `rounds`.
/// Throws std::runtime_error.
std::vector<double> bare_fan_out(std::size_t receivers, std::size_t bytes, int rounds);

}  // namespace lotse::bench
