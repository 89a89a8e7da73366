// What moving files to and from the board asks of its surroundings. docs/protocol/board.md
#pragma once
#include "crypto/sealer.h"
#include "files/transfer.h"

namespace lotse::files {

using BoardKey = std::shared_ptr<const crypto::Secret<32>>;  // of one file's chunks

/// As TransfersHost has it: no call back into who calls, results of the disk come later and in order.
class BoardHost {
 public:
  virtual ~BoardHost() = default;
  /// To the relay. Nothing happens while there is none: on_connection() says when there is one again.
  virtual void say(const wire::BoardFrame& frame) = 0;
  virtual void changed(const Transfer& transfer) = 0;
  /// The relay has all of it: now it can stand on the board.
  virtual void stored(const Transfer& transfer, const BoardKey& key, const std::array<std::uint8_t, 32>& sha256) = 0;

  virtual void read(const FileId& id, std::uint64_t offset, std::size_t size) = 0;
  virtual void digest(const FileId& id) = 0;
  virtual void open_target(const wire::FileOffer& offer, const std::string& folder) = 0;
  virtual void write(const FileId& id, std::uint64_t offset, Bytes bytes) = 0;
  virtual void finish(const FileId& id, const std::array<std::uint8_t, 32>& sha256) = 0;
  virtual void close(const FileId& id, bool keep) = 0;
};

/// "rv1 file" || session_uuid || file_id || index u32 || last u8: what a chunk is sealed with beside its key.
Bytes board_chunk_aad(const SessionUuid& session, const FileId& id, std::uint32_t index, bool last);
/// The file's key and an iv of zeros: the nonce is the chunk's number.
crypto::KeyAndIv board_chunk_key(const crypto::Secret<32>& key);

}  // namespace lotse::files
