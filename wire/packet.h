// The clear header of a sealed packet: what a relay may see, and what it forwards and conflates by. It is additional
// data of the seal, so nobody changes it unnoticed.
//
//   u8 version = 1, u8 kind, u8 keying, u8 stream, u32 session tag, u16 source, u16 destination, u32 epoch, u64 counter
// and, for kinds 2 to 7,
//   u32 generation, u8 screen, u8 rank, u8 flags, u8 zero, u32 slot, u32 version, u32 batch
// and, for kind 6,
//   u8 targets, u8 sources, then for each of these runs u16 first slot, u8 slots - 1
// then the sealed payload. Integers big endian.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace lotse::wire {

/// The stream of files (crypto::Stream): a relay keeps their messages apart, for they wait behind everything.
inline constexpr std::uint8_t kFileStream = 5;

enum class PacketKind : std::uint8_t {
  message = 1,    // never dropped, kept in order
  key = 2,        // a slot's pixels, self-contained; the newest per (source, screen, slot) counts
  frame_end = 3,  // everything up to `version` was sent; the newest per (source, screen) counts, after the slots
  state = 4,      // a small conflated value (cursor, geometry): the newest per (source, screen, slot = channel) counts
  sign = 5,       // proves the keys and deltas of its batch; goes out behind them
  delta = 6,  // makes `targets` from what a receiver holds of the footprint; of no use where one of it is not as it was
  film = 7,   // a frame of what keeps moving, in `rank` its temporal layer; of no use without those it is built on
};

/// Under which key: the epoch's, or that of a pair of members (the handshake's where one of them is the first master).
enum class Keying : std::uint8_t { epoch = 0, pair = 1 };

/// Neighbouring slots by their numbers.
struct SlotRun {
  SlotId first;
  std::uint16_t count = 1;  // 1 to 256
  bool operator==(const SlotRun&) const = default;
};
/// Which slots a delta makes anew, and which others it takes pixels from. Runs ascend and do not touch each other's
/// slots; no slot is in both.
struct Footprint {
  std::vector<SlotRun> targets, sources;
  bool operator==(const Footprint&) const = default;
  /// Nothing when there are more runs than a packet holds. Slots ascend.
  static std::optional<std::vector<SlotRun>> runs(const std::vector<std::uint32_t>& slots);
};
template <class Use>
void for_each_slot(const std::vector<SlotRun>& runs, Use use) {
  for (const SlotRun& run : runs)
    for (std::uint32_t i = 0; i < run.count; ++i) use(SlotId{run.first.value() + i});
}

struct PictureFields {
  Generation generation;
  ScreenId screen;
  std::uint8_t rank = 0;
  SlotId slot;
  SlotVersion version;
  std::uint32_t batch = 0;  // of kinds key, delta, film and sign: from 1, rising within a generation of a screen
  bool last = false;        // of kinds key and delta: with it a frame is complete
  Footprint footprint{};    // of kind delta
  bool key = false;         // of kind film: it is built on nothing
  bool operator==(const PictureFields&) const = default;
};

struct PacketHeader {
  PacketKind kind = PacketKind::message;
  Keying keying = Keying::epoch;
  std::uint8_t stream = 0;
  std::uint32_t session_tag = 0;
  ParticipantId source;
  ParticipantId destination;
  Epoch epoch;
  std::uint64_t counter = 0;
  PictureFields picture;  // all zero for messages
  bool operator==(const PacketHeader&) const = default;
};

inline constexpr std::size_t kMessageHeader = 24;
inline constexpr std::size_t kPictureHeader = 44;  // without the footprint

/// Its pixels are proven by the SIGN of its batch; every other packet of a picture carries its own signature.
inline bool is_batched(PacketKind kind) {
  return kind == PacketKind::key || kind == PacketKind::delta || kind == PacketKind::film;
}

/// First four bytes of the session's uuid: keeps a packet that went astray out of another session.
std::uint32_t session_tag(const SessionUuid& uuid);

void write_header(const PacketHeader& header, Bytes& out);
struct ParsedPacket {
  PacketHeader header;
  ByteView whole;
  ByteView clear;   // the header's bytes: the additional data
  ByteView sealed;  // ciphertext and tag
};
/// Nothing when it is malformed or too large. Views into `packet`.
std::optional<ParsedPacket> parse_packet(ByteView packet);

}  // namespace lotse::wire
