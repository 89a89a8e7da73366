// The relay's database: one small table in a file of its own.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>

#include "relay/store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lotse::relay {

/// Not thread-safe. One process at a time: the file stays locked.
class SqliteStore final : public SessionStore {
 public:
  /// Unix time in seconds.
  using Clock = std::function<std::int64_t()>;
  /// Opens or makes `file`. Throws std::runtime_error that says what to do: damaged, in use, newer, not writable.
  explicit SqliteStore(const std::filesystem::path& file, Clock clock = {});
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;

  std::vector<SessionRecord> load(Duration at_most) override;
  void put(const SessionRecord& session) override;
  void seen(const std::vector<wire::Number>& numbers) override;
  void erase(const wire::Number& number) override;

 private:
  struct CloseDatabase {
    void operator()(sqlite3* db) const;
  };
  struct FinishStatement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, FinishStatement>;
  std::filesystem::path file_;
  Clock clock_;
  std::unique_ptr<sqlite3, CloseDatabase> db_;

  void prepare_file();
  void execute(const char* sql);
  Statement prepare(const char* sql);
  int read_int(const char* sql);
  /// Runs it; a failure is logged, the session goes on.
  void run(Statement statement);
  [[noreturn]] void fail(int code) const;
};

}  // namespace lotse::relay
