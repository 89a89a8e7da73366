// The board of one session: who may put, fetch and remove what, and how much of it there may be. docs/protocol/board.md
#pragma once
#include <map>
#include <set>

#include "relay/board_store.h"
#include "relay/hub.h"

namespace lotse::relay {

/// Not thread-safe. Answers come back; the session sends them.
class Board {
 public:
  Board(Hub& hub, const SessionUuid& session) : hub_(hub), session_(session) {}

  wire::BoardFrame on_put(ParticipantId from, bool master, const wire::BoardPut& put, Instant now);
  wire::BoardFrame on_chunk(ParticipantId from, const wire::BoardChunk& chunk, Instant now);
  void on_remove(ParticipantId from, bool master, const wire::FileId& id);
  void allow(ParticipantId member, bool on);
  /// What an earlier run of the relay kept.
  void load(Instant now);
  /// Null: it is not here, or not all of it.
  const KeptFile* whole(const wire::FileId& id) const;
  std::optional<Bytes> read(const KeptFile& file, std::uint32_t index);

  void poll(Instant now);
  Instant next_deadline() const;
  /// The session is over.
  void clear();

 private:
  struct File {
    KeptFile kept;
    Instant heard;  // of an unfinished one
  };
  Hub& hub_;
  const SessionUuid session_;
  std::map<wire::FileId, File> files_;
  std::set<ParticipantId> allowed_;

  bool has_room(ParticipantId owner, std::uint64_t size) const;
  void erase(std::map<wire::FileId, File>::iterator file);
};

}  // namespace lotse::relay
