#include "relay/store.h"

#include <algorithm>

#include "crypto/signing.h"
#include "wire/limits.h"

namespace lotse::relay {

bool SessionRecord::had(const wire::KeyBytes& earlier) const {
  if (heirs.empty() || earlier == speaker()) return false;
  return earlier == key ||
         std::any_of(heirs.begin(), heirs.end(), [&](const auto& heir) { return heir.ed == earlier; });
}

bool SessionRecord::takes(const wire::Heir& heir) const {
  bool rival = heir.term == term() && !heirs.empty() && heir.order < heirs.back().order;
  if (!rival && heir.term != term() + 1) return false;
  const wire::KeyBytes& named_by = !rival ? speaker() : heirs.size() > 1 ? heirs[heirs.size() - 2].ed : key;
  return crypto::verify(named_by, crypto::Purpose::heir, {wire::signed_part(heir, uuid)}, heir.signature);
}

void SessionRecord::follow(const wire::Heir& heir) {
  if (heir.term == term()) heirs.pop_back();
  heirs.push_back(heir);
  if (heirs.size() <= wire::kMaxHeirs) return;
  key = heirs.front().ed;
  heirs.erase(heirs.begin());
}

}  // namespace lotse::relay
