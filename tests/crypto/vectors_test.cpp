// Published vectors, where they are, and small ones of our own, which always are. The path: LOTSE_VECTORS, or
// shared/vectors beside the source tree.
#include "crypto/vectors.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

using namespace lotse::crypto;
namespace fs = std::filesystem;

namespace {

fs::path source_dir() { return fs::path(__FILE__).parent_path().parent_path().parent_path(); }

fs::path published() {
  const char* named = std::getenv("LOTSE_VECTORS");
  return named != nullptr ? fs::path(named) : source_dir().parent_path() / "shared" / "vectors";
}

void check_file(const fs::path& file, unsigned least) {
  auto tally = run_vectors(file.string());
  for (const std::string& failure : tally.failures) UNSCOPED_INFO(failure);
  CAPTURE(file.string(), tally.skipped);
  CHECK(tally.failed == 0);
  CHECK(tally.passed >= least);
}

}  // namespace

TEST_CASE("our own small vectors pass, made by other implementations") {
  const fs::path folder = source_dir() / "tests" / "vectors";
  check_file(folder / "aes_gcm.json", 10);
  check_file(folder / "cpace.json", 12);
  check_file(folder / "ed25519.json", 15);
  check_file(folder / "hkdf_sha256.json", 4);
  check_file(folder / "hkdf_sha512.json", 4);
  check_file(folder / "rsa_oaep_2048.json", 9);
  check_file(folder / "sframe.json", 64);
}

TEST_CASE("published vectors pass") {
  const fs::path folder = published();
  if (!fs::exists(folder)) {
    WARN("no published vectors at " << folder << ": set LOTSE_VECTORS; only our own were run");
    return;
  }
  check_file(folder / "wycheproof" / "rsa_oaep_2048_sha256_mgf1sha256_test.json", 37);
  check_file(folder / "wycheproof" / "aes_gcm_test.json", 66);
  for (const char* more : {"hkdf_sha256_test.json", "hkdf_sha512_test.json", "ed25519_test.json"})
    if (fs::exists(folder / "wycheproof" / more)) check_file(folder / "wycheproof" / more, 80);
  check_file(folder / "cpace" / "testvectors.json", 9);
  check_file(folder / "sframe" / "test-vectors.json", 294);
}

TEST_CASE("a file of vectors that is not there, or none, counts as failed") {
  CHECK(run_vectors("/nowhere.json").failed == 1);
  CHECK(run_vectors((source_dir() / "README.md").string()).failed == 1);
  CHECK(run_vectors((source_dir() / "tests/vectors/handshake.json").string()).failed == 1);
}
