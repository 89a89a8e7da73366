// Certificates for tests.
#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace lotse::net {

struct TestCertificate {
  std::string certificate_pem, key_pem;
  std::array<std::uint8_t, 32> key_hash{};  // SHA-256 of the SubjectPublicKeyInfo
};

/// A self-signed one with a new P-256 key. `names` as OpenSSL writes subjectAltName: "DNS:localhost,IP:127.0.0.1".
TestCertificate make_certificate(const std::string& names);

}  // namespace lotse::net
