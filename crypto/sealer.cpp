#include "crypto/sealer.h"

#include <openssl/evp.h>

#include <atomic>
#include <limits>

#include "crypto/must.h"

namespace lotse::crypto {
namespace {

using Nonce = std::array<std::uint8_t, 12>;

struct ContextFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }  // overwrites the key schedule
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, ContextFree>;

Context make_context(const KeyAndIv& key, int encrypt) {
  Context context{EVP_CIPHER_CTX_new()};
  must(context != nullptr &&
       EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.view().data(), nullptr, encrypt) == 1);
  return context;
}

Nonce iv_of(const KeyAndIv& key) {
  Nonce iv;
  std::memcpy(iv.data(), key.view().data() + 32, iv.size());
  return iv;
}

Nonce nonce_for(Nonce iv, std::uint64_t counter) {
  for (std::size_t i = 0; i < 8; ++i) iv[11 - i] ^= static_cast<std::uint8_t>(counter >> (8 * i));
  return iv;
}

int length(ByteView bytes) {
  must(bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  return static_cast<int>(bytes.size());
}

// The key schedule stays in the context: a packet sets nothing but its nonce.
void begin(EVP_CIPHER_CTX* context, const Nonce& nonce, ByteView aad) {
  must(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, nonce.data(), -1) == 1);
  int written = 0;
  if (!aad.empty()) must(EVP_CipherUpdate(context, nullptr, &written, aad.data(), length(aad)) == 1);
}

void run(EVP_CIPHER_CTX* context, ByteView in, std::uint8_t* out) {
  int written = 0;
  if (!in.empty()) must(EVP_CipherUpdate(context, out, &written, in.data(), length(in)) == 1 && written == length(in));
}

bool finish(EVP_CIPHER_CTX* context) {
  std::uint8_t nothing[16];
  int written = 0;
  return EVP_CipherFinal_ex(context, nothing, &written) == 1;
}

// A number rather than an address: an address may be given again.
std::uint64_t next_key_number() {
  static std::atomic<std::uint64_t> number{0};
  return ++number;
}

}  // namespace

struct SealKey::Impl {
  Impl(const KeyAndIv& key, std::uint64_t from) : context(make_context(key, 1)), iv(iv_of(key)), next(from) {}
  Context context;
  Nonce iv;
  std::uint64_t number = next_key_number();
  std::uint64_t next;
};

SealKey::SealKey(KeyAndIv key, std::uint64_t first) : impl_(std::make_unique<Impl>(key, first)) {}
SealKey::~SealKey() = default;
SealKey::SealKey(SealKey&&) noexcept = default;
SealKey& SealKey::operator=(SealKey&&) noexcept = default;

bool SealKey::exhausted() const { return impl_->next >= kMaxSealsPerKey; }
std::uint64_t SealKey::sealed() const { return impl_->next; }

Counter SealKey::reserve() {
  must(!exhausted());
  return Counter{impl_->next++, impl_->number};
}

void SealKey::seal(Counter counter, ByteView aad, ByteView plaintext, Bytes& out) {
  must(counter.key_ == impl_->number);
  EVP_CIPHER_CTX* context = impl_->context.get();
  begin(context, nonce_for(impl_->iv, counter.value()), aad);
  const std::size_t start = out.size();
  out.resize(start + plaintext.size() + kTagSize);
  std::uint8_t* sealed = out.data() + start;
  run(context, plaintext, sealed);
  must(finish(context));
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, sealed + plaintext.size()) == 1);
}

struct OpenKey::Impl {
  explicit Impl(const KeyAndIv& key) : context(make_context(key, 0)), iv(iv_of(key)) {}
  Context context;
  Nonce iv;
};

OpenKey::OpenKey(KeyAndIv key) : impl_(std::make_unique<Impl>(key)) {}
OpenKey::~OpenKey() = default;
OpenKey::OpenKey(OpenKey&&) noexcept = default;
OpenKey& OpenKey::operator=(OpenKey&&) noexcept = default;

std::optional<Bytes> OpenKey::open(std::uint64_t counter, ByteView aad, ByteView sealed) {
  if (sealed.size() < kTagSize) return std::nullopt;
  EVP_CIPHER_CTX* context = impl_->context.get();
  begin(context, nonce_for(impl_->iv, counter), aad);
  ByteView ciphertext = sealed.first(sealed.size() - kTagSize);
  std::array<std::uint8_t, kTagSize> tag;
  std::memcpy(tag.data(), sealed.data() + ciphertext.size(), kTagSize);
  Bytes plaintext(ciphertext.size());
  run(context, ciphertext, plaintext.data());
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1);
  if (finish(context)) return plaintext;
  wipe(plaintext);  // nobody reads what is not authentic
  return std::nullopt;
}

}  // namespace lotse::crypto
