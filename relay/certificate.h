// The relay's TLS certificate: an operator's, or its own self-signed one. Programs that connect judge it by the SHA-256
// of its public key, so an own one serves as well as a bought one once it was compared or came in a link.
#pragma once
#include <array>
#include <filesystem>
#include <string>

namespace lotse::relay {

struct CertificateFiles {
  std::filesystem::path certificate, key;  // PEM; the certificate's file may carry its chain
};

/// The relay's own certificate in `folder`; made there when it is missing: EC P-256, ten years, for localhost and this
/// machine's name, the key readable by its owner alone. Throws std::runtime_error.
CertificateFiles own_certificate(const std::filesystem::path& folder);

/// SHA-256 of the SubjectPublicKeyInfo of a PEM certificate. Throws std::runtime_error when it cannot be read.
std::array<std::uint8_t, 32> public_key_hash(const std::filesystem::path& certificate);
/// "sha256:HEX"
std::string fingerprint_text(const std::array<std::uint8_t, 32>& hash);

}  // namespace lotse::relay
