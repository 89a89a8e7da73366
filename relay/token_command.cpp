#include "relay/token_command.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <ctime>
#include <iomanip>
#include <ostream>
#include <stdexcept>

#include "base/log.h"
#include "base/text.h"
#include "crypto/password_hash.h"
#include "relay/host_token.h"
#include "relay/token_table.h"

namespace lotse::relay {
namespace {

constexpr std::size_t kMaxTokenName = 64;  // bytes

std::string day(std::int64_t time) {
  std::time_t seconds = time;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts)};
}

std::string state(const TokenRow& row, std::int64_t now) {
  if (row.revoked != 0) return "revoked";
  return row.expires != 0 && now >= row.expires ? "expired" : "good";
}

std::string limit(std::size_t value) { return value == 0 ? "-" : std::to_string(value); }

/// An administrator must not leave files behind that the relay's own user cannot open: they get the folder's owner.
void make_file(const std::filesystem::path& data, const std::filesystem::path& file) {
  int fd = open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return;  // there already, or TokenTable says why not
  struct stat folder {};
  if (geteuid() == 0 && stat(data.c_str(), &folder) == 0 && fchown(fd, folder.st_uid, folder.st_gid) != 0)
    log_warning("the owner of " + file.string() + " could not be changed");
  close(fd);
}

int add(TokenTable& table, const TokenRequest& request, std::int64_t now, std::ostream& out, std::ostream& notes) {
  std::int64_t expires = 0;
  if (!request.expires.empty()) {
    auto span = parse_span(request.expires);
    if (!span)
      throw std::runtime_error("--expires takes a time like 12h, 30d, 8w or 1y, not '" + request.expires + "'");
    expires = now + *span;
  }
  HostTokenParts token = make_host_token();
  TokenRow row{token.id,
               crypto::password_hash(as_bytes(token.secret)),
               clean_text(request.name, kMaxTokenName),
               request.limits,
               now,
               expires,
               0};
  if (!table.add(row)) throw std::runtime_error("the new token's id is taken: try again");
  out << to_string(token) << std::endl;
  notes << "Token " << token.id << " was made. It is shown this once: its holder saves it in a file and starts\n"
        << "lotse-master --relay-token-file FILE, or pastes it in the settings of the window.\n";
  return 0;
}

int list(TokenTable& table, std::int64_t now, std::ostream& out) {
  out << std::left << std::setw(10) << "ID" << std::setw(9) << "STATE" << std::setw(18) << "CREATED (UTC)"
      << std::setw(18) << "EXPIRES (UTC)" << std::setw(14) << "PARTICIPANTS" << std::setw(10) << "SESSIONS"
      << "NAME\n";
  for (const TokenRow& row : table.list())
    out << std::setw(10) << row.id << std::setw(9) << state(row, now) << std::setw(18) << day(row.created)
        << std::setw(18) << (row.expires == 0 ? "never" : day(row.expires)) << std::setw(14)
        << limit(row.limits.participants) << std::setw(10) << limit(row.limits.sessions) << row.name << "\n";
  out.flush();
  return 0;
}

int revoke(TokenTable& table, const std::string& id, std::int64_t now, std::ostream& notes) {
  if (!table.revoke(id, now)) throw std::runtime_error("there is no token '" + id + "': see lotse-relay token list");
  notes << "Token " << id << " opens no session any more. Those that run under it end within seconds.\n";
  return 0;
}

}  // namespace

std::optional<std::int64_t> parse_span(const std::string& text) {
  std::int64_t count = 0, unit = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (problem != std::errc() || end + 1 != text.data() + text.size() || count < 1 || count > 100'000'000)
    return std::nullopt;
  switch (*end) {
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'd':
      unit = 86400;
      break;
    case 'w':
      unit = 7 * 86400;
      break;
    case 'y':
      unit = 365 * 86400;
      break;
    default:
      return std::nullopt;
  }
  std::int64_t seconds = count * unit;
  if (seconds > std::int64_t{100} * 366 * 86400) return std::nullopt;
  return seconds;
}

std::filesystem::path token_file(const std::filesystem::path& data) { return data / "tokens.db"; }

int run_token_command(const std::filesystem::path& data, const TokenRequest& request, std::int64_t now,
                      std::ostream& out, std::ostream& notes) {
  std::error_code problem;
  std::filesystem::create_directories(data, problem);
  if (problem)
    throw std::runtime_error("cannot make the data folder " + data.string() + ": " + problem.message() +
                             "; choose another with --data");
  make_file(data, token_file(data));
  TokenTable table(token_file(data));
  switch (request.what) {
    case TokenRequest::What::add:
      return add(table, request, now, out, notes);
    case TokenRequest::What::list:
      return list(table, now, out);
    case TokenRequest::What::revoke:
      return revoke(table, request.id, now, notes);
  }
  return 2;
}

}  // namespace lotse::relay
