// Whatever a person pastes: numbers, codes, links.
#include "program/invitation.h"

#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto invitation = lotse::program::parse_invitation(lotse::as_text({data, size}));
  if (invitation && invitation->number.size() != 9) __builtin_trap();
  return 0;
}
