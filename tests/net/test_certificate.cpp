#include "test_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <memory>

namespace lotse::net {

namespace {

std::string text_of(BIO* bio) {
  BUF_MEM* memory = nullptr;
  BIO_ctrl(bio, BIO_C_GET_BUF_MEM_PTR, 0, &memory);
  return {memory->data, memory->length};
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

TestCertificate make_certificate(const std::string& names) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"),
                                                                EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const unsigned char organisation[] = "Lotse test";
  X509_NAME_add_entry_by_NID(name, NID_organizationName, MBSTRING_ASC, organisation, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), NID_subject_alt_name, names);
  X509_sign(certificate.get(), key.get(), EVP_sha256());

  TestCertificate made;
  const std::unique_ptr<BIO, decltype(&BIO_free)> certificate_pem(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(certificate_pem.get(), certificate.get());
  made.certificate_pem = text_of(certificate_pem.get());
  const std::unique_ptr<BIO, decltype(&BIO_free)> key_pem(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  made.key_pem = text_of(key_pem.get());
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  SHA256(der, static_cast<std::size_t>(size), made.key_hash.data());
  OPENSSL_free(der);
  return made;
}

}  // namespace lotse::net
