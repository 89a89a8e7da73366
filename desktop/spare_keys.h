// Keys without a meaning are lent one, for characters that the layout of this machine does not have.
#pragma once
#include <bitset>
#include <map>
#include <span>

#include "base/time.h"
#include "desktop/keymap.h"
#include "desktop/x11_layout.h"

namespace lotse::desktop {

class SpareKeys {
 public:
  /// A program looks up what a key means when it gets round to the event, not when the key was pressed. For that long
  /// after its last use a key keeps its meaning.
  static constexpr Duration kRest = std::chrono::milliseconds(500);
  /// More are never lent at once: the layout has others that want a spare key.
  static constexpr std::size_t kMost = 32;

  explicit SpareKeys(X11Layout& layout) : layout_(layout) {}

  /// Lends keys to as many of `keysyms` as rested keys allow, in order; the least recently used go first. Loads the
  /// layout again if it changed anything. True when the first one has its key. Keys in `down` stay as they are.
  bool lend(std::span<const std::uint32_t> keysyms, const std::bitset<256>& down, Instant now);
  /// When lend() may work again after it returned false; never without any key to wait for.
  Instant rested_at(const std::bitset<256>& down) const;
  void used(Keycode keycode, Instant now);
  /// Takes back every meaning that has rested, so that the layout is as it was. Returns when the next one will have,
  /// never when none is left.
  Instant give_back(const std::bitset<256>& down, Instant now);
  /// Somebody loaded another layout: what it overwrote is no longer ours.
  void forget_overwritten();
  bool none() const { return lent_.empty(); }

 private:
  struct Loan {
    std::uint32_t keysym;
    Instant used;
  };
  Keycode rested_key(const std::bitset<256>& down, Instant now) const;

  X11Layout& layout_;
  std::map<Keycode, Loan> lent_;
};

}  // namespace lotse::desktop
