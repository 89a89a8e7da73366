// What is on the session's board: the master keeps the list and hands it to all. The files' bytes lie at the relay,
// sealed under keys that stand in the list. docs/protocol/board.md
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/signing.h"
#include "session/board_file.h"
#include "session/core.h"

namespace lotse::wire::pb {
class Board;
class BoardFile;
class SignedBoardFile;
}  // namespace lotse::wire::pb

namespace lotse::session {

/// Every member has one; only the master's decides. Not thread-safe. No I/O.
class Board {
 public:
  explicit Board(Core& core) : core_(core) {}

  /// A file of ours that the relay has all of; again until it is in the list. Its owner and name are filled in here.
  std::optional<ErrorCode> put(BoardFile file);
  /// Of ours; as the master, any.
  std::optional<ErrorCode> remove(const wire::FileId& id);

  /// A new connection: the relay may have forgotten who may put, and members what there is.
  void reachable();
  /// Who is new or back hears what there is; the relay hears who may put.
  void members_changed();

  // From other members.
  void on_put(ParticipantId from, const wire::pb::SignedBoardFile& signed_file);
  void on_remove(ParticipantId from, const std::string& id);
  void on_list(const wire::pb::Board& board);  // from the master

 private:
  struct Entry {
    BoardFile file;
    std::string bytes;  // as they were signed
    crypto::VerifyKey ed{};
    std::string signature;
  };

  Core& core_;
  std::vector<Entry> entries_;
  std::map<ParticipantId, crypto::VerifyKey> known_;  // of all members that there ever were
  std::set<ParticipantId> told_;                      // as the master: who is here and has the list
  std::set<ParticipantId> may_put_;                   // as the relay was told
  std::vector<wire::FileId> removed_;                 // lately: the relay may not have heard of it
  bool used_ = false;                                 // there was something on it, ever
  bool led_ = false;
  bool open_ = false;  // somebody is to be told
  std::uint64_t roster_version_ = 0;

  std::optional<Entry> read(const wire::pb::SignedBoardFile& signed_file) const;
  std::vector<Entry>::iterator find(const wire::FileId& id);
  void add(Entry entry);
  void erase(std::vector<Entry>::iterator entry);
  wire::pb::Message list() const;
  void tell(ParticipantId member);
  void changed();
  void announce();
};

}  // namespace lotse::session
