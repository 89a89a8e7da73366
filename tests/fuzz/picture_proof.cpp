// The plaintexts of SIGN and of the manifest. What is taken is written back as it was.
#include "wire/picture_proof.h"

#include <cstdlib>

#include "wire/limits.h"

using namespace lotse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  if (auto hashes = wire::parse_sign(bytes); hashes && hashes->size() * 16 != size) std::abort();
  if (auto manifest = wire::parse_manifest(bytes)) {
    if (manifest->changed.size() > wire::kManifestRuns || !equal(wire::encode(*manifest), bytes)) std::abort();
  }
  return 0;
}
