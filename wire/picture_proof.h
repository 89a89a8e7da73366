// What proves a picture: the plaintexts of SIGN and of the manifest, their signatures cut off. docs/protocol/slots.md.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/packet.h"

namespace lotse::wire {

/// The first 16 bytes of SHA-256 over a complete packet: clear header, ciphertext and tag.
using PacketHash = std::array<std::uint8_t, 16>;

/// SIGN: 1 to kBatchPackets hashes, one after another. Nothing when it is malformed.
std::optional<std::vector<PacketHash>> parse_sign(ByteView plaintext);

struct ChangedSlots {
  SlotRun slots;
  SlotVersion version;  // of them all
  bool operator==(const ChangedSlots&) const = default;
};

/// What the presenter's screen was, once a second. Travels as a state, whose version is its sequence number.
///   u32 clock, u64 time, u8 flags (1 complete, 2 exact), digest[32], if exact u64 picture, then u16 first slot, u8
///   slots - 1, u32 version for each of `changed`
struct Manifest {
  std::uint32_t clock = 0;                 // another number: the presenter's clock may have jumped
  std::uint64_t time = 0;                  // milliseconds of that clock
  bool complete = true;                    // `changed` has every slot sent in the last kManifestSpan
  std::array<std::uint8_t, 32> digest{};   // see versions_of()
  std::optional<std::uint64_t> picture{};  // its hash, once viewers were sent every pixel
  std::vector<ChangedSlots> changed;       // at most kManifestRuns
  bool operator==(const Manifest&) const = default;
};

Bytes encode(const Manifest& manifest);
/// Nothing when it is malformed. The slots are not checked against any screen.
std::optional<Manifest> parse_manifest(ByteView plaintext);

/// What a manifest's digest is SHA-256 of: u32 slot, u32 version of every slot, in order; 0 for one never sent.
Bytes versions_of(const std::vector<std::uint32_t>& versions);

}  // namespace lotse::wire
