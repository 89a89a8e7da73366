// Boards in a folder: one folder a session, one file a file. A file begins with "LTB1", its owner and its size; behind
// these lie the chunks as they came.
#pragma once
#include <filesystem>

#include "relay/board_store.h"

namespace lotse::relay {

/// Not thread-safe. One process at a time, as with the database beside it. A chunk is written or read in one call of
/// the system, as a rule to and from its cache.
class DiskBoard final : public BoardStore {
 public:
  /// Makes `folder`. Throws std::runtime_error that says what to do.
  explicit DiskBoard(std::filesystem::path folder);

  std::vector<KeptFile> files(const SessionUuid& session) override;
  bool begin(const SessionUuid& session, const KeptFile& file) override;
  bool append(const SessionUuid& session, const KeptFile& file, ByteView sealed) override;
  std::optional<Bytes> read(const SessionUuid& session, const KeptFile& file, std::uint32_t index) override;
  void erase(const SessionUuid& session, const KeptFile& file) override;
  void erase_all(const SessionUuid& session) override;
  void keep_only(const std::set<SessionUuid>& sessions) override;
  std::uint64_t bytes() const override { return bytes_; }

 private:
  const std::filesystem::path folder_;
  std::uint64_t bytes_ = 0;

  std::filesystem::path folder_of(const SessionUuid& session) const;
  std::filesystem::path path_of(const SessionUuid& session, const wire::FileId& id) const;
};

}  // namespace lotse::relay
