// What the relay counts from its start on, for /metrics and tests. Never reset.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "relay/links.h"

namespace lotse::relay {

struct Counters {
  std::uint64_t connections = 0;
  std::uint64_t sessions_opened = 0, sessions_resumed = 0, sessions_ended = 0, sessions_forgotten = 0;
  std::uint64_t attached = 0, admitted = 0;
  std::array<std::uint64_t, 16> errors{};  // ERROR frames sent, by their code
  std::uint64_t frames_in = 0, bytes_in = 0, frames_out = 0, bytes_out = 0;
  std::uint64_t pictures_in = 0, pictures_out = 0;
  std::uint64_t pictures_deferred = 0;  // marked for a receiver whose socket was full
  std::uint64_t pictures_stale = 0;     // dropped: the cache knew newer
  std::uint64_t dropped_epoch = 0;      // dropped: an epoch that nobody can read any more, or one not announced yet
  std::uint64_t dropped_source = 0;     // dropped: not the sender's own index or session
  std::uint64_t dropped_files = 0;      // dropped: parts of files for who does not take them as fast; they come again
  std::uint64_t dropped_receiver = 0;   // dropped: the destination is not here
  std::uint64_t bad_frames = 0, bad_signatures = 0;
  std::uint64_t tokens_checked = 0;  // those refused are among the errors
  std::uint64_t key_requests = 0;    // sent to presenters
  std::uint64_t evicted = 0;         // pictures that left the cache for lack of room
};

/// Bytes of frames that are alive, cached and queued ones alike, however many hold them. One thread.
struct Meter {
  std::size_t live = 0;
};

/// A frame that counts in both meters for as long as it lives.
inline SharedBytes metered(Bytes frame, std::shared_ptr<Meter> session, std::shared_ptr<Meter> relay) {
  session->live += frame.size();
  relay->live += frame.size();
  return {new Bytes(std::move(frame)), [session = std::move(session), relay = std::move(relay)](const Bytes* bytes) {
            session->live -= bytes->size();
            relay->live -= bytes->size();
            delete bytes;
          }};
}

}  // namespace lotse::relay
