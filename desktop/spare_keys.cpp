#include "desktop/spare_keys.h"

#include <algorithm>

namespace lotse::desktop {

bool SpareKeys::lend(std::span<const std::uint32_t> keysyms, const std::bitset<256>& down, Instant now) {
  std::map<Keycode, std::uint32_t> meanings;
  for (std::uint32_t keysym : keysyms) {
    Keycode keycode = rested_key(down, now);
    if (!keycode) break;
    lent_[keycode] = {keysym, now};
    meanings[keycode] = keysym;
  }
  if (meanings.empty()) return false;
  layout_.change(meanings);
  layout_.reload();
  return true;
}

Keycode SpareKeys::rested_key(const std::bitset<256>& down, Instant now) const {
  if (lent_.size() < kMost)
    for (Keycode keycode : layout_.keymap().spare())
      if (!lent_.contains(keycode) && !down[keycode]) return keycode;
  Keycode oldest = 0;
  for (const auto& [keycode, loan] : lent_)
    if (!down[keycode] && loan.used + kRest <= now && (!oldest || loan.used < lent_.at(oldest).used)) oldest = keycode;
  return oldest;
}

Instant SpareKeys::rested_at(const std::bitset<256>& down) const {
  Instant first = Instant::never();
  for (const auto& [keycode, loan] : lent_)
    if (!down[keycode]) first = std::min(first, loan.used + kRest);
  return first;
}

void SpareKeys::used(Keycode keycode, Instant now) {
  if (auto loan = lent_.find(keycode); loan != lent_.end()) loan->second.used = now;
}

Instant SpareKeys::give_back(const std::bitset<256>& down, Instant now) {
  Instant next = Instant::never();
  std::map<Keycode, std::uint32_t> meanings;
  for (auto loan = lent_.begin(); loan != lent_.end();) {
    Instant due = loan->second.used + kRest;
    if (down[loan->first] || due > now) {
      next = std::min(next, down[loan->first] ? now + kRest : due);
      ++loan;
      continue;
    }
    meanings[loan->first] = 0;
    loan = lent_.erase(loan);
  }
  layout_.change(meanings);
  return next;
}

void SpareKeys::forget_overwritten() {
  std::erase_if(lent_, [this](const auto& entry) { return !layout_.keymap().gives(entry.first, entry.second.keysym); });
}

}  // namespace lotse::desktop
