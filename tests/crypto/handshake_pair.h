// A master and a client at their first handshake, message by message.
#pragma once
#include <catch2/catch.hpp>

#include "crypto/handshake.h"
#include "known_rsa_key.h"

namespace lotse::crypto {

inline SessionFacts some_session() { return {"428117903", {0x10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}; }

inline Bytes text_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

inline MasterHandshake::Secrets all_modes() { return {text_bytes("481902"), Bytes(16, 0x4c), Bytes(32, 0x50), true}; }

inline Credentials right_credentials(AuthMode mode) {
  switch (mode) {
    case AuthMode::none:
      return {mode, {}, {}};
    case AuthMode::code:
      return {mode, text_bytes("481 902"), {}};
    case AuthMode::link:
      return {mode, Bytes(16, 0x4c), {}};
    case AuthMode::paired:
      return {mode, Bytes(32, 0x50), {}};
  }
  return {};
}

struct HandshakePair {
  explicit HandshakePair(AuthMode mode = AuthMode::code) : HandshakePair(right_credentials(mode)) {}
  explicit HandshakePair(Credentials credentials, MasterHandshake::Secrets offered = all_modes())
      : secrets(std::move(offered)),
        client(some_session(), std::move(credentials), {"Ada Łukasz", text_bytes("ticket"), {}}, KnownRsaKey::get()),
        master(some_session(), keys, ParticipantId{7}) {}

  // Up to and with the message that is named.
  Bytes join() { return client.create_join(); }
  Bytes offer() { return master.consume_join(join(), secrets).value(); }
  Bytes confirm() { return client.consume_offer(offer()).value(); }
  MasterHandshake::Admitted admitted() {
    hello = master.consume_confirm(confirm()).value();
    return master.create_key(Epoch{3}, epoch_secret, as_bytes("roster and policy"));
  }

  MasterKeys keys;
  MasterHandshake::Secrets secrets;
  EpochSecret epoch_secret = EpochSecret::random();
  ClientHandshake client;
  MasterHandshake master;
  ClientHello hello;
};

}  // namespace lotse::crypto
