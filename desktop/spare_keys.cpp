#include "desktop/spare_keys.h"

#include <algorithm>

namespace lotse::desktop {

bool SpareKeys::lend(std::span<const std::uint32_t> keysyms, const std::bitset<256>& down, Instant now) {
  bool first = false, changed = false;
  for (std::size_t i = 0; i < keysyms.size(); ++i) {
    Keycode keycode = rested_key(down, now);
    if (!keycode) break;
    layout_.change(keycode, keysyms[i]);
    lent_[keycode] = {keysyms[i], now};
    changed = true;
    first = first || i == 0;
  }
  if (changed) layout_.reload();
  return first;
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
  for (auto loan = lent_.begin(); loan != lent_.end();) {
    Instant due = loan->second.used + kRest;
    if (down[loan->first] || due > now) {
      next = std::min(next, down[loan->first] ? now + kRest : due);
      ++loan;
      continue;
    }
    layout_.change(loan->first, 0);
    loan = lent_.erase(loan);
  }
  return next;
}

void SpareKeys::forget_overwritten() {
  std::erase_if(lent_, [this](const auto& entry) { return !layout_.keymap().gives(entry.first, entry.second.keysym); });
}

}  // namespace lotse::desktop
