#include "crypto/running_hash.h"

#include <openssl/evp.h>

#include "crypto/must.h"

namespace lotse::crypto {

struct RunningHash::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() { must(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
};

RunningHash::RunningHash() : state_(std::make_unique<State>()) {}
RunningHash::~RunningHash() = default;
RunningHash::RunningHash(RunningHash&&) noexcept = default;
RunningHash& RunningHash::operator=(RunningHash&&) noexcept = default;

void RunningHash::add(ByteView bytes) { must(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1); }

std::array<std::uint8_t, 32> RunningHash::finish() {
  std::array<std::uint8_t, 32> hash{};
  must(EVP_DigestFinal_ex(state_->context, hash.data(), nullptr) == 1);
  return hash;
}

}  // namespace lotse::crypto
