#include "crypto/identity.h"

#include <sodium.h>

#include "crypto/handshake.h"
#include "crypto/must.h"

namespace lotse::crypto {
namespace {

constexpr std::string_view kMagic = "LOTSEID1";
constexpr std::size_t kSum = 5;
constexpr std::uint32_t kMostPasses = 16, kMostMemory = 1u << 20;  // KiB; of a file that somebody else may have written
constexpr std::uint8_t kClient = 1, kMaster = 2;                   // who shows it: one proof is never the other

Bytes proof_of(const SigningKey& key, std::initializer_list<ByteView> parts) {
  Bytes proof;
  append(proof, key.verify_key());
  append(proof, key.sign(Purpose::identity, parts));
  return proof;
}

std::optional<VerifyKey> verified(ByteView proof, std::initializer_list<ByteView> parts) {
  if (proof.size() != kIdentityProof) return std::nullopt;
  VerifyKey key;
  std::memcpy(key.data(), proof.data(), key.size());
  return verify(key, Purpose::identity, parts, proof.subspan(32)) ? std::optional(key) : std::nullopt;
}

std::optional<Secret<32>> stretched(std::string_view passphrase, ByteView salt, std::uint32_t passes,
                                    std::uint32_t memory) {
  Secret<32> key;
  Bytes code = normalized_code(passphrase);
  const auto* text = reinterpret_cast<const char*>(code.data());
  const int failed = crypto_pwhash(key.writable().data(), 32, text, code.size(), salt.data(), passes,
                                   std::size_t{memory} << 10, crypto_pwhash_ALG_ARGON2ID13);
  wipe(code);
  if (failed != 0) return std::nullopt;
  return key;
}

struct File {
  VerifyKey key{};
  std::uint32_t passes = 0, memory = 0;
  ByteView salt, nonce, box;
};

std::optional<File> parse(ByteView bytes) {
  if (bytes.size() != kIdentityFile) return std::nullopt;
  auto sum = sha256({bytes.first(kIdentityFile - kSum)});
  if (!equal(ByteView{sum}.first(kSum), bytes.last(kSum))) return std::nullopt;
  ByteReader in{bytes};
  if (!equal(in.take(kMagic.size()), as_bytes(kMagic))) return std::nullopt;
  File file;
  ByteView key = in.take(32);
  std::memcpy(file.key.data(), key.data(), key.size());
  file.passes = in.get<std::uint32_t>();
  file.memory = in.get<std::uint32_t>();
  file.salt = in.take(crypto_pwhash_SALTBYTES);
  file.nonce = in.take(crypto_secretbox_NONCEBYTES);
  file.box = in.take(32 + crypto_secretbox_MACBYTES);
  bool fits = file.passes >= 1 && file.passes <= kMostPasses && file.memory >= 8 && file.memory <= kMostMemory;
  return fits ? std::optional(file) : std::nullopt;
}

}  // namespace

Identity Identity::make() { return Identity(SigningKey::make()); }

Bytes Identity::prove_client(const SessionUuid& session, const VerifyKey& client, ByteView t2) const {
  return proof_of(key_, {session, {&kClient, 1}, client, t2});
}

Bytes Identity::prove_master(const SessionUuid& session, const VerifyKey& master) const {
  return proof_of(key_, {session, {&kMaster, 1}, master});
}

std::optional<VerifyKey> verify_client_proof(ByteView proof, const SessionUuid& session, const VerifyKey& client,
                                             ByteView t2) {
  return verified(proof, {session, {&kClient, 1}, client, t2});
}

std::optional<VerifyKey> verify_master_proof(ByteView proof, const SessionUuid& session, const VerifyKey& master) {
  return verified(proof, {session, {&kMaster, 1}, master});
}

Bytes Identity::encrypted(std::string_view passphrase) const {
  constexpr auto passes = static_cast<std::uint32_t>(crypto_pwhash_OPSLIMIT_MODERATE);
  constexpr auto memory = static_cast<std::uint32_t>(crypto_pwhash_MEMLIMIT_MODERATE >> 10);
  std::array<std::uint8_t, crypto_pwhash_SALTBYTES> salt;
  std::array<std::uint8_t, crypto_secretbox_NONCEBYTES> nonce;
  fill_random(salt);
  fill_random(nonce);
  auto key = stretched(passphrase, salt, passes, memory);
  must(key.has_value());  // no memory
  auto seed = key_.seed();
  Bytes box(32 + crypto_secretbox_MACBYTES);
  must(crypto_secretbox_easy(box.data(), seed.view().data(), 32, nonce.data(), key->view().data()) == 0);
  Bytes file;
  ByteWriter{file}
      .put(kMagic)
      .put(ByteView{public_key()})
      .put(passes)
      .put(memory)
      .put(ByteView{salt})
      .put(ByteView{nonce})
      .put(ByteView{box});
  auto sum = sha256({file});
  append(file, ByteView{sum}.first(kSum));
  must(file.size() == kIdentityFile);
  return file;
}

Result<Identity, Identity::Failure> Identity::decrypt(ByteView bytes, std::string_view passphrase) {
  auto file = parse(bytes);
  if (!file) return Unexpected{Failure::damaged};
  auto key = stretched(passphrase, file->salt, file->passes, file->memory);
  if (!key) return Unexpected{Failure::damaged};
  Secret<32> seed;
  if (crypto_secretbox_open_easy(seed.writable().data(), file->box.data(), file->box.size(), file->nonce.data(),
                                 key->view().data()) != 0)
    return Unexpected{Failure::wrong_passphrase};
  Identity identity(SigningKey::from_seed(seed));
  if (identity.public_key() != file->key) return Unexpected{Failure::damaged};
  return identity;
}

std::optional<VerifyKey> Identity::public_key_in(ByteView file) {
  auto parsed = parse(file);
  return parsed ? std::optional(parsed->key) : std::nullopt;
}

}  // namespace lotse::crypto
