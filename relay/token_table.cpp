#include "relay/token_table.h"

#include <sqlite3.h>

#include <stdexcept>

namespace lotse::relay {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr int kPatience = 500;  // ms for another process to finish writing; readers never wait (WAL)

void bind(sqlite3_stmt* statement, int at, const std::string& text) {
  sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

std::string text_at(sqlite3_stmt* statement, int at) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, at));
  return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, at))) : std::string();
}

std::size_t count_at(sqlite3_stmt* statement, int at) {
  return static_cast<std::size_t>(std::max<sqlite3_int64>(0, sqlite3_column_int64(statement, at)));
}

constexpr const char* kInsert = "INSERT OR IGNORE INTO tokens VALUES(?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kRevoke = "UPDATE tokens SET revoked = CASE revoked WHEN 0 THEN ? ELSE revoked END WHERE id = ?";
constexpr const char* kFind = "SELECT * FROM tokens WHERE id = ?";
constexpr const char* kList = "SELECT * FROM tokens ORDER BY created, id";

TokenRow row_of(sqlite3_stmt* statement) {
  return {text_at(statement, 0),
          text_at(statement, 1),
          text_at(statement, 2),
          {count_at(statement, 3), count_at(statement, 4)},
          sqlite3_column_int64(statement, 5),
          sqlite3_column_int64(statement, 6),
          sqlite3_column_int64(statement, 7)};
}

}  // namespace

void TokenTable::CloseDatabase::operator()(sqlite3* db) const { sqlite3_close(db); }
void TokenTable::FinishStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

TokenTable::TokenTable(const std::filesystem::path& file) : file_(file) {
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) fail();
  sqlite3_busy_timeout(db_.get(), kPatience);
  execute("PRAGMA journal_mode=WAL");
  Statement schema = prepare("PRAGMA user_version");
  if (!step(schema)) fail();
  if (sqlite3_column_int64(schema.get(), 0) > kSchema)
    throw std::runtime_error("the database " + file_.string() + " was written by a newer lotse-relay");
  schema.reset();
  execute(
      "CREATE TABLE IF NOT EXISTS tokens(id TEXT PRIMARY KEY, hash TEXT NOT NULL, name TEXT NOT NULL,"
      " participants INTEGER NOT NULL, sessions INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,"
      " revoked INTEGER NOT NULL) WITHOUT ROWID");
  execute("PRAGMA user_version=1");
}

TokenTable::~TokenTable() = default;

void TokenTable::fail() {
  std::string file = file_.string();
  switch (db_ ? sqlite3_errcode(db_.get()) & 0xFF : SQLITE_NOMEM) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw std::runtime_error("the database " + file + " is damaged: move it away and give out new tokens");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      throw std::runtime_error("cannot write the database " + file + ": check its folder and its owner");
    default:
      throw std::runtime_error("the database " + file +
                               " cannot be used: " + (db_ ? sqlite3_errmsg(db_.get()) : "no memory"));
  }
}

void TokenTable::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

TokenTable::Statement TokenTable::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_.get(), sql, -1, &statement, nullptr) != SQLITE_OK) fail();
  return Statement(statement);
}

bool TokenTable::step(const Statement& statement) {
  int code = sqlite3_step(statement.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) fail();
  return code == SQLITE_ROW;
}

bool TokenTable::add(const TokenRow& row) {
  Statement insert = prepare(kInsert);
  bind(insert.get(), 1, row.id);
  bind(insert.get(), 2, row.hash);
  bind(insert.get(), 3, row.name);
  sqlite3_bind_int64(insert.get(), 4, static_cast<sqlite3_int64>(row.limits.participants));
  sqlite3_bind_int64(insert.get(), 5, static_cast<sqlite3_int64>(row.limits.sessions));
  sqlite3_bind_int64(insert.get(), 6, row.created);
  sqlite3_bind_int64(insert.get(), 7, row.expires);
  sqlite3_bind_int64(insert.get(), 8, row.revoked);
  step(insert);
  return sqlite3_changes(db_.get()) == 1;
}

bool TokenTable::revoke(const std::string& id, std::int64_t now) {
  Statement update = prepare(kRevoke);
  sqlite3_bind_int64(update.get(), 1, now);
  bind(update.get(), 2, id);
  step(update);
  return sqlite3_changes(db_.get()) == 1;
}

std::optional<TokenRow> TokenTable::find(const std::string& id) {
  Statement select = prepare(kFind);
  bind(select.get(), 1, id);
  if (!step(select)) return std::nullopt;
  return row_of(select.get());
}

std::vector<TokenRow> TokenTable::list() {
  std::vector<TokenRow> rows;
  Statement select = prepare(kList);
  while (step(select)) rows.push_back(row_of(select.get()));
  return rows;
}

std::uint64_t TokenTable::version() {
  Statement select = prepare("PRAGMA data_version");
  if (!step(select)) fail();
  return static_cast<std::uint64_t>(sqlite3_column_int64(select.get(), 0));
}

}  // namespace lotse::relay
