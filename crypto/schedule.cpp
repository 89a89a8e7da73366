#include "crypto/schedule.h"

#include <utf8proc.h>

#include <cstdlib>

#include <sodium.h>

#include <algorithm>

#include "crypto/hkdf.h"

namespace lotse::crypto {
namespace {

Mac hmac_sha512(const Secret<64>& key, std::initializer_list<ByteView> parts) {
  Mac mac{};
  crypto_auth_hmacsha512_state state;
  crypto_auth_hmacsha512_init(&state, key.view().data(), key.view().size());
  for (ByteView part : parts) crypto_auth_hmacsha512_update(&state, part.data(), part.size());
  crypto_auth_hmacsha512_final(&state, mac.data());
  sodium_memzero(&state, sizeof state);
  return mac;
}

Secret<64> make_mac_key(ByteView sid, const Isk& isk) {
  Secret<64> key;
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  for (ByteView part : {as_bytes("CPaceMac"), sid, ByteView{isk.view()}})
    crypto_hash_sha512_update(&state, part.data(), part.size());
  crypto_hash_sha512_final(&state, key.writable().data());
  sodium_memzero(&state, sizeof state);
  return key;
}

KeyAndIv joined(const Secret<32>& prk, std::string_view key_label, std::string_view iv_label) {
  KeyAndIv both;
  expand_into(prk, {as_bytes(key_label)}, both.writable().first<32>());
  expand_into(prk, {as_bytes(iv_label)}, both.writable().last<12>());
  return both;
}

Bytes concatenated(std::initializer_list<ByteView> parts) {
  Bytes all;
  for (ByteView part : parts) append(all, part);
  return all;
}

// Unicode NFC; what is no UTF-8 stays as it is.
Bytes in_nfc(std::string_view typed) {
  std::uint8_t* composed = nullptr;
  auto size =
      utf8proc_map(reinterpret_cast<const std::uint8_t*>(typed.data()), static_cast<utf8proc_ssize_t>(typed.size()),
                   &composed, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return Bytes(typed.begin(), typed.end());
  std::span<std::uint8_t> text{composed, static_cast<std::size_t>(size)};
  Bytes out(text.begin(), text.end());
  wipe(text);
  std::free(composed);
  return out;
}

}  // namespace

Bytes SessionFacts::encoded() const {
  Bytes bytes;
  ByteWriter{bytes}.put(kProtocolVersion).put(number).put(ByteView{uuid});
  return bytes;
}

bool valid(const SessionFacts& facts) {
  return facts.number.size() == 9 && std::ranges::all_of(facts.number, [](char c) { return c >= '0' && c <= '9'; });
}

Bytes normalized_code(std::string_view typed) {
  Bytes composed = in_nfc(typed), code;
  code.reserve(composed.size());
  for (std::uint8_t c : composed) {
    if (c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n') continue;
    code.push_back(static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
  }
  wipe(composed);
  return code;
}

std::optional<Bytes> password(AuthMode mode, ByteView secret) {
  auto exactly = [&](std::size_t size) -> std::optional<Bytes> {
    if (secret.size() != size) return std::nullopt;
    return Bytes(secret.begin(), secret.end());
  };
  switch (mode) {
    case AuthMode::none:
      return Bytes{};
    case AuthMode::link:
      return exactly(16);
    case AuthMode::paired:
      return exactly(32);
    case AuthMode::code:
      break;
  }
  Bytes code = normalized_code(as_text(secret));
  if (code.empty()) return std::nullopt;
  return code;
}

Bytes cpace_sid(const SessionFacts& facts, const ClientId& client) { return concatenated({facts.uuid, client}); }

Bytes cpace_ci(const SessionFacts& facts, std::uint8_t mode) {
  return lv_cat({as_bytes("rv1"), ByteView{&mode, 1}, as_bytes("client"), as_bytes("master"), as_bytes(facts.number)});
}

Bytes client_data(const Join& join) {
  const std::array<std::uint8_t, 2> version_suite = {join.version, join.suite};
  return lv_cat({join.client_id, sha256({join.spki}), join.ed, join.dh, join.commit, version_suite});
}

Bytes master_data(const Offer& offer) {
  Bytes index;
  ByteWriter{index}.put(offer.index.value());
  return lv_cat({index, offer.ed, offer.dh, offer.nonce});
}

Schedule::Schedule(const SessionFacts& facts, const Join& join, const Offer& offer, const Secret<32>& k)
    : isk_(cpace_isk(cpace_sid(facts, join.client_id), k, join.ya, client_data(join), offer.yb, master_data(offer))),
      mac_key_(make_mac_key(cpace_sid(facts, join.client_id), isk_)),
      ya_ada_(lv_cat({join.ya, client_data(join)})),
      yb_adb_(lv_cat({offer.yb, master_data(offer)})) {}

Mac Schedule::ta(const Hash32& t2, ByteView before_ta) const { return hmac_sha512(mac_key_, {ya_ada_, t2, before_ta}); }

Mac Schedule::tb(const Hash32& t3) const { return hmac_sha512(mac_key_, {yb_adb_, t3}); }

KeyAndIv Schedule::hello_key(const Hash32& t2) const {
  return expand<44>(extract(t2, {isk_.view()}), {as_bytes("rv1 hello")});
}

EpochSecret Schedule::mask(const Hash32& t3, std::span<const std::uint8_t, 32> epoch_secret) const {
  auto masked = expand<32>(extract(t3, {isk_.view()}), {as_bytes("rv1 mask")});
  for (std::size_t i = 0; i < 32; ++i) masked.writable()[i] ^= epoch_secret[i];
  return masked;
}

Schedule::Roots Schedule::roots(const Hash32& t3, std::span<const std::uint8_t, 32> s) const {
  auto prk = extract(t3, {isk_.view(), s});
  return {joined(prk, "rv1 c2m key", "rv1 c2m iv"), joined(prk, "rv1 m2c key", "rv1 m2c iv")};
}

Bytes oaep_label(const Hash32& t3) { return concatenated({as_bytes("rv1-key"), t3}); }
Bytes hello_aad(const Hash32& t2, const Hash32& client_nonce) { return concatenated({t2, client_nonce}); }
Bytes box_aad(const Hash32& t3, ByteView rsa_ct) { return concatenated({t3, rsa_ct}); }
Bytes ready_text(const Hash32& t4) { return concatenated({as_bytes("ready"), t4}); }

std::uint32_t sas_bits(const Hash32& t2, const Hash32& client_nonce) {
  Bytes seed = hello_aad(t2, client_nonce);  // T_2 || nonce_C here too
  auto bytes = expand<4>(extract({}, {seed}), {as_bytes("rv1 sas")});
  return ByteReader{bytes.view()}.get<std::uint32_t>() >> 2;
}

std::string nine_digits(std::uint32_t bits30) {
  std::string digits = std::to_string(bits30 % 1'000'000'000);
  return std::string(9 - digits.size(), '0') + digits;
}

}  // namespace lotse::crypto
