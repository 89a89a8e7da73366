#include "net/link/datagram_seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>

#include "wire/limits.h"

namespace lotse::net::link {
namespace {

/// Libraries fail here only for want of memory or by a mistake of ours: there is no way on.
void must(bool holds) {
  if (!holds) std::abort();
}

using Hash = std::array<std::uint8_t, 32>;

Hash hmac(ByteView key, ByteView data) {
  Hash out;
  unsigned size = 0;
  must(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(), out.data(), &size) !=
           nullptr &&
       size == out.size());
  return out;
}

/// Key and nonce base of whatever `sender` seals: Expand(Extract(id, secret), "rv1 link up" or "rv1 link down", 44),
/// HKDF-SHA-256 (RFC 5869), the second block being that of the nonce base.
struct KeyAndBase {
  Hash key;
  std::array<std::uint8_t, 12> base;
  KeyAndBase(Side sender, const ConnectionId& id, const LinkSecret& secret) {
    Hash prk = hmac(id, secret);
    Bytes info;
    append(info, as_bytes(sender == Side::client ? "rv1 link up" : "rv1 link down"));
    info.push_back(1);
    key = hmac(prk, info);
    Bytes second(key.begin(), key.end());
    info.back() = 2;
    append(second, info);
    Hash rest = hmac(prk, second);
    std::memcpy(base.data(), rest.data(), base.size());
    OPENSSL_cleanse(prk.data(), prk.size());
    OPENSSL_cleanse(second.data(), second.size());
    OPENSSL_cleanse(rest.data(), rest.size());
  }
  ~KeyAndBase() {
    OPENSSL_cleanse(key.data(), key.size());
    OPENSSL_cleanse(base.data(), base.size());
  }
  KeyAndBase(const KeyAndBase&) = delete;
};

struct ContextFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

/// The key schedule stays; a datagram sets its nonce.
struct Cipher {
  Cipher(const KeyAndBase& from, int encrypt) : context(EVP_CIPHER_CTX_new()), base(from.base) {
    must(context && EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, from.key.data(), nullptr, encrypt));
  }
  ~Cipher() { OPENSSL_cleanse(base.data(), base.size()); }
  Cipher(const Cipher&) = delete;
  void begin(std::uint32_t number, ByteView header) {
    auto nonce = base;
    for (std::size_t i = 0; i < 4; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(number >> (8 * i));
    int written = 0;
    must(EVP_CipherInit_ex(context.get(), nullptr, nullptr, nullptr, nonce.data(), -1) == 1);
    must(EVP_CipherUpdate(context.get(), nullptr, &written, header.data(), static_cast<int>(header.size())) == 1);
  }
  void run(ByteView in, std::uint8_t* out) {
    int written = 0;
    if (!in.empty()) must(EVP_CipherUpdate(context.get(), out, &written, in.data(), static_cast<int>(in.size())) == 1);
  }
  bool finish() {
    std::uint8_t nothing[16];
    int written = 0;
    return EVP_CipherFinal_ex(context.get(), nothing, &written) == 1;
  }
  std::unique_ptr<EVP_CIPHER_CTX, ContextFree> context;
  std::array<std::uint8_t, 12> base;
};

Side other(Side side) { return side == Side::client ? Side::relay : Side::client; }

}  // namespace

struct DatagramSealer::Impl {
  Impl(Side side, const ConnectionId& id, const LinkSecret& secret) : cipher(KeyAndBase(side, id, secret), 1) {}
  Cipher cipher;
};

DatagramSealer::DatagramSealer(Side side, const ConnectionId& id, const LinkSecret& secret)
    : impl_(std::make_unique<Impl>(side, id, secret)) {}
DatagramSealer::~DatagramSealer() = default;

void DatagramSealer::seal(std::uint32_t number, Bytes& datagram) {
  Cipher& cipher = impl_->cipher;
  cipher.begin(number, ByteView(datagram).first(kClearHeader));
  cipher.run(ByteView(datagram).subspan(kClearHeader), datagram.data() + kClearHeader);
  must(cipher.finish());
  std::array<std::uint8_t, kTag> tag;
  must(EVP_CIPHER_CTX_ctrl(cipher.context.get(), EVP_CTRL_AEAD_GET_TAG, kTag, tag.data()) == 1);
  append(datagram, tag);
}

struct DatagramOpener::Impl {
  Impl(Side side, const ConnectionId& id, const LinkSecret& secret) : cipher(KeyAndBase(other(side), id, secret), 0) {}
  Cipher cipher;
  std::array<std::uint8_t, wire::kMaxDatagram> plaintext;
};

DatagramOpener::DatagramOpener(Side side, const ConnectionId& id, const LinkSecret& secret)
    : impl_(std::make_unique<Impl>(side, id, secret)) {}
DatagramOpener::~DatagramOpener() = default;

std::optional<ByteView> DatagramOpener::open(const ClearHeader& header, ByteView datagram) {
  Cipher& cipher = impl_->cipher;
  ByteView sealed = datagram.subspan(kClearHeader, datagram.size() - kClearHeader - kTag);
  std::array<std::uint8_t, kTag> tag;
  std::memcpy(tag.data(), datagram.data() + datagram.size() - kTag, kTag);
  cipher.begin(header.number, datagram.first(kClearHeader));
  cipher.run(sealed, impl_->plaintext.data());
  must(EVP_CIPHER_CTX_ctrl(cipher.context.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1);
  if (!cipher.finish()) return std::nullopt;
  return ByteView(impl_->plaintext.data(), sealed.size());
}

}  // namespace lotse::net::link
