// What one receiver lacks of the pictures of its session: only which items, never the pictures themselves. So a slow
// receiver costs bits, and what it gets next is always the newest.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "relay/item.h"
#include "relay/links.h"

namespace lotse::relay {

/// A set of items of one stream.
class ItemSet {
 public:
  bool test(ItemId item) const;
  /// Whether that changed anything.
  bool set(ItemId item);
  bool reset(ItemId item);
  bool slots_empty() const { return slot_count_ == 0; }
  bool empty() const { return slot_count_ == 0 && rest_ == 0; }
  bool has_frame_end() const { return test(kFrameEndItem); }
  std::optional<ItemId> state() const;
  /// The first slot of the set from `from` on, round the end. There is one.
  ItemId slot_from(std::uint32_t from) const;
  std::vector<ItemId> items() const;
  std::size_t bytes() const { return slots_.capacity() * 8; }

 private:
  std::vector<std::uint64_t> slots_;
  std::size_t slot_count_ = 0;
  std::uint64_t rest_ = 0;  // the state channels and the frame's end
  static_assert(wire::kStateChannels < 64);
};

/// Not thread-safe.
class Receiver {
 public:
  /// Packets of epochs before `first` cannot be opened by this receiver.
  explicit Receiver(Epoch first) : first_epoch_(first) {}

  Epoch first_epoch() const { return first_epoch_; }
  /// Lacks the item, and it can be served.
  void mark(StreamId stream, ItemId item);
  /// Lacks the item, but nobody here has it.
  void wait(StreamId stream, ItemId item);
  /// Was sent the item.
  void done(StreamId stream, ItemId item);
  bool lacks(StreamId stream, ItemId item) const;
  bool is_marked(StreamId stream, ItemId item) const;
  bool lacks_slots(StreamId stream) const;
  bool lacks_anything(StreamId stream) const { return streams_.contains(stream); }
  void forget(StreamId stream);

  /// Was sent a key of so many bytes: the SIGN of its batch is to follow, which may not be here yet (null). It is held
  /// for this receiver, for what replaces the key may be long on its way. Of more than wire::kSignsOwed the oldest is
  /// let go; a receiver that misses one asks.
  void owe_sign(StreamId stream, std::uint32_t batch, std::size_t bytes, SharedBytes sign);
  /// The SIGN came, and there is no room for it now.
  void hold_sign(StreamId stream, std::uint32_t batch, const SharedBytes& sign);
  bool owes_sign(StreamId stream, std::uint32_t batch) const;
  /// Was sent it.
  void sign_done(StreamId stream, std::uint32_t batch);
  struct OwedSign {
    StreamId stream;
    std::uint32_t batch;
    std::uint64_t due;  // when so many bytes of keys were sent
    SharedBytes sign;
  };
  const std::vector<OwedSign>& owed_signs() const { return owed_; }
  /// Enough was sent behind the first key of it.
  bool is_due(const OwedSign& sign) const { return key_bytes_ >= sign.due; }

  /// Nothing is marked that could be sent now.
  bool idle() const { return with_state_.empty() && with_slots_.empty() && with_end_.empty(); }
  /// The item to send next: states, then frame ends whose slots are all sent, then slots, the streams in turn and the
  /// slots of each in turn, so that no busy corner starves another; a flood of states lets slots through all the same.
  /// The caller sends it and says done().
  std::optional<std::pair<StreamId, ItemId>> next();

  /// Of the bookkeeping; 0 when nothing is lacking.
  std::size_t bytes() const { return bytes_ + sign_bytes_ + owed_.capacity() * sizeof(OwedSign); }
  /// Adds what each source costs here.
  void tally(std::map<ParticipantId, std::size_t>& bytes) const {
    for (const auto& [id, lack] : streams_) bytes[id.source] += lack.bytes;
  }

 private:
  struct Lack {
    ItemSet marked, waiting;
    std::uint32_t cursor = 0;  // the slot after the last one sent
    std::size_t bytes = 0;
  };
  Epoch first_epoch_;
  std::map<StreamId, Lack> streams_;
  std::set<StreamId> with_state_, with_slots_, with_end_;
  StreamId last_{ParticipantId{0xFFFF}, ScreenId{0xFF}};
  int states_in_row_ = 0;
  std::vector<OwedSign> owed_;  // the oldest first
  std::uint64_t key_bytes_ = 0;
  std::size_t sign_bytes_ = 0;  // held for it
  std::size_t bytes_ = 0;

  void update(StreamId id);
  template <class Which>
  void drop_signs(Which which);
};

}  // namespace lotse::relay
