// Whether the certificate that a relay shows is the one of the relay that is meant.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "net/relay_connection.h"

struct ssl_ctx_st;         // OpenSSL's SSL_CTX
struct x509_store_ctx_st;  // X509_STORE_CTX

namespace lotse::net {

/// Judges inside the handshake: TLS does not come about with a relay that is not trusted. Fails closed: until it has
/// judged, and whenever something is odd, the answer is no.
class RelayCertificate {
 public:
  RelayCertificate(RelayAddress address, RelayTrust trust);
  RelayCertificate(const RelayCertificate&) = delete;

  /// From now on all connections of `context` are judged by this object, which outlives them.
  void guard(ssl_ctx_st* context);
  /// none until it refused; then untrusted or key_changed.
  ConnectProblem problem() const { return problem_; }
  /// One line to problem().
  const std::string& detail() const { return detail_; }
  /// SHA-256 of the leaf's SubjectPublicKeyInfo (RFC 5280, section 4.1; DER), once one was shown.
  const std::optional<std::array<std::uint8_t, 32>>& key() const { return key_; }
  /// Who signed the leaf, in one line of clean text; empty: it signed itself, or none was shown.
  const std::string& issuer() const { return issuer_; }

 private:
  static int judge(x509_store_ctx_st* shown, void* self);
  bool accepts(x509_store_ctx_st* shown);
  bool refuse(ConnectProblem problem, std::string detail);

  RelayAddress address_;
  RelayTrust trust_;
  ConnectProblem problem_ = ConnectProblem::none;
  std::string detail_, issuer_;
  std::optional<std::array<std::uint8_t, 32>> key_;
};

}  // namespace lotse::net
