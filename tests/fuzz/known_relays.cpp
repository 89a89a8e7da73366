// A file of known relays that somebody else wrote.
#include <cstdlib>

#include "net/known_relays.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto entries = lotse::net::KnownRelays::parse(lotse::as_text({data, size}));
  if (entries && entries->size() > lotse::net::KnownRelays::kMaxRelays) std::abort();
  return 0;
}
