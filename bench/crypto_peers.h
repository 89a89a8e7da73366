// The same work by plain OpenSSL, for comparison in the same run.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace lotse::bench {

/// AES-256-GCM by EVP with one context for all packets: nonce, additional data, text, tag, into the same buffer again
/// and again.
class EvpGcm {
 public:
  explicit EvpGcm(std::size_t size);
  ~EvpGcm();
  void seal();
  /// Opens what seal() made last.
  void open();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A TLS 1.3 handshake in memory: X25519, RSA-2048 certificates on both sides, no session tickets.
class TlsPeer {
 public:
  TlsPeer();
  ~TlsPeer();
  void handshake();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::bench
