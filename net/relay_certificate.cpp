#include "net/relay_certificate.h"

#include <openssl/bio.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>

#include "base/text.h"

namespace lotse::net {

namespace {

std::optional<std::array<std::uint8_t, 32>> key_of(X509* certificate) {
  if (!certificate) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return std::nullopt;
  std::array<std::uint8_t, 32> hash{};
  SHA256(der, static_cast<std::size_t>(size), hash.data());
  OPENSSL_free(der);
  return hash;
}

std::string issuer_of(X509* certificate) {
  const X509_NAME* issuer = X509_get_issuer_name(certificate);
  if (!issuer || X509_NAME_cmp(issuer, X509_get_subject_name(certificate)) == 0) return {};
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), &BIO_free_all);
  char* text = nullptr;
  if (!out || X509_NAME_print_ex(out.get(), issuer, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) < 0) return "?";
  const long size = BIO_ctrl(out.get(), BIO_CTRL_INFO, 0, &text);
  const std::string clean = clean_text({text, static_cast<std::size_t>(std::max(size, 0L))}, 200);
  return clean.empty() ? "?" : clean;
}

}  // namespace

RelayCertificate::RelayCertificate(RelayAddress address, RelayTrust trust)
    : address_(std::move(address)), trust_(trust) {}

void RelayCertificate::guard(ssl_ctx_st* context) {
  X509_VERIFY_PARAM* wanted = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, address_.host.c_str()) != 1 &&
      X509_VERIFY_PARAM_set1_host(wanted, address_.host.data(), address_.host.size()) != 1)
    throw std::runtime_error("TLS does not take the host name " + address_.host);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &RelayCertificate::judge, this);
}

int RelayCertificate::judge(x509_store_ctx_st* shown, void* self) {
  const bool accepted = static_cast<RelayCertificate*>(self)->accepts(shown);
  X509_STORE_CTX_set_error(shown, accepted ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return accepted ? 1 : 0;
}

bool RelayCertificate::accepts(x509_store_ctx_st* shown) {
  key_ = key_of(X509_STORE_CTX_get0_cert(shown));
  if (key_) issuer_ = issuer_of(X509_STORE_CTX_get0_cert(shown));
  if (!key_) return refuse(ConnectProblem::not_a_relay, "the relay shows no usable certificate");
  if (trust_.pin) {
    return *trust_.pin == *key_ ||
           refuse(ConnectProblem::key_changed, "the relay's key is not the pinned one: somebody may be in between");
  }
  // The same answer in either order; the system's certificates are asked last because reading them takes long.
  if (trust_.known == key_) return true;
  X509_STORE_set_default_paths(X509_STORE_CTX_get0_store(shown));
  if (X509_verify_cert(shown) == 1) return true;
  if (trust_.known)
    return refuse(ConnectProblem::key_changed, "the relay's key is not the one remembered for " + to_string(address_));
  const char* reason = X509_verify_cert_error_string(X509_STORE_CTX_get_error(shown));
  return refuse(ConnectProblem::untrusted, "the relay's certificate is not trusted: " + std::string(reason));
}

bool RelayCertificate::refuse(ConnectProblem problem, std::string detail) {
  problem_ = problem;
  detail_ = std::move(detail);
  return false;
}

}  // namespace lotse::net
