// Numbers and links by which one joins. A link only ever joins: it sets nothing, and its secret stays behind the # and
// so never reaches a server.
//   https://HOST[:PORT]/NUMBER#SECRET.FP[&pin=HEX]     lotse://HOST[:PORT]/NUMBER#SECRET.FP[&pin=HEX]
#pragma once
#include <optional>
#include <string>

#include "crypto/handshake.h"
#include "net/relay_connection.h"

namespace lotse::program {

struct Invitation {
  std::string number;                      // nine digits
  std::optional<net::RelayAddress> relay;  // of a link
  std::optional<std::array<std::uint8_t, 32>> pin;
  std::optional<crypto::Credentials> credentials;  // of a link, or of a number with a code behind it
};

/// Nothing when it is neither a number (perhaps with a code: "428 117 903 - 481 902") nor a link.
std::optional<Invitation> parse_invitation(std::string_view text);
std::string make_link(const net::RelayAddress& relay, const std::string& number,
                      const std::string& secret_and_fingerprint,
                      const std::optional<std::array<std::uint8_t, 32>>& pin);
/// "sha256:HEX" or HEX of 32 bytes.
std::optional<std::array<std::uint8_t, 32>> parse_pin(std::string_view text);

}  // namespace lotse::program
