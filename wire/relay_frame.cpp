#include "wire/relay_frame.h"

#include "wire/limits.h"

namespace lotse::wire {
namespace {

enum class Type : std::uint8_t {
  welcome = 0x01,
  session = 0x02,
  error = 0x03,
  link_down = 0x04,
  master = 0x05,
  superseded = 0x06,
  open = 0x10,
  attach = 0x11,
  tunnel = 0x12,
  host_token = 0x13,
  take_over = 0x14,
  handshake = 0x20,
  packet = kPacketFrame,
  key_request = 0x31,
  elsewhere = 0x32,
  wanted = 0x33,
  ping = 0x40,
  pong = 0x41,
  udp_ask = 0x50,
  udp_grant = 0x51,
  udp_move = 0x52,
  udp_back = 0x53,
  udp_try = 0x54,
  udp_trial = 0x55,
};

constexpr bool is(Type type, std::uint8_t first_byte) { return static_cast<std::uint8_t>(type) == first_byte; }
static_assert(is(Type::packet, kPacketFrame) && is(Type::key_request, kKeyRequestFrame) &&
              is(Type::wanted, kWantedFrame));
static_assert(is(Type::udp_ask, kUdpAskFrame) && is(Type::udp_grant, kUdpGrantFrame));
static_assert(is(Type::udp_move, kUdpMoveFrame) && is(Type::udp_trial, kUdpTrialFrame));

class Encoder {
 public:
  Bytes out;

  void operator()(const Welcome& f) { start(Type::welcome).put(kVersion).put(f.nonce); }
  void operator()(const Open& f) {
    start(Type::open).put(kVersion).put(f.uuid).put(f.key).put(text(f.number));
    request(f.request);
  }
  void operator()(const HostToken& f) {
    start(Type::host_token).put(static_cast<std::uint8_t>(f.text.size())).put(std::string_view(f.text));
  }
  void operator()(const Attach& f) { start(Type::attach).put(kVersion).put(text(f.number)); }
  void operator()(const TunnelRequest& f) {
    start(Type::tunnel);
    request(f);
  }
  void operator()(const SessionOpened& f) {
    start(Type::session).put(kVersion).put(text(f.number)).put(f.uuid).put(f.link.value());
  }
  void operator()(const Error& f) { start(Type::error).put(static_cast<std::uint16_t>(f.code)).put(f.detail); }
  void operator()(const LinkDown& f) { start(Type::link_down).put(f.link.value()).put(f.participant.value()); }
  void operator()(const MasterPresence& f) { start(Type::master).put(std::uint8_t{f.present}); }
  void operator()(const Superseded& f) {
    start(Type::superseded).put(static_cast<std::uint8_t>(f.heirs.size()));
    for (const Heir& h : f.heirs) heir(h);
  }
  void operator()(const TakeOver& f) {
    start(Type::take_over);
    heir(f.heir);
    request(f.request);
  }
  void operator()(const Handshake& f) {
    start(Type::handshake).put(f.link.value()).put(static_cast<std::uint8_t>(f.message)).put(ByteView(f.body));
  }
  void operator()(const KeyRequest& f) {
    start(Type::key_request).put(f.source.value()).put(f.screen.value()).put(f.generation.value());
    w_.put(static_cast<std::uint16_t>(f.slots.size()));
    for (SlotId slot : f.slots) w_.put(slot.value());
  }
  void operator()(const Elsewhere& f) { start(Type::elsewhere).put(f.source.value()).put(std::uint8_t{f.on}); }
  void operator()(const Wanted& f) { start(Type::wanted).put(std::uint8_t{f.wanted}); }
  void operator()(const Ping& f) { start(Type::ping).put(f.value); }
  void operator()(const Pong& f) { start(Type::pong).put(f.value); }
  void operator()(const UdpAsk&) { start(Type::udp_ask); }
  void operator()(const UdpGrant& f) {
    start(Type::udp_grant).put(f.id).put(f.secret).put(static_cast<std::uint8_t>(f.ports.size()));
    for (std::uint16_t port : f.ports) w_.put(port);
  }
  void operator()(const UdpMove& f) { start(Type::udp_move).put(f.id); }
  void operator()(const UdpBack& f) {
    start(Type::udp_back).put(f.id);
    for (std::uint32_t count : f.taken) w_.put(count);
  }
  void operator()(const UdpTry&) { start(Type::udp_try); }
  void operator()(const UdpTrial& f) {
    start(Type::udp_trial).put(f.id).put(static_cast<std::uint8_t>(f.ports.size()));
    for (std::uint16_t port : f.ports) w_.put(port);
  }
  void operator()(const Packet& f) { start(Type::packet).put(f.bytes); }

 private:
  ByteWriter w_{out};

  ByteWriter& start(Type type) { return w_.put(static_cast<std::uint8_t>(type)); }
  static std::string_view text(const Number& n) { return {n.data(), n.size()}; }
  void heir(const Heir& h) { w_.put(h.term).put(h.order).put(h.index.value()).put(h.ed).put(h.signature); }
  void request(const TunnelRequest& r) {
    w_.put(r.term).put(r.sequence).put(static_cast<std::uint8_t>(r.operation)).put(r.target_link.value());
    w_.put(r.target.value()).put(r.value).put(r.signature);
  }
};

Number read_number(ByteReader& in) {
  Number number{};
  auto bytes = in.array<9>();
  std::memcpy(number.data(), bytes.data(), bytes.size());
  return number;
}

bool is_digits(const Number& number) {
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<TunnelRequest> read_request(ByteReader& in) {
  TunnelRequest r;
  r.term = in.get<std::uint32_t>();
  r.sequence = in.get<std::uint64_t>();
  auto operation = in.get<std::uint8_t>();
  if (operation < 1 || operation > 6) return std::nullopt;
  r.operation = static_cast<Operation>(operation);
  r.target_link = LinkId{in.get<std::uint32_t>()};
  r.target = ParticipantId{in.get<std::uint16_t>()};
  r.value = in.get<std::uint32_t>();
  r.signature = in.array<64>();
  return r;
}

std::optional<Heir> read_heir(ByteReader& in) {
  Heir h;
  h.term = in.get<std::uint32_t>();
  h.order = in.get<std::uint8_t>();
  h.index = ParticipantId{in.get<std::uint16_t>()};
  h.ed = in.array<32>();
  h.signature = in.array<64>();
  if (h.term == 0 || h.order > kMaxDeputies || h.index == kEverybody) return std::nullopt;
  return h;
}

std::optional<Frame> read_take_over(ByteReader& in) {
  auto heir = read_heir(in);
  auto request = read_request(in);
  if (!heir || !request || request->operation != Operation::open || request->term != heir->term) return std::nullopt;
  return TakeOver{*heir, *request};
}

std::optional<Frame> read_superseded(ByteReader& in) {
  auto count = in.get<std::uint8_t>();
  Superseded f;
  if (count == 0 || count > kMaxHeirs) return std::nullopt;
  for (int i = 0; i < count; ++i) {
    auto heir = read_heir(in);
    if (!heir) return std::nullopt;
    f.heirs.push_back(*heir);
  }
  return f;
}

std::optional<Frame> read_open(ByteReader& in) {
  Open f;
  if (in.get<std::uint8_t>() != kVersion) return std::nullopt;
  f.uuid = in.array<16>();
  f.key = in.array<32>();
  f.number = read_number(in);
  if (!is_digits(f.number) && f.number != Number{}) return std::nullopt;
  auto request = read_request(in);
  if (!request || request->operation != Operation::open) return std::nullopt;
  f.request = *request;
  return f;
}

std::optional<Frame> read_host_token(ByteReader& in) {
  auto size = in.get<std::uint8_t>();
  if (size < 1 || size > kMaxHostToken || in.left() != size) return std::nullopt;
  HostToken f{std::string(as_text(in.rest()))};
  bool printable = std::all_of(f.text.begin(), f.text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!printable) return std::nullopt;
  return f;
}

std::optional<Frame> read_key_request(ByteReader& in) {
  KeyRequest f;
  f.source = ParticipantId{in.get<std::uint16_t>()};
  f.screen = ScreenId{in.get<std::uint8_t>()};
  f.generation = Generation{in.get<std::uint32_t>()};
  auto count = in.get<std::uint16_t>();
  if (count > kMaxSlotsAsked || in.left() != std::size_t{count} * 4 || f.screen.value() >= kMaxScreens)
    return std::nullopt;
  for (int i = 0; i < count; ++i) {
    f.slots.push_back(SlotId{in.get<std::uint32_t>()});
    if (f.slots.back().value() >= kMaxSlots + kMaxFilms) return std::nullopt;
  }
  return f;
}

std::optional<Frame> read_handshake(ByteReader& in) {
  Handshake f;
  f.link = LinkId{in.get<std::uint32_t>()};
  auto message = in.get<std::uint8_t>();
  if (message < 1 || message > 8 || in.left() > kMaxHandshakeBody) return std::nullopt;
  f.message = static_cast<HandshakeMessage>(message);
  ByteView body = in.rest();
  f.body.assign(body.begin(), body.end());
  return f;
}

std::optional<Frame> read_session(ByteReader& in) {
  SessionOpened f;
  if (in.get<std::uint8_t>() != kVersion) return std::nullopt;
  f.number = read_number(in);
  f.uuid = in.array<16>();
  f.link = LinkId{in.get<std::uint32_t>()};
  if (!is_digits(f.number)) return std::nullopt;
  return f;
}

/// count u8, port u16 each.
bool read_ports(ByteReader& in, std::vector<std::uint16_t>& ports) {
  auto count = in.get<std::uint8_t>();
  if (count > kMaxUdpPorts || in.left() != std::size_t{count} * 2) return false;
  for (int i = 0; i < count; ++i) ports.push_back(in.get<std::uint16_t>());
  return std::find(ports.begin(), ports.end(), 0) == ports.end();
}

std::optional<Frame> read_udp(Type type, ByteReader& in) {
  if (type == Type::udp_ask) return UdpAsk{};
  if (type == Type::udp_try) return UdpTry{};
  auto id = in.array<8>();
  if (type == Type::udp_move) return UdpMove{id};
  if (type == Type::udp_back) {
    UdpBack f{id, {}};
    for (std::uint32_t& count : f.taken) count = in.get<std::uint32_t>();
    return f;
  }
  if (type == Type::udp_trial) {
    UdpTrial f{id, {}};
    return read_ports(in, f.ports) ? std::optional<Frame>(std::move(f)) : std::nullopt;
  }
  UdpGrant f{id, in.array<32>(), {}};
  return read_ports(in, f.ports) ? std::optional<Frame>(std::move(f)) : std::nullopt;
}

std::optional<Frame> read_small(Type type, ByteReader& in) {
  switch (type) {
    case Type::welcome:
      if (in.get<std::uint8_t>() != kVersion) return std::nullopt;
      return Welcome{in.array<32>()};
    case Type::attach: {
      if (in.get<std::uint8_t>() != kVersion) return std::nullopt;
      Attach f{read_number(in)};
      if (!is_digits(f.number)) return std::nullopt;
      return f;
    }
    case Type::error: {
      auto code = in.get<std::uint16_t>();
      if (code < 1 || code > 15) return std::nullopt;
      return Error{static_cast<RelayError>(code), in.get<std::uint32_t>()};
    }
    case Type::link_down: {
      LinkId link{in.get<std::uint32_t>()};
      return LinkDown{link, ParticipantId{in.get<std::uint16_t>()}};
    }
    case Type::master: {
      auto present = in.get<std::uint8_t>();
      if (present > 1) return std::nullopt;
      return MasterPresence{present == 1};
    }
    case Type::elsewhere: {
      ParticipantId source{in.get<std::uint16_t>()};
      auto on = in.get<std::uint8_t>();
      if (on > 1 || source == kEverybody) return std::nullopt;
      return Elsewhere{source, on == 1};
    }
    case Type::wanted: {
      auto wanted = in.get<std::uint8_t>();
      if (wanted > 1) return std::nullopt;
      return Wanted{wanted == 1};
    }
    case Type::ping:
      return Ping{in.get<std::uint64_t>()};
    case Type::pong:
      return Pong{in.get<std::uint64_t>()};
    case Type::tunnel: {
      auto request = read_request(in);
      if (!request || request->operation == Operation::open) return std::nullopt;
      return *request;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

Number number_of(const std::string& nine_digits) {
  Number number{};
  std::memcpy(number.data(), nine_digits.data(), std::min(number.size(), nine_digits.size()));
  return number;
}

std::string to_string(const Number& number) {
  return number == Number{} ? std::string() : std::string(number.data(), number.size());
}

std::optional<std::string> parse_number(std::string_view typed) {
  std::string digits;
  for (char c : typed) {
    if (c >= '0' && c <= '9')
      digits += c;
    else if (c != ' ' && c != '-' && c != '.' && c != '\t')
      return std::nullopt;
  }
  if (digits.size() != 9) return std::nullopt;
  return digits;
}

Bytes signed_part(const TunnelRequest& r, const SessionUuid& session, const RelayNonce& nonce) {
  Bytes out;
  ByteWriter(out)
      .put(session)
      .put(nonce)
      .put(r.term)
      .put(r.sequence)
      .put(static_cast<std::uint8_t>(r.operation))
      .put(r.target_link.value())
      .put(r.target.value())
      .put(r.value);
  return out;
}

Bytes signed_part(const Heir& h, const SessionUuid& session) {
  Bytes out;
  ByteWriter(out).put(session).put(h.term).put(h.order).put(h.index.value()).put(h.ed);
  return out;
}

Bytes encode(const Frame& frame) {
  Encoder encoder;
  std::visit(encoder, frame);
  return std::move(encoder.out);
}

std::optional<Frame> decode(ByteView frame) {
  if (frame.empty() || frame.size() > kMaxFrame) return std::nullopt;
  ByteReader in(frame);
  auto type = static_cast<Type>(in.get<std::uint8_t>());
  std::optional<Frame> out;
  if (type == Type::packet)
    out = Packet{in.rest()};
  else if (type == Type::open)
    out = read_open(in);
  else if (type == Type::host_token)
    out = read_host_token(in);
  else if (type == Type::handshake)
    out = read_handshake(in);
  else if (type == Type::key_request)
    out = read_key_request(in);
  else if (type == Type::session)
    out = read_session(in);
  else if (type == Type::superseded)
    out = read_superseded(in);
  else if (type == Type::take_over)
    out = read_take_over(in);
  else if (type >= Type::udp_ask && type <= Type::udp_trial)
    out = read_udp(type, in);
  else
    out = read_small(type, in);
  if (!in.done()) return std::nullopt;
  return out;
}

}  // namespace lotse::wire
