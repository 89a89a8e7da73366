// The newest sealed packet of every item of every stream of one session. Without the key it is only bytes; from it late
// joiners and slow receivers are served without the presenter's help.
//
// SIGN proves the keys of its batch to those who have the session's keys. It is kept as long as one of these keys is.
//
// An item whose bytes left (its epoch is over, or room was needed) stays known by its version, so that the relay can
// say what somebody lacks and ask the source for just that.
#pragma once
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "relay/item.h"
#include "relay/links.h"

namespace lotse::relay {

/// Not thread-safe.
class PictureCache {
 public:
  struct Entry {
    SharedBytes frame;  // null: known, but not here
    Epoch epoch;
    SlotVersion version;
    std::uint8_t rank = 0;
    std::uint32_t batch = 0;          // 0: proves itself
    std::list<ItemId>::iterator age;  // valid while `frame` is
  };
  struct Batch {
    SharedBytes sign;      // null: not here yet
    std::size_t keys = 0;  // of it in the cache
  };
  struct Stream {
    Generation generation;
    /// Items are missing without a trace: whoever joins now needs all of them from the source.
    bool incomplete = false;
    std::unordered_map<std::uint32_t, Entry> items;
    std::unordered_map<std::uint32_t, Batch> batches;  // those with a key in the cache
    std::list<ItemId> by_age;                          // the longest unchanged first
    std::size_t bytes = 0;
  };
  using Streams = std::map<StreamId, Stream>;
  using Items = std::vector<std::pair<StreamId, ItemId>>;

  enum class Taken {
    stale,           // not newer than what is known: nothing changed
    resealed,        // the same picture under a newer epoch, or back after its bytes had left
    newer,           // a newer picture
    new_generation,  // the same, and everything of the stream before it is gone
  };
  /// Newer: (version, rank) within the highest generation; the epoch decides between equal ones.
  Taken take(const wire::PacketHeader& header, SharedBytes frame);

  /// A delta: its targets are known in its version from then on and not here. Stale when one of them is not older.
  Taken take_delta(const wire::PacketHeader& header);

  /// A SIGN. Kept when a key of its batch is; says whether it is of the generation in force.
  bool take_sign(const wire::PacketHeader& header, const SharedBytes& frame);
  /// Null when it is not here.
  SharedBytes sign_of(StreamId stream, std::uint32_t batch) const;
  /// Lets go of an item's bytes: its source will be asked for them.
  void release(StreamId stream, ItemId item);

  const Entry* find(StreamId stream, ItemId item) const;
  const Streams& streams() const { return streams_; }

  /// Lets go of the bytes of every epoch before `oldest`; says which items lost them.
  Items expire(Epoch oldest);
  /// Frees `bytes` (or all there are), always the longest unchanged of what is then the largest stream.
  Items evict(std::size_t bytes);
  /// The source was asked for everything: what is missing will come.
  void asked_for_all(StreamId stream);
  /// Items of it passed before any of them came here.
  void began_before(StreamId stream);
  /// Forgets the items of a stream; it is incomplete from then on.
  void empty(StreamId stream);
  void drop(StreamId stream);

  /// With what the bookkeeping costs.
  std::size_t bytes() const { return bytes_; }
  /// Of the frames alone.
  std::size_t frame_bytes() const { return frame_bytes_; }

 private:
  Streams streams_;
  std::size_t bytes_ = 0, frame_bytes_ = 0;

  void charge(Stream& stream, std::size_t cost);
  void credit(Stream& stream, std::size_t cost);
  Stream* open_stream(const wire::PacketHeader& header, bool& risen);
  void put_frame(Stream& stream, ItemId item, Entry& entry, SharedBytes frame);
  void leave_batch(Stream& stream, std::uint32_t batch);
  void drop_frame(Stream& stream, Entry& entry);
  void clear(Stream& stream);
};

}  // namespace lotse::relay
