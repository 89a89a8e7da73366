// Accounts that are host tokens in a TokenTable. The slow hash runs on a worker thread with a short queue: a flood of
// wrong tokens costs the relay's loop a look-up each, and keeps nobody with another token waiting for long.
#pragma once
#include <functional>
#include <memory>

#include "relay/token_table.h"

namespace lotse::relay {

class TokenAccounts final : public Accounts {
 public:
  /// Unix time in seconds.
  using Clock = std::function<std::int64_t()>;
  /// Called on any thread; hands it on to the core's.
  using Tell = std::function<void(ConnId asker, TokenAnswer answer)>;
  /// Throws what TokenTable throws.
  TokenAccounts(const std::filesystem::path& file, Tell tell, Clock clock = {});
  /// Waits for the hash that is being made. Nothing is told after it.
  ~TokenAccounts() override;

  /// At most wire::kMaxTokenChecks wait, kMaxTokenChecksEach of one id; beyond: busy. A secret that was right once is
  /// not hashed again while this lives, what the table says of its token is looked up each time.
  void check(ConnId asker, std::string token) override;
  std::uint64_t version() override;
  bool is_revoked(const std::string& id) override;

 private:
  struct Worker;
  TokenTable table_;
  Tell tell_;
  Clock clock_;
  std::unique_ptr<Worker> worker_;

  std::optional<TokenRow> look_up(const std::string& id);
};

}  // namespace lotse::relay
