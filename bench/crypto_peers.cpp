#include "bench/crypto_peers.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include <array>
#include <stdexcept>

namespace lotse::bench {
namespace {

void must(bool good) {
  if (!good) throw std::runtime_error("OpenSSL refused");
}

constexpr std::size_t kTag = 16, kHeader = 40;

}  // namespace

struct EvpGcm::Impl {
  EVP_CIPHER_CTX* sealing = EVP_CIPHER_CTX_new();
  EVP_CIPHER_CTX* opening = EVP_CIPHER_CTX_new();
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 12> nonce{};
  std::array<std::uint8_t, kHeader> header{};
  std::array<std::uint8_t, kTag> tag{};
  std::vector<std::uint8_t> plain, sealed, opened;
  std::uint64_t counter = 0;
};

EvpGcm::EvpGcm(std::size_t size) : impl_(std::make_unique<Impl>()) {
  impl_->plain.resize(size, 0x5A);
  impl_->sealed.resize(size);
  impl_->opened.resize(size);
  must(EVP_EncryptInit_ex(impl_->sealing, EVP_aes_256_gcm(), nullptr, impl_->key.data(), nullptr) == 1);
  must(EVP_DecryptInit_ex(impl_->opening, EVP_aes_256_gcm(), nullptr, impl_->key.data(), nullptr) == 1);
}

EvpGcm::~EvpGcm() {
  EVP_CIPHER_CTX_free(impl_->sealing);
  EVP_CIPHER_CTX_free(impl_->opening);
}

void EvpGcm::seal() {
  Impl& i = *impl_;
  ++i.counter;
  for (std::size_t at = 0; at < 8; ++at) i.nonce[11 - at] = static_cast<std::uint8_t>(i.counter >> (8 * at));
  int written = 0;
  must(EVP_EncryptInit_ex(i.sealing, nullptr, nullptr, nullptr, i.nonce.data()) == 1 &&
       EVP_EncryptUpdate(i.sealing, nullptr, &written, i.header.data(), kHeader) == 1 &&
       EVP_EncryptUpdate(i.sealing, i.sealed.data(), &written, i.plain.data(), static_cast<int>(i.plain.size())) == 1 &&
       EVP_EncryptFinal_ex(i.sealing, i.tag.data(), &written) == 1 &&
       EVP_CIPHER_CTX_ctrl(i.sealing, EVP_CTRL_AEAD_GET_TAG, kTag, i.tag.data()) == 1);
}

void EvpGcm::open() {
  Impl& i = *impl_;
  int written = 0;
  must(EVP_DecryptInit_ex(i.opening, nullptr, nullptr, nullptr, i.nonce.data()) == 1 &&
       EVP_DecryptUpdate(i.opening, nullptr, &written, i.header.data(), kHeader) == 1 &&
       EVP_DecryptUpdate(i.opening, i.opened.data(), &written, i.sealed.data(), static_cast<int>(i.sealed.size())) ==
           1 &&
       EVP_CIPHER_CTX_ctrl(i.opening, EVP_CTRL_AEAD_SET_TAG, kTag, i.tag.data()) == 1 &&
       EVP_DecryptFinal_ex(i.opening, i.opened.data(), &written) == 1);
}

struct TlsPeer::Impl {
  SSL_CTX* server = SSL_CTX_new(TLS_server_method());
  SSL_CTX* client = SSL_CTX_new(TLS_client_method());
};

TlsPeer::TlsPeer() : impl_(std::make_unique<Impl>()) {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  X509* certificate = X509_new();
  must(key != nullptr && certificate != nullptr);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  must(X509_set_version(certificate, 2) == 1 && X509_set_pubkey(certificate, key) == 1 &&
       X509_sign(certificate, key, EVP_sha256()) > 0);
  for (SSL_CTX* side : {impl_->server, impl_->client}) {
    must(SSL_CTX_set_min_proto_version(side, TLS1_3_VERSION) == 1 && SSL_CTX_set1_groups_list(side, "X25519") == 1 &&
         SSL_CTX_use_certificate(side, certificate) == 1 && SSL_CTX_use_PrivateKey(side, key) == 1);
    // Who is who costs nothing here: as with ours, the signatures are checked and the names are not.
    SSL_CTX_set_verify(side, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, [](int, X509_STORE_CTX*) { return 1; });
  }
  SSL_CTX_set_num_tickets(impl_->server, 0);
  SSL_CTX_set_session_cache_mode(impl_->server, SSL_SESS_CACHE_OFF);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TlsPeer::~TlsPeer() {
  SSL_CTX_free(impl_->server);
  SSL_CTX_free(impl_->client);
}

void TlsPeer::handshake() {
  SSL *server = SSL_new(impl_->server), *client = SSL_new(impl_->client);
  BIO *one = nullptr, *other = nullptr;
  must(BIO_new_bio_pair(&one, 65536, &other, 65536) == 1);
  SSL_set_bio(server, one, one);
  SSL_set_bio(client, other, other);
  SSL_set_accept_state(server);
  SSL_set_connect_state(client);
  for (int turn = 0; turn < 20 && (!SSL_is_init_finished(server) || !SSL_is_init_finished(client)); ++turn) {
    SSL_do_handshake(client);
    SSL_do_handshake(server);
  }
  must(SSL_is_init_finished(server) && SSL_is_init_finished(client));
  SSL_free(server);
  SSL_free(client);
}

}  // namespace lotse::bench
