// Host tokens as the relay keeps them: the table, the check, the operator's command.
#include "relay/token_accounts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>

#include "crypto/password_hash.h"
#include "relay/host_token.h"
#include "relay/token_command.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::relay;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse-tokens-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

/// A data folder with an operator, a clock and a relay's accounts on it.
struct Office {
  Folder folder;
  std::atomic<std::int64_t> clock = 1'000'000;
  std::mutex mutex;
  std::condition_variable came;
  std::map<std::uint64_t, TokenAnswer> answers;  // by asker
  std::unique_ptr<TokenAccounts> accounts;
  std::uint64_t last = 0;

  Office() { restart(); }
  void restart() {
    accounts = std::make_unique<TokenAccounts>(
        token_file(folder.path),
        [this](ConnId asker, TokenAnswer answer) {
          std::scoped_lock lock(mutex);
          answers[asker.value()] = std::move(answer);
          came.notify_all();
        },
        [this] { return clock.load(); });
  }
  std::string operate(const TokenRequest& request) {
    std::ostringstream out, notes;
    CHECK(run_token_command(folder.path, request, clock, out, notes) == 0);
    return out.str();
  }
  std::string add(const std::string& expires = {}, HostLimits limits = {}) {
    std::string line = operate({TokenRequest::What::add, "Eva", expires, limits, {}});
    REQUIRE(line.ends_with("\n"));
    return line.substr(0, line.size() - 1);
  }
  void revoke(const std::string& token) {
    operate({TokenRequest::What::revoke, {}, {}, {}, parse_host_token(token)->id});
  }
  std::uint64_t ask(const std::string& token) {
    accounts->check(ConnId{++last}, token);
    return last;
  }
  TokenAnswer answer_to(std::uint64_t asker) {
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return answers.contains(asker); });
    return answers[asker];
  }
  TokenVerdict verdict(const std::string& token) { return answer_to(ask(token)).verdict; }
};

/// The same id with another secret.
std::string forged(const std::string& token) {
  auto parts = *parse_host_token(token);
  parts.secret = make_host_token().secret;
  return to_string(parts);
}

}  // namespace

TEST_CASE("a secret fits its own Argon2id hash and no other, and two hashes of it differ") {
  std::string secret = "abcdefgh", hash = crypto::password_hash(as_bytes(secret));
  CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(crypto::password_matches(hash, as_bytes(secret)));
  CHECK_FALSE(crypto::password_matches(hash, as_bytes(std::string("abcdefgi"))));
  CHECK_FALSE(crypto::password_matches("", as_bytes(secret)));
  CHECK_FALSE(crypto::password_matches(std::string(500, 'x'), as_bytes(secret)));
  CHECK(crypto::password_hash(as_bytes(secret)) != hash);
}

TEST_CASE("a token's text is read back, and anything else is refused") {
  HostTokenParts token = make_host_token();
  std::string text = to_string(token);
  CHECK(text.size() <= wire::kMaxHostToken);
  REQUIRE(parse_host_token(text));
  CHECK(parse_host_token(text)->id == token.id);
  CHECK(parse_host_token(text)->secret == token.secret);
  CHECK(token.secret.size() * 5 == 160);  // bits
  CHECK(make_host_token().secret != token.secret);
  for (const std::string& bad :
       {std::string(), text + "a", text.substr(1), "lt2" + text.substr(3), "LT1" + text.substr(3),
        text.substr(0, 12) + "a" + text.substr(13), text.substr(0, 44) + "1", text.substr(0, 44) + "A",
        text.substr(0, 4) + "'" + text.substr(5)}) {
    INFO(bad);
    CHECK_FALSE(parse_host_token(bad));
  }
}

TEST_CASE("a token is good with its secret, and neither another's secret nor an unknown id are") {
  Office office;
  std::string token = office.add({}, {5, 2}), other = office.add();
  TokenAnswer answer = office.answer_to(office.ask(token));
  CHECK(answer.verdict == TokenVerdict::good);
  CHECK(answer.id == parse_host_token(token)->id);
  CHECK(answer.limits == HostLimits{5, 2});
  CHECK(office.verdict(token) == TokenVerdict::good);  // now from memory
  CHECK(office.verdict(forged(token)) == TokenVerdict::refused);
  CHECK(office.verdict("lt1." + parse_host_token(token)->id + "." + parse_host_token(other)->secret) ==
        TokenVerdict::refused);
  CHECK(office.verdict(to_string(make_host_token())) == TokenVerdict::refused);
  CHECK(office.verdict("' OR 1=1 --") == TokenVerdict::refused);
  CHECK(office.verdict(token) == TokenVerdict::good);
}

TEST_CASE("a token expires at its time") {
  Office office;
  std::string token = office.add("30d"), forever = office.add();
  office.clock += 30 * 86400 - 1;
  CHECK(office.verdict(token) == TokenVerdict::good);
  office.clock += 1;
  CHECK(office.verdict(token) == TokenVerdict::expired);
  CHECK(office.verdict(forged(token)) == TokenVerdict::refused);
  office.clock += 100 * 365 * 86400LL;
  CHECK(office.verdict(forever) == TokenVerdict::good);
}

TEST_CASE("a revoked token is refused at once, even when it was good a moment ago, and the relay sees the change") {
  Office office;
  std::string token = office.add(), other = office.add();
  CHECK(office.verdict(token) == TokenVerdict::good);
  auto version = office.accounts->version();
  CHECK(office.accounts->version() == version);
  office.revoke(token);
  CHECK(office.accounts->version() != version);
  CHECK(office.accounts->is_revoked(parse_host_token(token)->id));
  CHECK_FALSE(office.accounts->is_revoked(parse_host_token(other)->id));
  CHECK(office.accounts->is_revoked("nobody"));
  CHECK(office.verdict(token) == TokenVerdict::refused);
  CHECK(office.verdict(other) == TokenVerdict::good);
}

TEST_CASE("tokens survive a restart of the relay, and so does a revocation") {
  Office office;
  std::string token = office.add({}, {7, 0}), gone = office.add();
  office.revoke(gone);
  office.restart();
  TokenAnswer answer = office.answer_to(office.ask(token));
  CHECK(answer.verdict == TokenVerdict::good);
  CHECK(answer.limits == HostLimits{7, 0});
  CHECK(office.verdict(gone) == TokenVerdict::refused);
}

TEST_CASE("no file of the data folder has the secret, and the list does not show it") {
  Office office;
  std::string token = office.add(), secret = parse_host_token(token)->secret;
  CHECK(office.verdict(token) == TokenVerdict::good);
  std::string all;
  for (const auto& file : std::filesystem::directory_iterator(office.folder.path)) {
    std::ifstream in(file.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  CHECK(all.find(parse_host_token(token)->id) != std::string::npos);
  CHECK(all.find("$argon2id$") != std::string::npos);
  CHECK(all.find(secret) == std::string::npos);
  std::string list = office.operate({});
  CHECK_THAT(list, Catch::Contains(parse_host_token(token)->id) && Catch::Contains("Eva") && Catch::Contains("good"));
  CHECK_THAT(list, !Catch::Contains(secret) && !Catch::Contains("argon2id"));
}

TEST_CASE("a flood of wrong secrets under one id leaves room for the tokens of others") {
  Office office;
  std::string token = office.add(), other = office.add();
  std::vector<std::uint64_t> flood;
  for (int i = 0; i < 500; ++i) flood.push_back(office.ask(forged(token)));
  CHECK(office.verdict(other) == TokenVerdict::good);
  std::size_t busy = 0;
  for (std::uint64_t asker : flood) {
    TokenAnswer answer = office.answer_to(asker);
    CHECK(answer.verdict != TokenVerdict::good);
    busy += answer.verdict == TokenVerdict::busy;
  }
  CHECK(busy > 400);  // never hashed
}

TEST_CASE("a flood over many ids waits in a queue that ends, and who was known already is not kept waiting") {
  Office office;
  std::string known = office.add();
  CHECK(office.verdict(known) == TokenVerdict::good);
  std::vector<std::string> tokens;
  TokenTable table(token_file(office.folder.path));
  std::string hash = crypto::password_hash(as_bytes(std::string("x")));
  for (int i = 0; i < 200; ++i) {
    HostTokenParts parts = make_host_token();
    REQUIRE(table.add({parts.id, hash, "", {}, 0, 0, 0}));
    tokens.push_back(to_string(parts));
  }
  std::vector<std::uint64_t> flood;
  for (const std::string& token : tokens) flood.push_back(office.ask(token));
  std::uint64_t quick = office.ask(known);
  {
    std::scoped_lock lock(office.mutex);
    CHECK(office.answers.contains(quick));  // answered before anything else ran
  }
  std::size_t busy = 0;
  for (std::uint64_t asker : flood) busy += office.answer_to(asker).verdict == TokenVerdict::busy;
  CHECK(busy > 0);
  CHECK(busy >= 200 - wire::kMaxTokenChecks - 100);
}

TEST_CASE("a damaged table is said to be one and opens for nobody") {
  Folder folder;
  std::ofstream(token_file(folder.path)) << std::string(5000, 'x');
  CHECK_THROWS_WITH(TokenTable(token_file(folder.path)), Catch::Contains("is damaged"));
  CHECK_THROWS_WITH(TokenTable("/nonexistent/folder/tokens.db"), Catch::Contains("cannot write the database"));
}

TEST_CASE("the operator's mistakes are answered with what to do") {
  Folder folder;
  std::ostringstream out, notes;
  auto run = [&](const TokenRequest& request) { return run_token_command(folder.path, request, 0, out, notes); };
  CHECK_THROWS_WITH(run({TokenRequest::What::revoke, {}, {}, {}, "zzz"}), Catch::Contains("token list"));
  CHECK_THROWS_WITH(run({TokenRequest::What::add, {}, "soon", {}, {}}), Catch::Contains("30d"));
  CHECK(out.str().empty());
}

TEST_CASE("what an administrator makes belongs to the owner of the folder") {
  if (geteuid() != 0) return;  // nobody else could give it away
  Folder folder;
  REQUIRE(chown(folder.path.c_str(), 1234, 1235) == 0);
  std::ostringstream out, notes;
  CHECK(run_token_command(folder.path, {TokenRequest::What::add, {}, {}, {}, {}}, 0, out, notes) == 0);
  TokenTable open_one(token_file(folder.path));
  open_one.list();
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder.path)) {
    struct stat status {};
    REQUIRE(stat(file.path().c_str(), &status) == 0);
    INFO(file.path());
    CHECK(status.st_uid == 1234);
    CHECK(status.st_gid == 1235);
    CHECK((status.st_mode & 077) == 0);
    ++files;
  }
  CHECK(files >= 2);  // the journal, too
}

TEST_CASE("a span of time is a count and a unit") {
  CHECK(parse_span("90m") == 5400);
  CHECK(parse_span("12h") == 43200);
  CHECK(parse_span("30d") == 2592000);
  CHECK(parse_span("8w") == 4838400);
  CHECK(parse_span("1y") == 31536000);
  for (const char* bad : {"", "d", "30", "0d", "-1d", "3x", "30 d", "30dd", "101y", "99999999999999999999d"})
    CHECK_FALSE(parse_span(bad));
}
