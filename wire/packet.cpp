#include "wire/packet.h"

#include "wire/limits.h"

namespace lotse::wire {

std::uint32_t session_tag(const SessionUuid& uuid) { return ByteReader(uuid).get<std::uint32_t>(); }

std::optional<std::vector<SlotRun>> Footprint::runs(const std::vector<std::uint32_t>& slots) {
  std::vector<SlotRun> out;
  for (std::uint32_t slot : slots) {
    bool goes_on = !out.empty() && out.back().first.value() + out.back().count == slot && out.back().count < kMaxRun;
    if (goes_on)
      ++out.back().count;
    else
      out.push_back({SlotId{slot}, 1});
  }
  if (out.size() > kMaxRuns) return std::nullopt;
  return out;
}

namespace {

constexpr std::uint8_t kLast = 1, kKey = 2;  // flags

void write_runs(const std::vector<SlotRun>& runs, Bytes& out) {
  for (const SlotRun& run : runs) {
    out.push_back(static_cast<std::uint8_t>(run.first.value() >> 8));
    out.push_back(static_cast<std::uint8_t>(run.first.value()));
    out.push_back(static_cast<std::uint8_t>(run.count - 1));
  }
}

bool read_runs(ByteReader& in, std::size_t count, std::vector<SlotRun>& out) {
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t first = in.get<std::uint16_t>();
    auto length = static_cast<std::uint16_t>(in.get<std::uint8_t>() + 1);
    if (!in.ok() || first < next || first + length > kMaxSlots) return false;
    out.push_back({SlotId{first}, length});
    next = first + length;
  }
  return true;
}

bool meet(const std::vector<SlotRun>& a, const std::vector<SlotRun>& b) {
  for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    std::uint32_t a_end = a[i].first.value() + a[i].count, b_end = b[k].first.value() + b[k].count;
    if (a[i].first.value() < b_end && b[k].first.value() < a_end) return true;
    a_end < b_end ? ++i : ++k;
  }
  return false;
}

bool read_footprint(ByteReader& in, Footprint& out) {
  std::size_t targets = in.get<std::uint8_t>(), sources = in.get<std::uint8_t>();
  return targets > 0 && read_runs(in, targets, out.targets) && read_runs(in, sources, out.sources) &&
         !meet(out.targets, out.sources);
}

bool read_picture(ByteReader& in, PacketKind kind, PictureFields& out) {
  out.generation = Generation{in.get<std::uint32_t>()};
  out.screen = ScreenId{in.get<std::uint8_t>()};
  out.rank = in.get<std::uint8_t>();
  auto flags = in.get<std::uint8_t>();
  bool film = kind == PacketKind::film;
  std::uint8_t allowed = film ? kKey : is_batched(kind) ? kLast : 0;
  if ((flags & ~allowed) != 0 || in.get<std::uint8_t>() != 0) return false;
  out.last = (flags & kLast) != 0;
  out.key = (flags & kKey) != 0;
  if (film && (out.rank > kFilmLayers - 1 || (out.key && out.rank != 0))) return false;
  out.slot = SlotId{in.get<std::uint32_t>()};
  out.version = SlotVersion{in.get<std::uint32_t>()};
  out.batch = in.get<std::uint32_t>();
  if ((is_batched(kind) || kind == PacketKind::sign) != (out.batch != 0)) return false;
  std::uint32_t slots = kind == PacketKind::key     ? kMaxSlots
                        : kind == PacketKind::state ? kStateChannels
                        : film                      ? kMaxFilms
                                                    : 1;
  if (out.screen.value() >= kMaxScreens || out.slot.value() >= slots) return false;
  return kind != PacketKind::delta || read_footprint(in, out.footprint);
}

}  // namespace

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
    put(p.generation.value()), put(p.screen.value()), put(p.rank);
    put(static_cast<std::uint8_t>((p.last ? kLast : 0) | (p.key ? kKey : 0))), put(std::uint8_t{0});
    put(p.slot.value()), put(p.version.value()), put(p.batch);
  }
  append(out, ByteView(bytes).first(size));
  if (h.kind != PacketKind::delta) return;
  out.push_back(static_cast<std::uint8_t>(h.picture.footprint.targets.size()));
  out.push_back(static_cast<std::uint8_t>(h.picture.footprint.sources.size()));
  write_runs(h.picture.footprint.targets, out);
  write_runs(h.picture.footprint.sources, out);
}

std::optional<ParsedPacket> parse_packet(ByteView packet) {
  ByteReader in(packet);
  PacketHeader h;
  if (in.get<std::uint8_t>() != kVersion) return std::nullopt;
  auto kind = in.get<std::uint8_t>(), keying = in.get<std::uint8_t>();
  if (kind < 1 || kind > 7 || keying > 1) return std::nullopt;
  h.kind = static_cast<PacketKind>(kind);
  h.keying = static_cast<Keying>(keying);
  h.stream = in.get<std::uint8_t>();
  h.session_tag = in.get<std::uint32_t>();
  h.source = ParticipantId{in.get<std::uint16_t>()};
  h.destination = ParticipantId{in.get<std::uint16_t>()};
  h.epoch = Epoch{in.get<std::uint32_t>()};
  h.counter = in.get<std::uint64_t>();
  if (h.kind != PacketKind::message) {
    if (!read_picture(in, h.kind, h.picture)) return std::nullopt;
    if (h.kind == PacketKind::sign && in.left() > kMaxSign) return std::nullopt;
    if (h.keying != Keying::epoch) return std::nullopt;
  }
  if (!in.ok() || in.left() > kMaxPayload) return std::nullopt;
  std::size_t clear = packet.size() - in.left();
  return ParsedPacket{h, packet, packet.first(clear), packet.subspan(clear)};
}

}  // namespace lotse::wire
