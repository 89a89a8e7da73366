// All files that go between this member and others. Bytes and the time in, what to say and what to do with the disk
// out. docs/protocol/files.md
#pragma once
#include <map>
#include <memory>
#include <set>

#include "files/receiving.h"
#include "files/sending.h"

namespace lotse::files {

/// Not thread-safe.
class Transfers {
 public:
  /// `host` outlives this.
  explicit Transfers(TransfersHost& host) : host_(host) {}

  /// False: too many are under way, or this one is.
  bool offer(const wire::FileOffer& offer, ParticipantId to, const std::string& path, Instant now);
  /// One that was accepted by an earlier run of the program.
  void go_on(const wire::FileOffer& offer, ParticipantId from, const std::string& folder, Instant now);
  // What the person wants. False: there is no such file, or nothing to do with it.
  bool accept(const FileId& id, const std::string& folder, Instant now);
  bool refuse(const FileId& id, Instant now);
  bool pause(const FileId& id, bool on, Instant now);
  bool cancel(const FileId& id, Instant now);
  /// Nothing: there is none.
  const Transfer* find(const FileId& id) const;
  std::vector<const Transfer*> all() const;

  /// `may_send`: the session lets this member send files.
  void on_message(ParticipantId from, wire::FileMessage message, bool may_send, Instant now);
  /// Who belongs to the session, and who of them is here.
  void on_members(const std::set<ParticipantId>& members, const std::set<ParticipantId>& here, Instant now);
  /// A new connection: what was said last may be lost.
  void on_connection(Instant now);

  // The disk. Nothing: it could not, and why.
  void on_read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes, Instant now);
  void on_digest(const FileId& id, const std::array<std::uint8_t, 32>* sha256, Instant now);
  void on_target(const FileId& id, std::optional<std::uint64_t> have, Why why, Instant now);
  void on_written(const FileId& id, std::optional<std::uint64_t> have, Why why, Instant now);
  void on_finished(const FileId& id, const std::optional<std::string>& path, std::optional<Why> why);

  void poll(Instant now);
  Instant next_deadline() const;

 private:
  TransfersHost& host_;
  std::map<FileId, std::unique_ptr<Sending>> out_;
  std::map<FileId, std::unique_ptr<Receiving>> in_;
  std::map<ParticipantId, SendWindow> windows_;  // to each member that was sent a file
  std::set<ParticipantId> here_;
  std::uint64_t turns_ = 0;

  Sending* outgoing(const FileId& id) const;
  Receiving* incoming(const FileId& id) const;
  void on_offer(ParticipantId from, const wire::FileOffer& offer, bool may_send, Instant now);
  Receiving& incoming_from(ParticipantId from, const wire::FileOffer& offer);
  void on_cancel(ParticipantId from, const wire::FileCancel& cancel, Instant now);
  std::size_t unfinished(std::optional<ParticipantId> from) const;
  void forget_oldest();
  /// Each file of which there is more to send gets a turn, those first that have waited longest for one.
  void spread(Instant now);
};

}  // namespace lotse::files
