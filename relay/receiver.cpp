#include "relay/receiver.h"

#include <algorithm>
#include <bit>

namespace lotse::relay {
namespace {

constexpr std::size_t kLackCost = 256;  // the nodes of one stream in the map and the sets
// A picture grows by one slot at a time: steps of 512 slots keep the bits from being copied for each.
constexpr std::size_t kWordStep = 8;

// States are small and what the eye follows, so they go first; but a source that floods them must not stop the picture.
constexpr int kStatesInRow = 16;

void set_member(std::set<StreamId>& set, StreamId id, bool member) {
  if (member)
    set.insert(id);
  else
    set.erase(id);
}

StreamId in_turn(const std::set<StreamId>& set, StreamId last) {
  auto at = set.upper_bound(last);
  return at == set.end() ? *set.begin() : *at;
}

}  // namespace

bool ItemSet::test(ItemId item) const {
  if (!is_slot(item)) return rest_ >> (item.value() - kFirstState) & 1;
  std::size_t word = item.value() / 64;
  return word < slots_.size() && (slots_[word] >> (item.value() % 64) & 1);
}

bool ItemSet::set(ItemId item) {
  if (test(item)) return false;
  if (!is_slot(item)) {
    rest_ |= std::uint64_t{1} << (item.value() - kFirstState);
    return true;
  }
  std::size_t word = item.value() / 64;
  if (word >= slots_.size()) {
    std::size_t words = (word / kWordStep + 1) * kWordStep;
    slots_.reserve(words);
    slots_.resize(words);
  }
  slots_[word] |= std::uint64_t{1} << (item.value() % 64);
  ++slot_count_;
  return true;
}

bool ItemSet::reset(ItemId item) {
  if (!test(item)) return false;
  if (!is_slot(item)) {
    rest_ &= ~(std::uint64_t{1} << (item.value() - kFirstState));
    return true;
  }
  slots_[item.value() / 64] &= ~(std::uint64_t{1} << (item.value() % 64));
  if (--slot_count_ == 0)
    slots_ = std::vector<std::uint64_t>();  // gives its memory back: most receivers lack nothing most of the time
  return true;
}

std::optional<ItemId> ItemSet::state() const {
  std::uint64_t states = rest_ & ((std::uint64_t{1} << wire::kStateChannels) - 1);
  if (states == 0) return std::nullopt;
  return ItemId{kFirstState + static_cast<std::uint32_t>(std::countr_zero(states))};
}

ItemId ItemSet::slot_from(std::uint32_t from) const {
  std::size_t words = slots_.size(), first = from / 64;
  if (first >= words) first = 0, from = 0;
  for (std::size_t i = 0; i <= words; ++i) {
    std::size_t at = (first + i) % words;
    std::uint64_t word = slots_[at];
    if (i == 0) word &= ~std::uint64_t{0} << (from % 64);
    if (word != 0) return ItemId{static_cast<std::uint32_t>(at * 64 + static_cast<unsigned>(std::countr_zero(word)))};
  }
  std::abort();  // asked of a set without slots
}

std::vector<ItemId> ItemSet::items() const {
  std::vector<ItemId> out;
  for (std::uint32_t i = 0; i <= wire::kStateChannels; ++i)
    if (rest_ >> i & 1) out.emplace_back(kFirstState + i);
  for (std::size_t at = 0; at < slots_.size(); ++at)
    for (std::uint64_t word = slots_[at]; word != 0; word &= word - 1)
      out.emplace_back(static_cast<std::uint32_t>(at * 64 + static_cast<unsigned>(std::countr_zero(word))));
  return out;
}

void Receiver::update(StreamId id) {
  auto at = streams_.find(id);
  if (at == streams_.end()) return;
  Lack& lack = at->second;
  bool nothing = lack.marked.empty() && lack.waiting.empty();
  set_member(with_state_, id, lack.marked.state().has_value());
  set_member(with_slots_, id, !lack.marked.slots_empty());
  set_member(with_end_, id, lack.marked.has_frame_end() && lack.marked.slots_empty() && lack.waiting.slots_empty());
  std::size_t bytes = nothing ? 0 : kLackCost + lack.marked.bytes() + lack.waiting.bytes();
  bytes_ = bytes_ - lack.bytes + bytes;
  lack.bytes = bytes;
  if (nothing) streams_.erase(at);
}

void Receiver::mark(StreamId stream, ItemId item) {
  Lack& lack = streams_[stream];
  lack.waiting.reset(item);
  lack.marked.set(item);
  update(stream);
}

void Receiver::wait(StreamId stream, ItemId item) {
  Lack& lack = streams_[stream];
  lack.marked.reset(item);
  lack.waiting.set(item);
  update(stream);
}

void Receiver::done(StreamId stream, ItemId item) {
  auto at = streams_.find(stream);
  if (at == streams_.end()) return;
  at->second.waiting.reset(item);
  if (at->second.marked.reset(item) && is_slot(item)) at->second.cursor = item.value() + 1;
  update(stream);
}

bool Receiver::lacks(StreamId stream, ItemId item) const {
  auto at = streams_.find(stream);
  return at != streams_.end() && (at->second.marked.test(item) || at->second.waiting.test(item));
}

bool Receiver::is_marked(StreamId stream, ItemId item) const {
  auto at = streams_.find(stream);
  return at != streams_.end() && at->second.marked.test(item);
}

bool Receiver::lacks_slots(StreamId stream) const {
  auto at = streams_.find(stream);
  return at != streams_.end() && !(at->second.marked.slots_empty() && at->second.waiting.slots_empty());
}

void Receiver::owe_sign(StreamId stream, std::uint32_t batch, std::size_t bytes, SharedBytes sign) {
  key_bytes_ += bytes;
  if (owes_sign(stream, batch)) return;
  if (owed_.size() >= wire::kSignsOwed) sign_done(owed_.front().stream, owed_.front().batch);
  sign_bytes_ += sign ? sign->size() : 0;
  owed_.push_back({stream, batch, key_bytes_ + wire::kSignAfter, std::move(sign)});
}

void Receiver::hold_sign(StreamId stream, std::uint32_t batch, const SharedBytes& sign) {
  for (OwedSign& owed : owed_) {
    if (owed.stream != stream || owed.batch != batch) continue;
    sign_bytes_ += sign->size() - (owed.sign ? owed.sign->size() : 0);
    owed.sign = sign;
  }
}

template <class Which>
void Receiver::drop_signs(Which which) {
  std::erase_if(owed_, [&](const OwedSign& owed) {
    if (!which(owed)) return false;
    sign_bytes_ -= owed.sign ? owed.sign->size() : 0;
    return true;
  });
  if (owed_.empty()) owed_ = std::vector<OwedSign>();
}

bool Receiver::owes_sign(StreamId stream, std::uint32_t batch) const {
  return std::any_of(owed_.rbegin(), owed_.rend(),
                     [&](const OwedSign& sign) { return sign.stream == stream && sign.batch == batch; });
}

void Receiver::sign_done(StreamId stream, std::uint32_t batch) {
  drop_signs([&](const OwedSign& owed) { return owed.stream == stream && owed.batch == batch; });
}

void Receiver::forget(StreamId stream) {
  drop_signs([&](const OwedSign& owed) { return owed.stream == stream; });
  auto at = streams_.find(stream);
  if (at == streams_.end()) return;
  at->second.marked = {};
  at->second.waiting = {};
  update(stream);
}

std::optional<std::pair<StreamId, ItemId>> Receiver::next() {
  bool others = !with_slots_.empty() || !with_end_.empty();
  if (!with_state_.empty() && (!others || states_in_row_ < kStatesInRow)) {
    ++states_in_row_;
    StreamId id = in_turn(with_state_, last_);
    last_ = id;
    return std::pair{id, *streams_.at(id).marked.state()};
  }
  states_in_row_ = 0;
  if (!with_end_.empty()) return std::pair{*with_end_.begin(), kFrameEndItem};
  if (with_slots_.empty()) return std::nullopt;
  StreamId id = in_turn(with_slots_, last_);
  last_ = id;
  const Lack& lack = streams_.at(id);
  return std::pair{id, lack.marked.slot_from(lack.cursor)};
}

}  // namespace lotse::relay
