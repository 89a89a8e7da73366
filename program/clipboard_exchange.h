// What is copied goes from member to member as files do, in memory: files::Transfers with no disk.
// docs/protocol/files.md
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "desktop/clipboard.h"
#include "files/transfers.h"
#include "net/loop.h"

namespace lotse::program {

/// Lives on the loop, as long as a session. To and from each member the newest counts: what is still on its way when
/// the next begins is given up.
class ClipboardExchange final : private files::TransfersHost {
 public:
  /// Bytes of one content; of all that arrive at once.
  static constexpr std::uint64_t kMost = 64u << 20, kMostInAll = 256u << 20;

  struct Events {
    std::function<bool(ParticipantId to, const wire::FileMessage& message)> say;
    /// All of it is here.
    std::function<void(ParticipantId from, desktop::ClipboardContent content)> on_content;
    /// On every change of state; of what goes on, four times a second. Its name is the content's type.
    std::function<void(const files::Transfer& transfer)> on_change;
  };
  ClipboardExchange(net::Loop& loop, Events events);

  /// False: it is too large, or there are too many.
  bool send(const desktop::ClipboardContent& content, ParticipantId to);
  void on_message(ParticipantId from, wire::FileMessage message, bool may_send);
  void on_members(const std::set<ParticipantId>& members, const std::set<ParticipantId>& here);
  void on_connection();

 private:
  // TransfersHost
  bool say(ParticipantId to, const wire::FileMessage& message) override { return events_.say(to, message); }
  void changed(const files::Transfer& transfer) override;
  void read(const wire::FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) override;
  void digest(const wire::FileId& id) override;
  std::optional<std::string> accepted_before(const wire::FileOffer&) override { return ""; }
  void open_target(const wire::FileOffer& offer, const std::string& folder) override;
  void write(const wire::FileId& id, std::uint64_t offset, Bytes bytes) override;
  void finish(const wire::FileId& id, const std::array<std::uint8_t, 32>& sha256) override;
  void close(const wire::FileId& id, bool keep) override;

  struct Arriving {
    std::string type;
    std::uint64_t size = 0;
    std::shared_ptr<Bytes> bytes = std::make_shared<Bytes>();
  };
  void give_up_older(ParticipantId peer, bool outgoing);
  void on_checked(const wire::FileId& id, const Arriving& content, bool right);
  /// Calls Transfers later: from inside of its calls it must not be called.
  void later(std::function<void(Instant now)> call);
  void arm();

  net::Loop& loop_;
  const Events events_;
  files::Transfers transfers_;
  net::Loop::Timer timer_;
  std::map<wire::FileId, desktop::ClipboardContent> leaving_;
  std::map<wire::FileId, Arriving> arriving_;
  std::map<wire::FileId, Instant> told_;  // of what goes on
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

/// A content that may be put on a desktop's clipboard as it is: text that is clean, or an image whose head says PNG.
std::optional<desktop::ClipboardContent> checked_content(const std::string& type, std::shared_ptr<const Bytes> bytes);

}  // namespace lotse::program
