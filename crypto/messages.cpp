#include "crypto/messages.h"

#include "crypto/rsa.h"

namespace lotse::crypto {

Bytes encode(const Join& join) {
  Bytes body;
  ByteWriter{body}
      .put(join.version)
      .put(join.suite)
      .put(join.mode)
      .put(ByteView{join.client_id})
      .put_lv(join.spki)
      .put(ByteView{join.ed})
      .put(ByteView{join.dh})
      .put(ByteView{join.commit})
      .put(ByteView{join.ya});
  return body;
}

std::optional<Join> decode_join(ByteView body) {
  ByteReader in{body};
  Join join;
  join.version = in.get<std::uint8_t>();
  join.suite = in.get<std::uint8_t>();
  join.mode = in.get<std::uint8_t>();
  join.client_id = in.array<16>();
  ByteView spki = in.take_lv();
  join.spki.assign(spki.begin(), spki.end());
  join.ed = in.array<32>();
  join.dh = in.array<32>();
  join.commit = in.array<32>();
  join.ya = in.array<32>();
  if (!in.done() || spki.size() != kSpkiSize) return std::nullopt;
  return join;
}

std::optional<AuthMode> mode_of_join(ByteView join) {
  if (join.size() < 3 || join[2] > 3) return std::nullopt;
  return static_cast<AuthMode>(join[2]);
}

Bytes encode(const Offer& offer) {
  Bytes body;
  ByteWriter{body}
      .put(offer.index.value())
      .put(ByteView{offer.ed})
      .put(ByteView{offer.dh})
      .put(ByteView{offer.nonce})
      .put(ByteView{offer.yb})
      .put(ByteView{offer.sig});
  return body;
}

std::optional<Offer> decode_offer(ByteView body) {
  ByteReader in{body};
  Offer offer;
  offer.index = ParticipantId{in.get<std::uint16_t>()};
  offer.ed = in.array<32>();
  offer.dh = in.array<32>();
  offer.nonce = in.array<32>();
  offer.yb = in.array<32>();
  offer.sig = in.array<kSigSize>();
  if (!in.done() || offer.index == kFirstMaster || offer.index == kEverybody) return std::nullopt;
  return offer;
}

Bytes encode_before_ta(const Hash32& nonce, ByteView hello_box, const Signature& sig) {
  Bytes body;
  ByteWriter{body}.put(ByteView{nonce}).put_lv(hello_box).put(ByteView{sig});
  return body;
}

std::optional<Confirm> decode_confirm(ByteView body) {
  ByteReader in{body};
  Confirm confirm;
  confirm.nonce = in.array<32>();
  confirm.hello_box = in.take_lv();
  confirm.sig = in.take(kSigSize);
  confirm.ta = in.take(kMacSize);
  if (!in.done() || confirm.hello_box.size() > kMaxHelloBox) return std::nullopt;
  confirm.before_ta = body.first(body.size() - kMacSize);
  return confirm;
}

Bytes encode(const ClientHello& hello) {
  Bytes plaintext;
  ByteWriter out{plaintext};
  out.put_lv(hello.name.size() <= kMaxName ? as_bytes(hello.name) : ByteView{});
  out.put_lv(hello.ticket.size() <= kMaxTicket ? ByteView{hello.ticket} : ByteView{});
  out.put_lv(hello.identity.size() <= kMaxIdentity ? ByteView{hello.identity} : ByteView{});
  return plaintext;
}

std::optional<ClientHello> decode_hello(ByteView plaintext) {
  ByteReader in{plaintext};
  ByteView name = in.take_lv(), ticket = in.take_lv(), identity = in.take_lv();
  if (!in.done() || name.size() > kMaxName || ticket.size() > kMaxTicket || identity.size() > kMaxIdentity)
    return std::nullopt;
  return ClientHello{std::string(as_text(name)), Bytes(ticket.begin(), ticket.end()),
                     Bytes(identity.begin(), identity.end())};
}

std::optional<Key> decode_key(ByteView body) {
  ByteReader in{body};
  Key key{in.take(kMacSize), in.take(kRsaSize), in.rest()};
  if (!in.done() || key.box.size() < kTagSize) return std::nullopt;
  return key;
}

}  // namespace lotse::crypto
