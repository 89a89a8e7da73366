#include "crypto/handshake.h"
#include "crypto/identity.h"
#include "crypto/must.h"
#include "crypto/rsa.h"
#include "crypto/schedule.h"

namespace lotse::crypto {
namespace {

const std::optional<Bytes>* secret_of(AuthMode mode, const MasterHandshake::Secrets& secrets) {
  switch (mode) {
    case AuthMode::code:
      return &secrets.code;
    case AuthMode::link:
      return &secrets.link;
    case AuthMode::paired:
      return &secrets.paired;
    case AuthMode::none:
      break;
  }
  return nullptr;
}

// PRS, or nothing when this mode is not offered.
std::optional<Bytes> offered_password(AuthMode mode, const MasterHandshake::Secrets& secrets) {
  if (mode == AuthMode::none) return secrets.none ? std::optional<Bytes>{Bytes{}} : std::nullopt;
  const auto* secret = secret_of(mode, secrets);
  return *secret ? password(mode, **secret) : std::nullopt;
}

}  // namespace

struct MasterHandshake::Impl {
  enum class State { fresh, offered, confirmed, keyed, over };

  Impl(SessionFacts f, const MasterKeys& k, ParticipantId i) : facts(std::move(f)), keys(k), transcript(facts) {
    offer.index = i;
  }

  SessionFacts facts;
  const MasterKeys& keys;
  Transcript transcript;
  State state = State::fresh;
  Join join;
  Offer offer;
  Bytes join_bytes, offer_bytes;
  Pkey rsa;
  std::optional<Schedule> schedule;
  std::uint32_t sas = 0;
  Hash32 t2{}, t3{}, t4{};
  std::optional<OpenKey> ready_key;
  std::optional<VerifyKey> identity;

  std::optional<HandshakeError> accept(const Join& candidate, const Secrets& secrets);
  void make_offer();
  std::optional<HandshakeError> refuse(const Confirm& confirm);
  std::optional<ClientHello> open_hello(const Confirm& confirm);
};

std::optional<HandshakeError> MasterHandshake::Impl::accept(const Join& candidate, const Secrets& secrets) {
  if (candidate.version != kProtocolVersion || candidate.suite != kSuiteNumber || candidate.mode > 3)
    return HandshakeError::malformed;
  auto prs = offered_password(static_cast<AuthMode>(candidate.mode), secrets);
  if (!prs) return HandshakeError::not_allowed;
  auto generator = cpace_generator(*prs, cpace_ci(facts, candidate.mode), cpace_sid(facts, candidate.client_id));
  wipe(*prs);
  if (!keys.dh.agree(candidate.dh)) return HandshakeError::malformed;
  auto share = CpaceShare::make(generator);
  auto k = share.agree(candidate.ya);
  if (!k) return HandshakeError::malformed;
  rsa = parse_spki(candidate.spki);  // last: it takes the longest
  if (!rsa) return HandshakeError::malformed;
  join = candidate;
  offer.ed = keys.signing.verify_key();
  offer.dh = keys.dh.public_key();
  fill_random(offer.nonce);
  offer.yb = share.share();
  schedule.emplace(facts, join, offer, *k);
  return std::nullopt;
}

void MasterHandshake::Impl::make_offer() {
  transcript.add(join_bytes);
  Bytes index;
  ByteWriter{index}.put(offer.index.value());
  offer.sig = keys.signing.sign(Purpose::offer, {transcript.hash(), index, offer.dh, offer.nonce, offer.yb});
  offer_bytes = encode(offer);
  transcript.add(offer_bytes);
  t2 = transcript.hash();
  state = State::offered;
}

// What anybody can get right without a code leaves the state as it is; a wrong Ta ends it.
std::optional<HandshakeError> MasterHandshake::Impl::refuse(const Confirm& confirm) {
  if (!same(sha256({confirm.nonce}), join.commit)) return HandshakeError::malformed;
  if (!verify(join.ed, Purpose::join, {t2, confirm.nonce}, confirm.sig)) return HandshakeError::bad_signature;
  if (same(confirm.ta, schedule->ta(t2, confirm.before_ta))) return std::nullopt;
  state = State::over;
  schedule.reset();
  return HandshakeError::bad_code;
}

std::optional<ClientHello> MasterHandshake::Impl::open_hello(const Confirm& confirm) {
  auto plaintext = OpenKey{schedule->hello_key(t2)}.open(0, hello_aad(t2, confirm.nonce), confirm.hello_box);
  auto hello = plaintext ? decode_hello(*plaintext) : std::nullopt;
  if (!hello || hello->identity.empty()) return hello;
  identity = verify_client_proof(hello->identity, facts.uuid, join.ed, t2);
  return identity ? std::move(hello) : std::nullopt;
}

MasterHandshake::MasterHandshake(SessionFacts facts, const MasterKeys& keys, ParticipantId index)
    : impl_(std::make_unique<Impl>(std::move(facts), keys, index)) {
  must(index != kFirstMaster && index != kEverybody);
}
MasterHandshake::~MasterHandshake() = default;
MasterHandshake::MasterHandshake(MasterHandshake&&) noexcept = default;

Result<Bytes, HandshakeError> MasterHandshake::consume_join(ByteView body, const Secrets& secrets) {
  Impl& i = *impl_;
  if (i.state != Impl::State::fresh) {
    if (i.state != Impl::State::over && equal(body, i.join_bytes)) return i.offer_bytes;
    return Unexpected{HandshakeError::wrong_order};
  }
  auto join = decode_join(body);
  if (!join || !valid(i.facts)) return Unexpected{HandshakeError::malformed};
  if (auto error = i.accept(*join, secrets)) return Unexpected{*error};
  i.join_bytes.assign(body.begin(), body.end());
  i.make_offer();
  return i.offer_bytes;
}

AuthMode MasterHandshake::mode() const { return static_cast<AuthMode>(impl_->join.mode); }
std::array<std::uint8_t, 16> MasterHandshake::client_id() const { return impl_->join.client_id; }
std::optional<VerifyKey> MasterHandshake::client_identity() const { return impl_->identity; }
VerifyKey MasterHandshake::client_verify_key() const { return impl_->join.ed; }
DhPublic MasterHandshake::client_dh() const { return impl_->join.dh; }

Result<ClientHello, HandshakeError> MasterHandshake::consume_confirm(ByteView body) {
  Impl& i = *impl_;
  if (i.state != Impl::State::offered) return Unexpected{HandshakeError::wrong_order};
  auto confirm = decode_confirm(body);
  if (!confirm) return Unexpected{HandshakeError::malformed};
  if (auto error = i.refuse(*confirm)) return Unexpected{*error};
  auto hello = i.open_hello(*confirm);
  if (!hello) {
    i.state = Impl::State::over;  // it knows the code and yet talks nonsense
    return Unexpected{HandshakeError::malformed};
  }
  i.transcript.add(body);
  i.t3 = i.transcript.hash();
  i.sas = sas_bits(i.t2, confirm->nonce);
  i.state = Impl::State::confirmed;
  return std::move(*hello);
}

std::string MasterHandshake::sas_words() const {
  must(impl_->state == Impl::State::confirmed || impl_->state == Impl::State::keyed);
  return three_words(impl_->sas);
}

std::string MasterHandshake::sas_digits() const {
  must(impl_->state == Impl::State::confirmed || impl_->state == Impl::State::keyed);
  return nine_digits(impl_->sas);
}

Bytes MasterHandshake::create_lobby() {
  must(impl_->state == Impl::State::confirmed);
  auto tb = impl_->schedule->tb(impl_->t3);
  return Bytes(tb.begin(), tb.end());
}

MasterHandshake::Admitted MasterHandshake::create_key(Epoch epoch, const EpochSecret& secret, ByteView box) {
  Impl& i = *impl_;
  must(i.state == Impl::State::confirmed && epoch != Epoch{});
  auto s = Secret<32>::random();
  auto masked = i.schedule->mask(i.t3, secret.view());
  Bytes plaintext;
  plaintext.reserve(68);  // no copy of a secret is left behind by growing
  ByteWriter{plaintext}.put(ByteView{s.view()}).put(epoch.value()).put(ByteView{masked.view()});
  Bytes rsa_ct = oaep_encrypt(i.rsa, oaep_label(i.t3), plaintext);
  wipe(plaintext);

  auto roots = i.schedule->roots(i.t3, s.view());
  i.ready_key.emplace(roots.c2m.clone());
  SealKey to_client{std::move(roots.m2c)};
  Bytes key;
  append(key, i.schedule->tb(i.t3));
  append(key, rsa_ct);
  to_client.seal(to_client.reserve(), box_aad(i.t3, rsa_ct), box, key);
  i.transcript.add(key);
  i.t4 = i.transcript.hash();
  i.schedule.reset();
  i.rsa.reset();
  i.state = Impl::State::keyed;
  return Admitted{std::move(key), {std::move(to_client), OpenKey{std::move(roots.c2m)}}};
}

Result<Done, HandshakeError> MasterHandshake::consume_ready(ByteView body) {
  Impl& i = *impl_;
  if (i.state != Impl::State::keyed) return Unexpected{HandshakeError::wrong_order};
  auto text = i.ready_key->open(0, {}, body);
  if (!text || !same(*text, ready_text(i.t4))) return Unexpected{HandshakeError::malformed};
  return Done{};
}

}  // namespace lotse::crypto
