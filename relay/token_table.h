// The table of host tokens: tokens.db in the relay's data folder, beside relay.db, so that `lotse-relay token` works
// while a relay runs.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relay/accounts.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lotse::relay {

/// Times are Unix time in seconds.
struct TokenRow {
  std::string id;
  std::string hash;  // of the secret, Argon2id
  std::string name;  // for the operator
  HostLimits limits;
  std::int64_t created = 0;
  std::int64_t expires = 0;  // 0: never
  std::int64_t revoked = 0;  // 0: not
};

/// Several processes may use the file at once. One thread. Every call throws std::runtime_error, one line for a person,
/// when the file cannot be used.
class TokenTable {
 public:
  /// Opens or makes `file`.
  explicit TokenTable(const std::filesystem::path& file);
  ~TokenTable();
  TokenTable(const TokenTable&) = delete;

  /// False when the id is there already.
  bool add(const TokenRow& row);
  /// False when there is no such token. One that is revoked already stays as it is.
  bool revoke(const std::string& id, std::int64_t now);
  std::optional<TokenRow> find(const std::string& id);
  /// The oldest first.
  std::vector<TokenRow> list();
  /// Another number when somebody else has written since.
  std::uint64_t version();

 private:
  struct CloseDatabase {
    void operator()(sqlite3* db) const;
  };
  struct FinishStatement {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, FinishStatement>;
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, CloseDatabase> db_;

  Statement prepare(const char* sql);
  /// True: a row is there.
  bool step(const Statement& statement);
  void execute(const char* sql);
  [[noreturn]] void fail();
};

}  // namespace lotse::relay
