#include "wire/packet.h"

#include "wire/limits.h"

namespace lotse::wire {

std::uint32_t session_tag(const SessionUuid& uuid) { return ByteReader(uuid).get<std::uint32_t>(); }

void write_header(const PacketHeader& h, Bytes& out) {
  // In one piece: byte by byte it shows in the time that a small packet takes.
  std::array<std::uint8_t, kPictureHeader> bytes;
  std::size_t size = 0;
  auto put = [&]<std::unsigned_integral T>(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes[size++] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
  };
  put(kVersion), put(static_cast<std::uint8_t>(h.kind)), put(static_cast<std::uint8_t>(h.keying)), put(h.stream);
  put(h.session_tag), put(h.source.value()), put(h.destination.value()), put(h.epoch.value()), put(h.counter);
  if (h.kind != PacketKind::message) {
    const PictureFields& p = h.picture;
    put(p.generation.value()), put(p.screen.value()), put(p.rank), put(std::uint16_t{0});
    put(p.slot.value()), put(p.version.value()), put(p.batch);
  }
  append(out, ByteView(bytes).first(size));
}

std::optional<ParsedPacket> parse_packet(ByteView packet) {
  ByteReader in(packet);
  PacketHeader h;
  if (in.get<std::uint8_t>() != kVersion) return std::nullopt;
  auto kind = in.get<std::uint8_t>(), keying = in.get<std::uint8_t>();
  if (kind < 1 || kind > 5 || keying > 1) return std::nullopt;
  h.kind = static_cast<PacketKind>(kind);
  h.keying = static_cast<Keying>(keying);
  h.stream = in.get<std::uint8_t>();
  h.session_tag = in.get<std::uint32_t>();
  h.source = ParticipantId{in.get<std::uint16_t>()};
  h.destination = ParticipantId{in.get<std::uint16_t>()};
  h.epoch = Epoch{in.get<std::uint32_t>()};
  h.counter = in.get<std::uint64_t>();
  if (h.kind != PacketKind::message) {
    h.picture.generation = Generation{in.get<std::uint32_t>()};
    h.picture.screen = ScreenId{in.get<std::uint8_t>()};
    h.picture.rank = in.get<std::uint8_t>();
    if (in.get<std::uint16_t>() != 0) return std::nullopt;
    h.picture.slot = SlotId{in.get<std::uint32_t>()};
    h.picture.version = SlotVersion{in.get<std::uint32_t>()};
    h.picture.batch = in.get<std::uint32_t>();
    bool batched = h.kind == PacketKind::key || h.kind == PacketKind::sign;
    if (batched != (h.picture.batch != 0)) return std::nullopt;
    if (h.kind == PacketKind::sign && in.left() > kMaxSign) return std::nullopt;
    std::uint32_t slots = h.kind == PacketKind::key ? kMaxSlots : h.kind == PacketKind::state ? kStateChannels : 1;
    if (h.picture.screen.value() >= kMaxScreens || h.picture.slot.value() >= slots) return std::nullopt;
    if (h.keying != Keying::epoch) return std::nullopt;
  }
  if (!in.ok() || in.left() > kMaxPayload) return std::nullopt;
  std::size_t clear = packet.size() - in.left();
  return ParsedPacket{h, packet, packet.first(clear), packet.subspan(clear)};
}

}  // namespace lotse::wire
