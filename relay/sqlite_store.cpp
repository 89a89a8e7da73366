#include "relay/sqlite_store.h"

#include <sqlite3.h>

#include <stdexcept>

#include "base/log.h"

namespace lotse::relay {
namespace {

constexpr int kSchema = 2;  // 2: heirs

std::int64_t unix_time() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void bind(sqlite3_stmt* statement, int at, const wire::Number& number) {
  sqlite3_bind_text(statement, at, number.data(), static_cast<int>(number.size()), nullptr);  // bytes outlive the run
}
template <std::size_t N>
void bind(sqlite3_stmt* statement, int at, const std::array<std::uint8_t, N>& bytes) {
  sqlite3_bind_blob(statement, at, bytes.data(), static_cast<int>(N), nullptr);
}

/// False when the column is not exactly as long: somebody else wrote it.
template <class Array>
bool read(sqlite3_stmt* statement, int at, Array& out) {
  const void* bytes = sqlite3_column_blob(statement, at);
  if (bytes == nullptr || sqlite3_column_bytes(statement, at) != static_cast<int>(out.size())) return false;
  std::memcpy(out.data(), bytes, out.size());
  return true;
}

/// As the frame that tells them; none where nobody took over.
bool read(sqlite3_stmt* statement, int at, std::vector<wire::Heir>& out) {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, at));
  if (bytes == nullptr) return true;
  auto frame = wire::decode({bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, at))});
  auto* told = frame ? std::get_if<wire::Superseded>(&*frame) : nullptr;
  if (told != nullptr) out = told->heirs;
  return told != nullptr;
}

}  // namespace

void SqliteStore::CloseDatabase::operator()(sqlite3* db) const { sqlite3_close(db); }
void SqliteStore::FinishStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

SqliteStore::SqliteStore(const std::filesystem::path& file, Clock clock)
    : file_(file), clock_(clock ? std::move(clock) : unix_time) {
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) fail(code);
  prepare_file();
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::prepare_file() {
  sqlite3_busy_timeout(db_.get(), 500);
  execute("PRAGMA locking_mode=EXCLUSIVE");
  execute("PRAGMA journal_mode=WAL");
  execute("PRAGMA synchronous=NORMAL");  // a crash of the machine may lose the last seconds, never the file
  execute("BEGIN IMMEDIATE");            // takes the lock for good
  int schema = read_int("PRAGMA user_version");
  if (schema > kSchema)
    throw std::runtime_error("the database " + file_.string() + " was written by a newer lotse-relay");
  execute(
      "CREATE TABLE IF NOT EXISTS sessions(number TEXT PRIMARY KEY, uuid BLOB NOT NULL, key BLOB NOT NULL,"
      " seen INTEGER NOT NULL, heirs BLOB) WITHOUT ROWID");
  if (schema == 1) execute("ALTER TABLE sessions ADD COLUMN heirs BLOB");
  execute("PRAGMA user_version=2");
  execute("COMMIT");
}

void SqliteStore::fail(int code) const {
  std::string file = file_.string();
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw std::runtime_error("the database " + file +
                               " is damaged: move it away and start again (sessions that are on will get new numbers)");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw std::runtime_error("the database " + file + " is in use by another lotse-relay");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      throw std::runtime_error("cannot write the database " + file + ": check its folder and its owner");
    default:
      throw std::runtime_error("the database " + file +
                               " cannot be used: " + (db_ ? sqlite3_errmsg(db_.get()) : sqlite3_errstr(code)));
  }
}

void SqliteStore::execute(const char* sql) {
  int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

SqliteStore::Statement SqliteStore::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db_.get(), sql, -1, &statement, nullptr);
  return Statement(statement);  // null on failure: every sqlite3 call on it then says so
}

int SqliteStore::read_int(const char* sql) {
  Statement statement = prepare(sql);
  if (sqlite3_step(statement.get()) != SQLITE_ROW) fail(sqlite3_errcode(db_.get()));
  return sqlite3_column_int(statement.get(), 0);
}

void SqliteStore::run(Statement statement) {
  if (sqlite3_step(statement.get()) == SQLITE_DONE) return;
  log_error("the database " + file_.string() +
            " cannot be written, sessions will not survive a restart: " + sqlite3_errmsg(db_.get()));
}

std::vector<SessionRecord> SqliteStore::load(Duration at_most) {
  std::int64_t oldest = clock_() - std::chrono::duration_cast<std::chrono::seconds>(at_most).count();
  Statement forget = prepare("DELETE FROM sessions WHERE seen < ?");
  sqlite3_bind_int64(forget.get(), 1, oldest);
  if (sqlite3_step(forget.get()) != SQLITE_DONE) fail(sqlite3_errcode(db_.get()));
  std::vector<SessionRecord> out;
  Statement select = prepare("SELECT number, uuid, key, heirs FROM sessions");
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(select.get())) == SQLITE_ROW) {
    SessionRecord record;
    bool ok = read(select.get(), 0, record.number) && read(select.get(), 1, record.uuid) &&
              read(select.get(), 2, record.key) && read(select.get(), 3, record.heirs) &&
              wire::parse_number(wire::to_string(record.number));
    if (ok) out.push_back(record);
  }
  if (code != SQLITE_DONE) fail(code);
  return out;
}

void SqliteStore::put(const SessionRecord& session) {
  Statement insert = prepare("INSERT OR REPLACE INTO sessions VALUES(?, ?, ?, ?, ?)");
  bind(insert.get(), 1, session.number);
  bind(insert.get(), 2, session.uuid);
  bind(insert.get(), 3, session.key);
  sqlite3_bind_int64(insert.get(), 4, clock_());
  Bytes heirs = session.heirs.empty() ? Bytes{} : wire::encode(wire::Superseded{session.heirs});
  if (!heirs.empty()) sqlite3_bind_blob(insert.get(), 5, heirs.data(), static_cast<int>(heirs.size()), nullptr);
  run(std::move(insert));
}

void SqliteStore::seen(const std::vector<wire::Number>& numbers) {
  run(prepare("BEGIN"));
  for (const wire::Number& number : numbers) {
    Statement update = prepare("UPDATE sessions SET seen = ? WHERE number = ?");
    sqlite3_bind_int64(update.get(), 1, clock_());
    bind(update.get(), 2, number);
    run(std::move(update));
  }
  run(prepare("COMMIT"));
}

void SqliteStore::erase(const wire::Number& number) {
  Statement remove = prepare("DELETE FROM sessions WHERE number = ?");
  bind(remove.get(), 1, number);
  run(std::move(remove));
}

}  // namespace lotse::relay
