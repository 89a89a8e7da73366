#include "base/text.h"
#include "crypto/handshake.h"
#include "crypto/must.h"
#include "crypto/rsa.h"
#include "crypto/schedule.h"

namespace lotse::crypto {
namespace {

bool names(const std::string& written, const VerifyKey& master) {
  auto bytes = from_base32(written);
  return bytes && bytes->size() == 10 && to_base32(*bytes) == fingerprint(master);
}

}  // namespace

struct ClientHandshake::Impl {
  enum class State { fresh, joined, confirmed, over };

  Impl(SessionFacts f, Credentials c, ClientHello h, RsaKey r)
      : facts(std::move(f)), credentials(std::move(c)), hello(std::move(h)), rsa(std::move(r)), transcript(facts) {}
  ~Impl() { wipe(credentials.secret); }

  SessionFacts facts;
  Credentials credentials;
  ClientHello hello;
  RsaKey rsa;
  Transcript transcript;
  SigningKey signing = SigningKey::make();
  DhKey dh = DhKey::make();
  Hash32 nonce{};
  State state = State::fresh;
  std::optional<CpaceShare> share;
  Join join;
  Bytes join_bytes, offer_bytes, confirm_bytes;
  Offer offer;
  std::optional<Schedule> schedule;
  std::uint32_t sas = 0;
  Hash32 t3{};
  std::function<Bytes(ByteView, const VerifyKey&)> prove_identity;

  void make_join();
  std::optional<HandshakeError> refuse(const Offer& candidate) const;
  std::optional<HandshakeError> derive(const Offer& candidate);
  void make_confirm(const Hash32& t2);
  std::optional<Established> established(ByteView body, const Key& key);
  void finish();
};

void ClientHandshake::Impl::make_join() {
  fill_random(nonce);
  join.mode = static_cast<std::uint8_t>(credentials.mode);
  fill_random(join.client_id);
  join.spki = spki_of(rsa.impl_->key);
  join.ed = signing.verify_key();
  join.dh = dh.public_key();
  join.commit = sha256({nonce});
  // A secret that does not fit its mode is refused with the OFFER; the share is then one without a secret.
  Bytes prs = password(credentials.mode, credentials.secret).value_or(Bytes{});
  share.emplace(CpaceShare::make(cpace_generator(prs, cpace_ci(facts, join.mode), cpace_sid(facts, join.client_id))));
  wipe(prs);
  join.ya = share->share();
  join_bytes = encode(join);
  transcript.add(join_bytes);
  state = State::joined;
}

// Step 3: before anything more is sent.
std::optional<HandshakeError> ClientHandshake::Impl::refuse(const Offer& candidate) const {
  if (credentials.fingerprint && !names(*credentials.fingerprint, candidate.ed)) return HandshakeError::bad_fingerprint;
  Bytes index;
  ByteWriter{index}.put(candidate.index.value());
  if (!verify(candidate.ed, Purpose::offer, {transcript.hash(), index, candidate.dh, candidate.nonce, candidate.yb},
              candidate.sig))
    return HandshakeError::bad_signature;
  if (!password(credentials.mode, credentials.secret)) return HandshakeError::bad_code;
  return std::nullopt;
}

std::optional<HandshakeError> ClientHandshake::Impl::derive(const Offer& candidate) {
  auto k = share->agree(candidate.yb);
  if (!k || !dh.agree(candidate.dh)) return HandshakeError::malformed;
  schedule.emplace(facts, join, candidate, *k);
  share.reset();
  offer = candidate;
  return std::nullopt;
}

void ClientHandshake::Impl::make_confirm(const Hash32& t2) {
  SealKey hello_key{schedule->hello_key(t2)};
  if (prove_identity) hello.identity = prove_identity(t2, signing.verify_key());
  Bytes hello_box, plaintext = encode(hello);
  hello_key.seal(hello_key.reserve(), hello_aad(t2, nonce), plaintext, hello_box);
  confirm_bytes = encode_before_ta(nonce, hello_box, signing.sign(Purpose::join, {t2, nonce}));
  append(confirm_bytes, schedule->ta(t2, confirm_bytes));
  transcript.add(confirm_bytes);
  t3 = transcript.hash();
  sas = sas_bits(t2, nonce);
  state = State::confirmed;
}

// Steps after Tb: RSA, then box. Nothing of it counts before the box is verified.
std::optional<ClientHandshake::Established> ClientHandshake::Impl::established(ByteView body, const Key& key) {
  auto plaintext = oaep_decrypt(rsa.impl_->key, oaep_label(t3), key.rsa_ct);
  if (!plaintext) return std::nullopt;
  ByteReader in{*plaintext};
  auto s = Secret<32>{};
  auto masked = Secret<32>{};
  ByteView s_bytes = in.take(32);
  Epoch epoch{in.get<std::uint32_t>()};
  ByteView masked_bytes = in.take(32);
  const bool whole = in.done() && epoch != Epoch{};
  if (whole) {
    std::memcpy(s.writable().data(), s_bytes.data(), 32);
    std::memcpy(masked.writable().data(), masked_bytes.data(), 32);
  }
  wipe(*plaintext);
  if (!whole) return std::nullopt;

  auto roots = schedule->roots(t3, s.view());
  OpenKey from_master{std::move(roots.m2c)};
  auto box = from_master.open(0, box_aad(t3, key.rsa_ct), key.box);
  if (!box) return std::nullopt;
  transcript.add(body);
  SealKey to_master{std::move(roots.c2m)};
  Bytes ready;
  to_master.seal(to_master.reserve(), {}, ready_text(transcript.hash()), ready);
  return Established{offer.index,     {std::move(to_master), std::move(from_master)},
                     epoch,           schedule->mask(t3, masked.view()),
                     std::move(*box), offer.ed,
                     offer.dh,        std::move(signing),
                     std::move(dh),   std::move(ready)};
}

void ClientHandshake::Impl::finish() {
  state = State::over;
  rsa.impl_->key.reset();
  share.reset();
  schedule.reset();
  wipe(credentials.secret);
}

ClientHandshake::ClientHandshake(SessionFacts facts, Credentials credentials, ClientHello hello, RsaKey rsa)
    : impl_(std::make_unique<Impl>(std::move(facts), std::move(credentials), std::move(hello), std::move(rsa))) {}
ClientHandshake::~ClientHandshake() = default;
ClientHandshake::ClientHandshake(ClientHandshake&&) noexcept = default;

void ClientHandshake::show_identity(std::function<Bytes(ByteView t2, const VerifyKey& client)> prove) {
  impl_->prove_identity = std::move(prove);
}

Bytes ClientHandshake::create_join() {
  if (impl_->state == Impl::State::fresh) impl_->make_join();
  return impl_->join_bytes;
}

Result<Bytes, HandshakeError> ClientHandshake::consume_offer(ByteView body) {
  Impl& i = *impl_;
  if (i.state == Impl::State::confirmed && equal(body, i.offer_bytes)) return i.confirm_bytes;
  if (i.state != Impl::State::joined) return Unexpected{HandshakeError::wrong_order};
  auto offer = decode_offer(body);
  if (!offer || !valid(i.facts)) return Unexpected{HandshakeError::malformed};
  if (auto error = i.refuse(*offer)) return Unexpected{*error};
  if (auto error = i.derive(*offer)) return Unexpected{*error};
  i.offer_bytes.assign(body.begin(), body.end());
  i.transcript.add(body);
  i.make_confirm(i.transcript.hash());
  return i.confirm_bytes;
}

std::string ClientHandshake::sas_words() const {
  must(!impl_->confirm_bytes.empty());
  return three_words(impl_->sas);
}

std::string ClientHandshake::sas_digits() const {
  must(!impl_->confirm_bytes.empty());
  return nine_digits(impl_->sas);
}

Result<Done, HandshakeError> ClientHandshake::consume_lobby(ByteView body) {
  if (impl_->state != Impl::State::confirmed) return Unexpected{HandshakeError::wrong_order};
  if (body.size() != kMacSize) return Unexpected{HandshakeError::malformed};
  if (same(body, impl_->schedule->tb(impl_->t3))) return Done{};
  impl_->finish();
  return Unexpected{HandshakeError::bad_code};
}

Result<ClientHandshake::Established, HandshakeError> ClientHandshake::consume_key(ByteView body) {
  Impl& i = *impl_;
  if (i.state != Impl::State::confirmed) return Unexpected{HandshakeError::wrong_order};
  auto key = decode_key(body);
  std::optional<Established> established;
  if (key && same(key->tb, i.schedule->tb(i.t3))) established = i.established(body, *key);
  i.finish();
  if (!key) return Unexpected{HandshakeError::malformed};
  if (!established) return Unexpected{HandshakeError::bad_code};
  return std::move(*established);
}

}  // namespace lotse::crypto
