// lotse-vectors FILE.json...: published test vectors through this project's cryptography (crypto/vectors.h).
// The last line is "N passed, M failed, K skipped"; exit code 1 when any failed, 2 without files.
#include <cstdio>

#include "crypto/vectors.h"

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: lotse-vectors FILE.json...\n");
    return 2;
  }
  unsigned passed = 0, failed = 0, skipped = 0;
  for (int i = 1; i < count; ++i) {
    const auto tally = lotse::crypto::run_vectors(arguments[i]);
    for (const std::string& line : tally.failures) std::printf("FAILED %s\n", line.c_str());
    std::printf("%s: %u passed, %u failed, %u skipped\n", arguments[i], tally.passed, tally.failed, tally.skipped);
    passed += tally.passed, failed += tally.failed, skipped += tally.skipped;
  }
  std::printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
  return failed > 0 ? 1 : 0;
}
