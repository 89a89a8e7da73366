// Runs published test vectors through the functions that the protocol uses. For tests and the program lotse-vectors.
#pragma once
#include <string>
#include <vector>

namespace lotse::crypto {

struct VectorTally {
  unsigned passed = 0, failed = 0;
  unsigned skipped = 0;               // of other suites, sizes or curves than ours
  std::vector<std::string> failures;  // one line each
};

/// Understands Wycheproof's RSAES-OAEP (2048, SHA-256), AES-GCM (256-bit key, 96-bit iv), HKDF (SHA-256, SHA-512) and
/// EdDSA (edwards25519), the vectors of draft-irtf-cfrg-cpace (G_Coffee25519) and of RFC 9605 (suite 5, headers).
/// A file that is none of these, or damaged, counts as one failure.
VectorTally run_vectors(const std::string& file);

}  // namespace lotse::crypto
