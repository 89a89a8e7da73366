#include "wire/picture_proof.h"

#include "wire/limits.h"

namespace lotse::wire {
namespace {

constexpr std::uint8_t kComplete = 1, kExact = 2;  // flags of a manifest

}  // namespace

std::optional<std::vector<PacketHash>> parse_sign(ByteView plaintext) {
  constexpr std::size_t kSize = std::tuple_size_v<PacketHash>;
  std::size_t count = plaintext.size() / kSize;
  if (plaintext.size() % kSize != 0 || count < 1 || count > kBatchPackets) return std::nullopt;
  ByteReader in(plaintext);
  std::vector<PacketHash> hashes;
  hashes.reserve(count);
  while (in.left() > 0) hashes.push_back(in.array<kSize>());
  return hashes;
}

Bytes encode(const Manifest& manifest) {
  Bytes out;
  ByteWriter w(out);
  w.put(manifest.clock)
      .put(manifest.time)
      .put(static_cast<std::uint8_t>((manifest.complete ? kComplete : 0) | (manifest.picture ? kExact : 0)));
  w.put(ByteView(manifest.digest));
  if (manifest.picture) w.put(*manifest.picture);
  for (const ChangedSlots& run : manifest.changed) {
    w.put(static_cast<std::uint16_t>(run.slots.first.value())).put(static_cast<std::uint8_t>(run.slots.count - 1));
    w.put(run.version.value());
  }
  return out;
}

std::optional<Manifest> parse_manifest(ByteView plaintext) {
  ByteReader in(plaintext);
  Manifest manifest;
  manifest.clock = in.get<std::uint32_t>();
  manifest.time = in.get<std::uint64_t>();
  auto flags = in.get<std::uint8_t>();
  manifest.digest = in.array<32>();
  if ((flags & kExact) != 0) manifest.picture = in.get<std::uint64_t>();
  constexpr std::size_t kSize = 7;
  if (!in.ok() || flags > (kComplete | kExact) || in.left() % kSize != 0 || in.left() / kSize > kManifestRuns)
    return std::nullopt;
  manifest.complete = (flags & kComplete) != 0;
  manifest.changed.reserve(in.left() / kSize);
  while (in.left() > 0) {
    std::uint32_t first = in.get<std::uint16_t>();
    auto count = static_cast<std::uint16_t>(in.get<std::uint8_t>() + 1);
    if (first + count > kMaxSlots) return std::nullopt;
    manifest.changed.push_back({{SlotId{first}, count}, SlotVersion{in.get<std::uint32_t>()}});
  }
  return manifest;
}

Bytes versions_of(const std::vector<std::uint32_t>& versions) {
  Bytes out;
  out.reserve(versions.size() * 8);
  ByteWriter w(out);
  for (std::uint32_t slot = 0; slot < versions.size(); ++slot) w.put(slot).put(versions[slot]);
  return out;
}

}  // namespace lotse::wire
