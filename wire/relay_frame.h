// What programs and their relay say to each other: one frame a WebSocket message, u8 type, then the fields in the order
// of the structs below, big endian, nothing left over. Readable by the relay; everything confidential is inside a
// packet.
//
// Opening: relay WELCOME; a master answers OPEN, a client ATTACH; relay SESSION or ERROR. Then handshakes and packets.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/packet.h"

namespace lotse::wire {

using RelayNonce = std::array<std::uint8_t, 32>;
using KeyBytes = std::array<std::uint8_t, 32>;
using SignatureBytes = std::array<std::uint8_t, 64>;
using Number = std::array<char, 9>;  // ASCII digits

Number number_of(const std::string& nine_digits);  // all zero bytes for an empty text
std::string to_string(const Number& number);       // empty for all zero bytes
/// Nine digits out of what a person typed (blanks, dashes, dots between them), nothing otherwise.
std::optional<std::string> parse_number(std::string_view typed);

/// relay -> all, first: version u8, nonce[32], fresh for each connection; signatures of tunnel requests cover it.
struct Welcome {
  RelayNonce nonce{};
};

/// What a master asks of the tunnel. Signed: Purpose::tunnel over session_uuid || relay_nonce || term u32 || sequence
/// u64 || operation u8 || target_link u32 || target u16 || value u32. The sequence rises within one connection.
enum class Operation : std::uint8_t {
  open = 1,    // in OPEN only
  admit = 2,   // target_link becomes participant `target`; an older link of that participant is cut
  remove = 3,  // cut `target` (or, when target is 0xFFFF, target_link) for good; value 1: and ban its address
  end = 4,     // the session is over for all
  epoch = 5,   // `value` is the epoch in force: pictures of older ones are dropped 5 s later
  lock = 6,    // value 1: no new client is let through; 0: again
};
struct TunnelRequest {
  std::uint32_t term = 0;
  std::uint64_t sequence = 0;
  Operation operation{};
  LinkId target_link;
  ParticipantId target{0xFFFF};
  std::uint32_t value = 0;
  SignatureBytes signature{};
};
/// The bytes under the signature, without the prefix of its purpose.
Bytes signed_part(const TunnelRequest& request, const SessionUuid& session, const RelayNonce& nonce);

/// A master's word on who leads after it: signed, Purpose::heir over session_uuid || term u32 || order u8 || index u16
/// || ed[32], by the master of the term before.
struct Heir {
  std::uint32_t term = 0;  // that it will lead
  std::uint8_t order = 0;  // 0: handed over, at once; 1 to 3: as deputy, when the master has not answered for a minute
  ParticipantId index;
  KeyBytes ed{};
  SignatureBytes signature{};
  bool operator==(const Heir&) const = default;
};
/// The bytes under the signature, without the prefix of its purpose.
Bytes signed_part(const Heir& heir, const SessionUuid& session);

/// An heir -> relay: term u32, order u8, index u16, ed[32], signature[64], then a request (open) by the heir's own key.
/// The relay answers SESSION; from then on this connection is the master's.
struct TakeOver {
  Heir heir;
  TunnelRequest request;
};
/// relay -> a master that opens with the key of an earlier term: count u8, then the heirs since, oldest first. It is
/// still to be attached.
struct Superseded {
  std::vector<Heir> heirs;  // 1 to kMaxHeirs
};
/// master -> relay: version u8, uuid[16], key[32], number[9] (zeros: a new session), the request (open).
/// With a number: takes the session up again, after a lost connection or a restart of either side.
struct Open {
  SessionUuid uuid{};
  KeyBytes key{};  // Ed25519, verifies this session's tunnel requests from now on
  Number number{};
  TunnelRequest request;
};
/// master -> relay, before OPEN, where the relay demands one: size u8 (1 to kMaxHostToken), as many bytes of printable
/// ASCII. Opaque to the program: what its relay's operator gave it. Never logged.
struct HostToken {
  std::string text;
};
/// client -> relay: version u8, number[9].
struct Attach {
  Number number{};
};
/// relay -> both: version u8, number[9], uuid[16], link u32 (the receiver's own).
struct SessionOpened {
  Number number{};
  SessionUuid uuid{};
  LinkId link;
};
/// relay -> both: code u16, detail u32 (seconds to wait for rate_limited, else 0). The connection closes after it, but
/// for not_allowed.
enum class RelayError : std::uint16_t {
  bad_request = 1,
  no_session = 2,
  ended = 3,
  full = 4,
  rate_limited = 5,
  version = 6,
  removed = 7,
  locked = 8,
  not_allowed = 9,  // bad signature, wrong source, somebody else's number
  too_slow = 10,    // the receiver's backlog passed its limit
  shutting_down = 11,
  replaced = 12,       // the same member came back on another connection
  token_needed = 13,   // this relay opens sessions for holders of a token alone
  token_refused = 14,  // the token is not known here, revoked or expired
  banned = 15,         // the master keeps this address out of the session
};
struct Error {
  RelayError code{};
  std::uint32_t detail = 0;
};
/// relay -> master: link u32, participant u16 (0xFFFF: was not admitted): this connection is gone.
struct LinkDown {
  LinkId link;
  ParticipantId participant{0xFFFF};
};
/// relay -> clients: present u8: the master's own connection came or went.
struct MasterPresence {
  bool present = false;
};
/// Both ways: a handshake message. link u32 (the relay overwrites a client's), message u8, body.
enum class HandshakeMessage : std::uint8_t {
  join = 1,
  offer = 2,
  confirm = 3,
  key = 4,
  ready = 5,
  lobby = 6,
  resume = 7,   // a sealed packet; client -> master: the same member on a new link, and back: EPOCH, then ROSTER
  refused = 8,  // master -> client: u8 reason
};
enum class RefusedReason : std::uint8_t {
  bad_code = 1,
  lobby = 2,
  full = 3,
  locked = 4,
  busy = 5,
  version = 6,
  unknown = 7,
  code_spent = 8
};
struct Handshake {
  LinkId link;
  HandshakeMessage message{};
  Bytes body;
};
/// viewer -> relay (source = presenter): slots that I lack; relay -> presenter: slots that somebody lacks and the cache
/// has not. source u16, screen u8, generation u32, count u16, slot u32 each; none: all.
struct KeyRequest {
  ParticipantId source;
  ScreenId screen;
  Generation generation;
  std::vector<SlotId> slots;
};
/// viewer -> relay: source u16, on u8. On: I get the pictures of `source` without you. Off: I need them, all of them.
struct Elsewhere {
  ParticipantId source;
  bool on = false;
};
/// relay -> presenter: wanted u8. Whether anybody gets its pictures here; 1 from the admission on until this says
/// otherwise. After 0 the relay has none of them any more.
struct Wanted {
  bool wanted = false;
};
/// Both ways; pong carries the same value. For round trips and keepalive.
struct Ping {
  std::uint64_t value = 0;
};
struct Pong {
  std::uint64_t value = 0;
};
/// client -> relay: no fields. May I send datagrams? docs/protocol/link.md. (A client is whoever is not the relay.)
struct UdpAsk {};
/// relay -> client: id[8], secret[32], count u8 (1 to kMaxUdpPorts), port u16 each. Or count 0 alone after zeros: no.
struct UdpGrant {
  std::array<std::uint8_t, 8> id{};
  std::array<std::uint8_t, 32> secret{};  // keys of both directions come out of it
  std::vector<std::uint16_t> ports;
};
/// Both ways: id[8]. Whatever I send from here on comes by datagrams.
struct UdpMove {
  std::array<std::uint8_t, 8> id{};
};
/// Both ways: id[8], taken u32 for each of the six classes: frames that I took by datagrams. I take no more of them;
/// what you sent beyond these comes once more, over TLS.
struct UdpBack {
  std::array<std::uint8_t, 8> id{};
  std::array<std::uint32_t, 6> taken{};
};
/// client -> relay, at any time: no fields. Which of your UDP ports reach me?
struct UdpTry {};
/// relay -> client: id[8], count u8 (1 to kMaxUdpPorts), port u16 each. Or count 0 after zeros: no. The id is good for
/// datagrams of a trial (docs/protocol/link.md) for kUdpTrialTime.
struct UdpTrial {
  std::array<std::uint8_t, 8> id{};
  std::vector<std::uint16_t> ports;
};
/// A sealed packet (packet.h).
struct Packet {
  ByteView bytes;  // view into the frame
};

using Frame = std::variant<Welcome, Open, HostToken, Attach, TunnelRequest, SessionOpened, Error, LinkDown,
                           MasterPresence, Superseded, TakeOver, Handshake, KeyRequest, Elsewhere, Wanted, Ping, Pong,
                           UdpAsk, UdpGrant, UdpMove, UdpBack, UdpTry, UdpTrial, Packet>;

Bytes encode(const Frame& frame);
/// Nothing when the type is unknown, a field is out of its range, or a byte is missing or left over.
std::optional<Frame> decode(ByteView frame);

/// The first byte of a frame that carries a sealed packet: it is put before the packet's header.
inline constexpr std::uint8_t kPacketFrame = 0x30;
inline constexpr std::uint8_t kKeyRequestFrame = 0x31, kWantedFrame = 0x33;
inline constexpr std::uint8_t kUdpAskFrame = 0x50, kUdpGrantFrame = 0x51, kUdpMoveFrame = 0x52, kUdpTrialFrame = 0x55;
/// The first bytes of the frames about datagrams: they are between the two ends of a connection and go no further.
inline constexpr bool is_udp_frame(ByteView frame) { return !frame.empty() && (frame[0] & 0xF0) == 0x50; }

}  // namespace lotse::wire
