#include "relay/certificate.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <system_error>

#include "base/text.h"

namespace lotse::relay {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;

constexpr long kTenYears = 3650L * 24 * 60 * 60;

void check(bool ok) {
  if (ok) return;
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  throw std::runtime_error(std::string("cannot make a certificate: ") + text);
}

std::string machine_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0) return {};
  std::string out(name);
  bool plain = !out.empty() && out.find_first_not_of(
                                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789-.") == std::string::npos;
  return plain ? out : std::string();
}

void add_extension(X509* cert, int nid, const std::string& value) {
  std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  check(extension != nullptr && X509_add_ext(cert, extension.get(), -1) == 1);
}

Cert self_signed(EVP_PKEY* key) {
  Cert cert(X509_new());
  check(cert != nullptr && X509_set_version(cert.get(), 2) == 1);
  std::array<unsigned char, 16> serial{};
  check(RAND_bytes(serial.data(), serial.size()) == 1);
  serial[0] &= 0x7F;  // positive
  std::unique_ptr<BIGNUM, Freer<BN_free>> number(BN_bin2bn(serial.data(), serial.size(), nullptr));
  check(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(cert.get())) != nullptr);
  // A day of grace for clocks that are slow.
  check(X509_gmtime_adj(X509_getm_notBefore(cert.get()), -24L * 60 * 60) != nullptr);
  check(X509_gmtime_adj(X509_getm_notAfter(cert.get()), kTenYears) != nullptr);
  std::string host = machine_name();
  const std::string& shown = host.empty() ? std::string("localhost") : host;
  X509_NAME* name = X509_get_subject_name(cert.get());
  check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(shown.c_str()),
                                   static_cast<int>(std::min<std::size_t>(shown.size(), 64)), -1, 0) == 1);
  check(X509_set_issuer_name(cert.get(), name) == 1);
  add_extension(cert.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(cert.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(cert.get(), NID_ext_key_usage, "serverAuth");
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  if (!host.empty() && host != "localhost") names += ",DNS:" + host;
  add_extension(cert.get(), NID_subject_alt_name, names);
  check(X509_set_pubkey(cert.get(), key) == 1);
  check(X509_sign(cert.get(), key, EVP_sha256()) > 0);
  return cert;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// Whole or not at all, and readable by its owner alone from the first byte on.
void write_private(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::path part = file.string() + ".part";
  std::filesystem::remove(part);
  int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  int problem = errno;
  if (fd >= 0) ::close(fd);
  if (!ok) throw std::runtime_error("cannot write " + file.string() + ": " + std::generic_category().message(problem));
  std::filesystem::rename(part, file);
}

}  // namespace

CertificateFiles own_certificate(const std::filesystem::path& folder) {
  CertificateFiles files{folder / "relay-cert.pem", folder / "relay-key.pem"};
  if (std::filesystem::exists(files.certificate) && std::filesystem::exists(files.key)) return files;
  Key key(EVP_EC_gen("P-256"));
  check(key != nullptr);
  Cert cert = self_signed(key.get());
  Bio key_text(BIO_new(BIO_s_mem())), cert_text(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  check(PEM_write_bio_X509(cert_text.get(), cert.get()) == 1);
  write_private(files.key, text_of(key_text.get()));
  write_private(files.certificate, text_of(cert_text.get()));
  return files;
}

std::array<std::uint8_t, 32> public_key_hash(const std::filesystem::path& certificate) {
  Bio file(BIO_new_file(certificate.c_str(), "r"));
  if (!file) throw std::runtime_error("cannot read the certificate " + certificate.string());
  Cert cert(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
  if (!cert) throw std::runtime_error("the file " + certificate.string() + " holds no PEM certificate");
  unsigned char* der = nullptr;
  int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert.get()), &der);
  check(size > 0);
  std::array<std::uint8_t, 32> hash{};
  bool ok = EVP_Digest(der, static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  check(ok);
  return hash;
}

std::string fingerprint_text(const std::array<std::uint8_t, 32>& hash) { return "sha256:" + to_hex(hash); }

}  // namespace lotse::relay
