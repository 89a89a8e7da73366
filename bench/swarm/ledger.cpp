#include "bench/swarm/ledger.h"

#include "codec/frame.h"
#include "crypto/signing.h"
#include "wire/messages.pb.h"

namespace lotse::bench {
namespace {

constexpr std::uint32_t kGeometry = 0, kManifest = 3;

}  // namespace

void Ledger::consume(const wire::ParsedPacket& packet, const Bytes& payload, const wire::PacketHash& hash,
                     Instant now) {
  const wire::PictureFields& fields = packet.header.picture;
  switch (packet.header.kind) {
    case wire::PacketKind::state:
      if (fields.slot.value() == kGeometry) geometry(fields, payload);
      if (fields.slot.value() == kManifest && fields.generation == generation_) manifest(payload, now);
      return;
    case wire::PacketKind::key:
      if (fields.generation != generation_ || fields.slot.value() >= slots_) return;
      stats_.frames += fields.last;
      if (!proofs_.take(fields.slot, {fields.version.value(), fields.rank, hash}, now)) return void(++stats_.old);
      return holds(fields.slot);
    case wire::PacketKind::delta:
      return delta(fields, payload, hash, now);
    case wire::PacketKind::sign:
      if (auto hashes = wire::parse_sign(payload); hashes && fields.generation == generation_) proofs_.prove(*hashes);
      return;
    case wire::PacketKind::film:
    case wire::PacketKind::frame_end:
    case wire::PacketKind::message:
      return;
  }
}

void Ledger::delta(const wire::PictureFields& fields, const Bytes& payload, const wire::PacketHash& hash, Instant now) {
  bool inside = fields.generation == generation_;
  auto look = [&](SlotId slot) { inside = inside && slot.value() < slots_; };
  wire::for_each_slot(fields.footprint.targets, look);
  wire::for_each_slot(fields.footprint.sources, look);
  if (!inside) return;
  stats_.frames += fields.last;
  auto base = ByteReader(payload).get<std::uint64_t>();
  if (!proofs_.take(fields.footprint, base, {fields.version.value(), fields.rank, hash}, now))
    return void(++stats_.old);
  wire::for_each_slot(fields.footprint.targets, [&](SlotId slot) { holds(slot); });
}

void Ledger::holds(SlotId slot) {
  if (!held_[slot.value()]) --missing_;
  held_[slot.value()] = true;
  current_ = false;
  ++stats_.updates;
}

void Ledger::geometry(const wire::PictureFields& fields, const Bytes& payload) {
  wire::pb::ScreenState state;
  if (!state.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
  if (state.width() > codec::kMaxSide || state.height() > codec::kMaxSide || fields.generation <= generation_) return;
  generation_ = fields.generation;
  slots_ = missing_ = codec::SlotGrid({static_cast<int>(state.width()), static_cast<int>(state.height())}).count();
  behind_ = 0;
  current_ = false;
  held_.assign(slots_, false);
  proofs_.reset(slots_);
}

void Ledger::manifest(const Bytes& payload, Instant now) {
  auto manifest = wire::parse_manifest(payload);
  if (!manifest) return;
  ++stats_.manifests;
  const double there = static_cast<double>(manifest->time);
  const auto here = std::chrono::duration<double, std::milli>(now.since_start()).count();
  if (stats_.manifest_age_ms.size() < kKept) stats_.manifest_age_ms.push_back(static_cast<float>(here - there));
  std::vector<std::uint32_t> versions;
  versions.reserve(slots_);
  for (std::uint32_t i = 0; i < slots_; ++i) versions.push_back(proofs_.version(SlotId{i}));
  current_ = crypto::sha256({wire::versions_of(versions)}) == manifest->digest;
  exact_ = manifest->picture.has_value();
  if (!current_) ++stats_.not_current;
  behind_ = 0;
  for (const wire::ChangedSlots& run : manifest->changed)
    wire::for_each_slot({run.slots}, [&](SlotId slot) {
      if (slot.value() < slots_ && versions[slot.value()] < run.version.value()) ++behind_;
    });
}

}  // namespace lotse::bench
