// A participant before it is in: what it needs for the handshake, and how far that is.
#pragma once
#include <memory>
#include <optional>

#include "crypto/handshake.h"
#include "session/session.h"

namespace lotse::session {

struct Session::Joining {
  ParticipantOptions options;
  crypto::SessionFacts facts;
  std::shared_ptr<crypto::RsaKey> rsa;
  std::optional<crypto::ClientHandshake> handshake;
  wire::RelayNonce relay_nonce{};
  bool linked = false;  // the relay knows the session and has given us a link
  bool making_rsa = false;
  bool code_right = false;  // the master's proof came: it knows the code too
  Instant answer_by = Instant::never();
};

}  // namespace lotse::session
