// Which frames of films one receiver can use, and so is sent: what it has no room for is left out from the top layer
// down, and what is built on that with it.
#pragma once
#include <cstdint>
#include <map>

#include "relay/item.h"

namespace lotse::relay {

/// Not thread-safe. Keeps no frame: who misses what the next ones are built on waits for a key frame.
class FilmGate {
 public:
  enum class Pass { yes, no, ask };  // the last: not this one, and its source is to be asked for a key frame
  /// `queued`: bytes that wait for the receiver. A packet of kind film that wire::parse_packet let through.
  Pass pass(const wire::PacketHeader& header, std::size_t queued);
  /// It says that it lacks a key frame.
  void lacks(StreamId stream, SlotId film) { films_.erase({stream, film}); }
  void forget(StreamId stream);

 private:
  /// Of a film whose newest key frame was sent, and all of layer 0 since.
  struct Film {
    std::uint8_t highest;  // layer that may follow
  };
  std::map<std::pair<StreamId, SlotId>, Film> films_;
};

}  // namespace lotse::relay
