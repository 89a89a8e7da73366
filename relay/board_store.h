// Where a relay keeps what lies on boards: sealed bytes and nothing that says what they are. docs/protocol/board.md
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/board.h"
#include "wire/relay_frame.h"

namespace lotse::relay {

struct KeptFile {
  wire::FileId id{};
  ParticipantId owner;
  std::uint64_t size = 0;    // bytes of the file
  std::uint32_t chunks = 0;  // that are here, from the first on

  bool whole() const { return chunks == wire::board_chunks(size); }
};

/// Not thread-safe.
class BoardStore {
 public:
  virtual ~BoardStore() = default;
  virtual std::vector<KeptFile> files(const SessionUuid& session) = 0;
  /// False: there is no room, or it cannot be written.
  virtual bool begin(const SessionUuid& session, const KeptFile& file) = 0;
  /// Behind file.chunks others. False: it cannot be written, and nothing of it was.
  virtual bool append(const SessionUuid& session, const KeptFile& file, ByteView sealed) = 0;
  virtual std::optional<Bytes> read(const SessionUuid& session, const KeptFile& file, std::uint32_t index) = 0;
  virtual void erase(const SessionUuid& session, const KeptFile& file) = 0;
  virtual void erase_all(const SessionUuid& session) = 0;
  /// What belongs to no session goes.
  virtual void keep_only(const std::set<SessionUuid>& sessions) = 0;
  /// Bytes of all files, whole ones or not.
  virtual std::uint64_t bytes() const = 0;
};

/// For tests.
class MemoryBoard final : public BoardStore {
 public:
  std::vector<KeptFile> files(const SessionUuid& session) override {
    std::vector<KeptFile> out;
    for (const auto& [id, item] : sessions_[session]) out.push_back(item.file);
    return out;
  }
  bool begin(const SessionUuid& session, const KeptFile& file) override {
    return !broken && sessions_[session].try_emplace(file.id, Item{file, {}}).second;
  }
  bool append(const SessionUuid& session, const KeptFile& file, ByteView sealed) override {
    Item& item = sessions_[session].at(file.id);
    if (broken) return false;
    item.sealed.emplace_back(sealed.begin(), sealed.end());
    ++item.file.chunks;
    return true;
  }
  std::optional<Bytes> read(const SessionUuid& session, const KeptFile& file, std::uint32_t index) override {
    return sessions_[session].at(file.id).sealed.at(index);
  }
  void erase(const SessionUuid& session, const KeptFile& file) override { sessions_[session].erase(file.id); }
  void erase_all(const SessionUuid& session) override { sessions_.erase(session); }
  void keep_only(const std::set<SessionUuid>& sessions) override {
    std::erase_if(sessions_, [&](const auto& item) { return !sessions.contains(item.first); });
  }
  std::uint64_t bytes() const override {
    std::uint64_t sum = 0;
    for (const auto& [session, items] : sessions_)
      for (const auto& [id, item] : items) sum += item.file.size;
    return sum;
  }

  bool broken = false;  // writes nothing more

 private:
  struct Item {
    KeptFile file;
    std::vector<Bytes> sealed;
  };
  std::map<SessionUuid, std::map<wire::FileId, Item>> sessions_;
};

}  // namespace lotse::relay
