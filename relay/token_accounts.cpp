#include "relay/token_accounts.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/log.h"
#include "crypto/password_hash.h"
#include "crypto/secret.h"
#include "crypto/signing.h"
#include "relay/host_token.h"
#include "wire/limits.h"

namespace lotse::relay {
namespace {

constexpr std::size_t kRemembered = 10'000;  // tokens whose secret was right: 200 bytes each

std::int64_t unix_time() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void wipe(std::string& text) { crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}); }

/// Binds a secret to the hash that it fitted: when the table says another hash, it is a stranger again.
using Mark = std::array<std::uint8_t, 32>;
Mark mark_of(const std::string& hash, const std::string& secret) {
  return crypto::sha256({as_bytes(hash), as_bytes(secret)});
}

}  // namespace

struct TokenAccounts::Worker {
  struct Job {
    ConnId asker;
    TokenAnswer answer;  // when the secret fits
    std::string hash, secret;
  };

  explicit Worker(const Tell& t) : tell(t), thread([this] { run(); }) {}
  ~Worker() {
    {
      std::scoped_lock lock(mutex);
      stopping = true;
    }
    wake.notify_one();
    thread.join();
    for (Job& job : waiting) wipe(job.secret);
  }

  bool knows(const Job& job) {
    std::scoped_lock lock(mutex);
    auto at = right.find(job.answer.id);
    return at != right.end() && crypto::same(at->second, mark_of(job.hash, job.secret));
  }

  /// False: too many wait.
  bool take(Job& job) {
    {
      std::scoped_lock lock(mutex);
      std::size_t& same_id = by_id[job.answer.id];
      if (waiting.size() >= wire::kMaxTokenChecks || same_id >= wire::kMaxTokenChecksEach) return false;
      ++same_id;
      waiting.push_back(std::move(job));
    }
    wake.notify_one();
    return true;
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return stopping || !waiting.empty(); });
      if (stopping) return;
      Job job = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      bool fits = crypto::password_matches(job.hash, as_bytes(job.secret));
      Mark mark = mark_of(job.hash, job.secret);
      wipe(job.secret);
      if (!fits) job.answer.verdict = TokenVerdict::refused;
      tell(job.asker, job.answer);
      lock.lock();
      if (auto at = by_id.find(job.answer.id); --at->second == 0) by_id.erase(at);
      if (right.size() >= kRemembered) right.clear();
      if (fits) right[job.answer.id] = mark;
    }
  }

  Tell tell;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> waiting;
  std::unordered_map<std::string, std::size_t> by_id;  // waiting or being hashed
  std::unordered_map<std::string, Mark> right;         // what fitted, by id
  bool stopping = false;
  std::thread thread;  // the last: it uses the others
};

TokenAccounts::TokenAccounts(const std::filesystem::path& file, Tell tell, Clock clock)
    : table_(file),
      tell_(std::move(tell)),
      clock_(clock ? std::move(clock) : unix_time),
      worker_(std::make_unique<Worker>(tell_)) {}

TokenAccounts::~TokenAccounts() = default;

/// A table that cannot be read knows nobody.
std::optional<TokenRow> TokenAccounts::look_up(const std::string& id) {
  try {
    return table_.find(id);
  } catch (const std::exception& e) {
    log_error(std::string("no token can be checked: ") + e.what());
    return std::nullopt;
  }
}

void TokenAccounts::check(ConnId asker, std::string text) {
  auto token = parse_host_token(text);
  wipe(text);
  auto row = token ? look_up(token->id) : std::nullopt;
  if (!row || row->revoked != 0) {
    if (token) wipe(token->secret);
    return tell_(asker, {TokenVerdict::refused, row ? row->id : "", {}});
  }
  bool expired = row->expires != 0 && clock_() >= row->expires;
  Worker::Job job{asker, {expired ? TokenVerdict::expired : TokenVerdict::good, row->id, row->limits}, row->hash, {}};
  job.secret = std::move(token->secret);
  bool known = worker_->knows(job);
  if (!known && worker_->take(job)) return;
  wipe(job.secret);
  if (!known) job.answer.verdict = TokenVerdict::busy;
  tell_(asker, job.answer);
}

std::uint64_t TokenAccounts::version() {
  try {
    return table_.version();
  } catch (const std::exception& e) {
    log_error(std::string("revoked tokens cannot be seen: ") + e.what());
    return 0;
  }
}

bool TokenAccounts::is_revoked(const std::string& id) {
  auto row = look_up(id);
  return !row || row->revoked != 0;
}

}  // namespace lotse::relay
