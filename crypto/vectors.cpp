#include "crypto/vectors.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/cpace.h"
#include "crypto/epoch.h"
#include "crypto/hkdf.h"
#include "crypto/rsa.h"
#include "crypto/sealer.h"
#include "crypto/signing.h"

namespace lotse::crypto {
namespace {

using Json = nlohmann::json;

class Run {
 public:
  VectorTally tally;
  void check(const std::string& name, bool good) {
    if (good) return void(++tally.passed);
    ++tally.failed;
    tally.failures.push_back(name);
  }
  void skip(std::size_t count) { tally.skipped += static_cast<unsigned>(count); }
};

Bytes hex(const Json& value) {
  auto bytes = from_hex(value.get<std::string>());
  if (!bytes) throw std::invalid_argument("not hexadecimal: " + value.get<std::string>());
  return *bytes;
}

template <std::size_t N>
std::array<std::uint8_t, N> fixed_hex(const Json& value) {
  const Bytes bytes = hex(value);
  if (bytes.size() != N) throw std::invalid_argument("wrong length: " + value.get<std::string>());
  std::array<std::uint8_t, N> out;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

// What may go either way ("acceptable") says nothing about us.
Json decided_tests(Run& run, const Json& group) {
  Json decided = Json::array();
  for (const Json& test : group.at("tests")) {
    if (test.at("result") == "acceptable")
      run.skip(1);
    else
      decided.push_back(test);
  }
  return decided;
}
bool valid(const Json& test) { return test.at("result") == "valid"; }
std::string name_of(const Json& test) {
  return "tcId " + test.at("tcId").dump() + " " + test.value("comment", std::string());
}

KeyAndIv key_and_iv(ByteView key, ByteView iv) {
  KeyAndIv both;
  std::copy(key.begin(), key.end(), both.writable().begin());
  std::copy(iv.begin(), iv.end(), both.writable().begin() + 32);
  return both;
}

Bytes seal_once(KeyAndIv key, std::uint64_t counter, ByteView aad, ByteView plaintext) {
  SealKey seal{std::move(key), counter};
  Bytes out;
  seal.seal(seal.reserve(), aad, plaintext, out);
  return out;
}

// --- Wycheproof ------------------------------------------------------------------------------------------------------

void run_oaep(Run& run, const Json& group) {
  if (group.at("keySize") != 2048 || group.at("sha") != "SHA-256" || group.at("mgfSha") != "SHA-256")
    return run.skip(group.at("tests").size());
  const Pkey key = parse_private_key(hex(group.at("privateKeyPkcs8")));
  if (!key) throw std::invalid_argument("no private key");
  for (const Json& test : decided_tests(run, group)) {
    const Bytes message = hex(test.at("msg")), label = hex(test.at("label"));
    const auto opened = oaep_decrypt(key, label, hex(test.at("ct")));
    bool good = valid(test) ? opened == message : !opened;
    if (valid(test)) good = good && oaep_decrypt(key, label, oaep_encrypt(key, label, message)) == message;
    run.check(name_of(test), good);
  }
}

void run_gcm(Run& run, const Json& group) {
  if (group.at("keySize") != 256 || group.at("ivSize") != 96 || group.at("tagSize") != 128)
    return run.skip(group.at("tests").size());
  for (const Json& test : decided_tests(run, group)) {
    const Bytes key = hex(test.at("key")), iv = hex(test.at("iv")), aad = hex(test.at("aad"));
    const Bytes message = hex(test.at("msg"));
    Bytes sealed = hex(test.at("ct"));
    append(sealed, hex(test.at("tag")));
    const auto opened = OpenKey{key_and_iv(key, iv)}.open(0, aad, sealed);
    const bool good =
        valid(test) ? opened == message && seal_once(key_and_iv(key, iv), 0, aad, message) == sealed : !opened;
    run.check(name_of(test), good);
  }
}

void run_hkdf(Run& run, const Json& group, const std::string& algorithm) {
  if (algorithm != "HKDF-SHA-256" && algorithm != "HKDF-SHA-512") return run.skip(group.at("tests").size());
  const Hash hash = algorithm == "HKDF-SHA-256" ? Hash::sha256 : Hash::sha512;
  for (const Json& test : decided_tests(run, group)) {
    Bytes prk(hash == Hash::sha256 ? 32 : 64), okm(test.at("size").get<std::size_t>());
    const bool done = hkdf_extract(hash, hex(test.at("salt")), hex(test.at("ikm")), prk) &&
                      hkdf_expand(hash, prk, hex(test.at("info")), okm);
    run.check(name_of(test), valid(test) ? done && okm == hex(test.at("okm")) : !done);
  }
}

void run_eddsa(Run& run, const Json& group) {
  const Json& key = group.contains("publicKey") ? group.at("publicKey") : group.at("key");
  if (key.at("curve") != "edwards25519") return run.skip(group.at("tests").size());
  const auto public_key = fixed_hex<32>(key.at("pk"));
  const Json& own = group.contains("privateKey") ? group.at("privateKey") : key;
  for (const Json& test : decided_tests(run, group)) {
    const Bytes message = hex(test.at("msg")), signature = hex(test.at("sig"));
    bool good = verify_raw(public_key, message, signature) == valid(test);
    if (valid(test) && own.contains("sk"))  // Ed25519 has but one signature of a message
      good = good && equal(sign_raw(Secret<32>{fixed_hex<32>(own.at("sk"))}, message), signature);
    run.check(name_of(test), good);
  }
}

void run_wycheproof(Run& run, const Json& file) {
  const std::string algorithm = file.at("algorithm");
  for (const Json& group : file.at("testGroups")) {
    const std::string type = group.at("type");
    if (type == "RsaesOaepDecrypt")
      run_oaep(run, group);
    else if (algorithm == "AES-GCM")
      run_gcm(run, group);
    else if (type == "HkdfTest")
      run_hkdf(run, group, algorithm);
    else if (type == "EddsaVerify")
      run_eddsa(run, group);
    else
      run.skip(group.at("tests").size());
  }
}

// --- draft-irtf-cfrg-cpace -------------------------------------------------------------------------------------------

void run_cpace_exchange(Run& run, const Json& v) {
  const Bytes sid = hex(v.at("sid")), ada = hex(v.at("ADa")), adb = hex(v.at("ADb"));
  const Point ya = fixed_hex<32>(v.at("Ya")), yb = fixed_hex<32>(v.at("Yb"));
  const Point generator = cpace_generator(hex(v.at("PRS")), hex(v.at("CI")), sid);
  const CpaceShare a{generator, Secret<32>{fixed_hex<32>(v.at("ya"))}};
  const CpaceShare b{generator, Secret<32>{fixed_hex<32>(v.at("yb"))}};
  const auto k_a = a.agree(yb), k_b = b.agree(ya);
  run.check("cpace generator", equal(generator, hex(v.at("g"))));
  run.check("cpace Ya", a.share() == ya);
  run.check("cpace Yb", b.share() == yb);
  run.check("cpace K of the initiator", k_a && equal(k_a->view(), hex(v.at("K"))));
  run.check("cpace K of the responder", k_b && equal(k_b->view(), hex(v.at("K"))));
  run.check("cpace ISK", k_a && equal(cpace_isk(sid, *k_a, ya, ada, yb, adb).view(), hex(v.at("ISK_IR"))));
}

void run_cpace_points(Run& run, const Json& points) {
  const Json& sound = points.at("Valid");
  const Point x = fixed_hex<32>(sound.at("X"));
  // agree() reads nothing of a share but its scalar, so any generator serves.
  const CpaceShare share{cpace_generator({}, {}, {}), Secret<32>{fixed_hex<32>(sound.at("s"))}};
  const auto product = share.agree(x);
  run.check("cpace valid point", product && equal(product->view(), hex(sound.at("G.scalar_mult_vfy(s,X)"))));
  for (const auto& [name, point] : points.items())
    if (name.starts_with("Invalid")) run.check("cpace " + name, !share.agree(fixed_hex<32>(point)));
}

void run_cpace(Run& run, const Json& file) {
  for (const auto& [name, part] : file.items()) {
    if (name == "G_Coffee25519")
      run_cpace_exchange(run, part);
    else if (name == "G_Coffee25519_points")
      run_cpace_points(run, part);
    else
      run.skip(1);
  }
}

// --- RFC 9605 --------------------------------------------------------------------------------------------------------

void run_sframe_suite(Run& run, const Json& v) {
  const auto kid = v.at("kid").get<std::uint64_t>(), counter = v.at("ctr").get<std::uint64_t>();
  if (counter >= kMaxSealsPerKey) return run.skip(1);  // a key of ours never gets there
  const KeyAndIv key = sframe_key(ByteView{hex(v.at("base_key"))}, kid);
  run.check("sframe key", equal(key.view().first<32>(), hex(v.at("sframe_key"))));
  run.check("sframe salt", equal(key.view().last<12>(), hex(v.at("sframe_salt"))));
  const Bytes header = sframe_header(kid, counter);
  Bytes aad = header;
  append(aad, hex(v.at("metadata")));
  run.check("sframe additional data", aad == hex(v.at("aad")));
  const Bytes packet = hex(v.at("ct")), plaintext = hex(v.at("pt"));
  Bytes ours = header;
  append(ours, seal_once(key.clone(), counter, aad, plaintext));
  run.check("sframe seal", ours == packet);
  const auto opened = OpenKey{key.clone()}.open(counter, aad, ByteView{packet}.subspan(header.size()));
  run.check("sframe open", opened == plaintext);
}

void run_sframe(Run& run, const Json& file) {
  for (const auto& [name, cases] : file.items()) {
    if (name != "sframe" && name != "header") run.skip(cases.size());
  }
  for (const Json& v : file.at("header"))
    run.check("sframe header " + v.at("encoded").dump(),
              sframe_header(v.at("kid"), v.at("ctr")) == hex(v.at("encoded")));
  for (const Json& v : file.at("sframe")) {
    if (v.at("cipher_suite") == 5)
      run_sframe_suite(run, v);
    else
      run.skip(1);
  }
}

void run_any(Run& run, const Json& file) {
  if (file.contains("testGroups")) return run_wycheproof(run, file);
  if (file.contains("G_Coffee25519")) return run_cpace(run, file);
  if (file.contains("sframe")) return run_sframe(run, file);
  throw std::invalid_argument("no vectors that are known here");
}

}  // namespace

VectorTally run_vectors(const std::string& file) {
  Run run;
  try {
    std::ifstream in(file);
    if (!in) throw std::invalid_argument("cannot be read");
    run_any(run, Json::parse(in));
  } catch (const std::exception& e) {
    run.check(e.what(), false);
  }
  for (std::string& failure : run.tally.failures) failure.insert(0, file + ": ");
  return std::move(run.tally);
}

}  // namespace lotse::crypto
