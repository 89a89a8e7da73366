#include "bench/delta_bench.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "codec/plane.h"

namespace lotse::bench {

using namespace codec;

namespace {

// Bytes around each payload: clear header, tag and the length in front of it.
constexpr std::size_t kPacket = 64;
// Below so many bytes of codes, which zstd will make fewer still, nobody tries the slot as a KEY.
constexpr std::size_t kSmallPatch = 400;
// What zstd makes of codes, about; of a KEY's it has taken that already.
constexpr double kPacking = 0.6;

int equal_pixels(FrameView a, FrameView b) {
  int count = 0;
  for (int y = 0; y < a.size.height; ++y) count += std::popcount(equal_mask(a.row(y), b.row(y), a.size.width));
  return count;
}

}  // namespace

void DeltaBench::begin(FrameView screen) {
  exact_.assign(detector_.grid().count(), true);
  before_ = shown_ = Image(screen.size);
  copy_pixels(screen, before_.writable());
  copy_pixels(screen, shown_.writable());
}

void DeltaBench::frame(FrameView screen) {
  const auto changed = detector_.update(screen.size, {0, 0, screen.size.width, screen.size.height}, screen);
  if (before_.size() != screen.size) return begin(screen);
  DeltaFigures& f = figures_;
  ++f.frames;
  f.slots += changed.size();
  const double found_before = f.find.ms();
  f.find.time([&] { moves_ = finder_.find(before_.view(), screen, detector_.grid(), changed); });
  f.slowest_find_ms = std::max(f.slowest_find_ms, f.find.ms() - found_before);
  f.moves += moves_.size();
  f.encode.time([&] { encode(screen, changed); });
  Bytes patch;
  if (!in_patch_.empty() || !moves_.empty()) patch = f.encode.time([&] { return patch_encoder_.finish(); });
  f.patches += patch.size();
  f.ours += patch.empty() ? 0 : patch.size() + kPacket;
  for (const auto& [slot, key] : keys_) f.ours += key.payload.size() + kPacket;
  f.keys += keys_.size();
  receive(screen, patch);
  f.encode_keys.time([&] {
    for (SlotId slot : changed) f.all_keys += kPacket + key_of(screen, slot).payload.size();
  });
  f.tight_encode.time([&] { f.tight += tight_.update(screen, detector_.grid(), changed); });
  copy_pixels(screen, before_.writable());
}

EncodedSlot DeltaBench::key_of(FrameView screen, SlotId slot) {
  return slot_encoder_.encode(screen.part(detector_.grid().rect(slot)), Rank::normal, Motion::still);
}

// Whether the viewer will have `area` exactly as predicted.
bool DeltaBench::is_exact(const Rect& area) const {
  const SlotGrid& grid = detector_.grid();
  const auto all_exact = [&](const Rect& r) {
    for (int y = r.y / kSlotSide; y * kSlotSide < r.bottom(); ++y)
      for (int x = r.x / kSlotSide; x * kSlotSide < r.right(); ++x)
        if (!exact_[static_cast<std::size_t>(y * grid.columns() + x)]) return false;
    return true;
  };
  bool covered = false;
  for (const Move& move : moves_) {
    const Rect part = move.to.intersect(area);
    if (part.empty()) continue;
    covered |= part == area;
    if (!all_exact({part.x - move.to.x + move.from.x, part.y - move.to.y + move.from.y, part.width, part.height}))
      return false;
  }
  return covered || all_exact(area);
}

// The slots that change or that something is moved to.
std::vector<SlotId> DeltaBench::touched(std::span<const SlotId> changed) const {
  const SlotGrid& grid = detector_.grid();
  std::vector<bool> is_touched(grid.count());
  for (SlotId slot : changed) is_touched[slot.value()] = true;
  for (const Move& move : moves_)
    for (int y = move.to.y / kSlotSide; y * kSlotSide < move.to.bottom(); ++y)
      for (int x = move.to.x / kSlotSide; x * kSlotSide < move.to.right(); ++x)
        is_touched[static_cast<std::size_t>(y * grid.columns() + x)] = true;
  std::vector<SlotId> slots;
  for (std::uint32_t i = 0; i < grid.count(); ++i)
    if (is_touched[i]) slots.push_back(SlotId{i});
  return slots;
}

void DeltaBench::encode(FrameView screen, std::span<const SlotId> changed) {
  std::vector<bool> exact = exact_;
  Image predicted({kSlotSide, kSlotSide});
  patch_encoder_.begin(moves_);
  in_patch_.clear();
  keys_.clear();
  for (SlotId slot : touched(changed)) {
    const Rect rect = detector_.grid().rect(slot);
    const MutableFrameView base = predicted.writable().part({0, 0, rect.width, rect.height});
    predict(before_.view(), moves_, rect, base);
    const bool is_base_exact = is_exact(rect);
    if (same_pixels(base, screen.part(rect))) {  // not named: stays as the moves leave it
      exact[slot.value()] = is_base_exact;
      ++figures_.kept;
      continue;
    }
    std::optional<EncodedSlot> key;
    if (!is_base_exact || !add_to_patch(screen, slot, base, key)) {
      keys_.emplace_back(slot, key ? std::move(*key) : key_of(screen, slot));
      exact[slot.value()] = keys_.back().second.rank == Rank::lossless;
    }
  }
  exact_ = exact;
}

// False where the slot is cheaper as a KEY; then that may stand in `key` already.
bool DeltaBench::add_to_patch(FrameView screen, SlotId slot, FrameView base, std::optional<EncodedSlot>& key) {
  const FrameView now = screen.part(detector_.grid().rect(slot));
  // What is new for the most part may be a photo: the chooser is asked first.
  if (equal_pixels(now, base) * 2 < now.size.width * now.size.height) key = key_of(screen, slot);
  if (key && key->rank != Rank::lossless) return false;
  if (!patch_encoder_.add(now, base)) return false;
  if (patch_encoder_.last() > kSmallPatch) {
    if (!key) key = key_of(screen, slot);
    if (static_cast<double>(patch_encoder_.last()) * kPacking > static_cast<double>(key->payload.size() + kPacket)) {
      patch_encoder_.drop_last();
      return false;
    }
  }
  in_patch_.push_back(slot);
  ++figures_.patched;
  return true;
}

void DeltaBench::receive(FrameView screen, ByteView patch) {
  figures_.decode.time([&] {
    if (!patch.empty()) apply(patch);
    for (const auto& [slot, key] : keys_)
      if (!slot_decoder_.decode(key.payload, shown_.writable().part(detector_.grid().rect(slot))))
        throw std::runtime_error("a slot was refused");
  });
  for (std::uint32_t i = 0; i < detector_.grid().count(); ++i) {
    const Rect rect = detector_.grid().rect(SlotId{i});
    if (exact_[i] && !same_pixels(shown_.view().part(rect), screen.part(rect)))
      throw std::runtime_error("a slot came back wrong");
  }
}

void DeltaBench::apply(ByteView patch) {
  const SlotGrid& grid = detector_.grid();
  const auto moves = PatchDecoder::moves(patch, grid.size());
  if (moves != moves_) throw std::runtime_error("moves came back wrong");
  std::vector<Image> moved;
  for (const Move& move : *moves) {
    moved.emplace_back(move.to.size());
    predict(shown_.view(), *moves, move.to, moved.back().writable());
  }
  for (std::size_t i = 0; i < moved.size(); ++i) copy_pixels(moved[i].view(), shown_.writable().part((*moves)[i].to));
  std::vector<MutableFrameView> slots;
  for (SlotId slot : in_patch_) slots.push_back(shown_.writable().part(grid.rect(slot)));
  if (!patch_decoder_.decode(patch, slots)) throw std::runtime_error("a patch was refused");
}

DeltaReport::DeltaReport(std::string json_command) : json_command_(std::move(json_command)) {
  if (!json_command_.empty()) return;
  std::printf("%-14s %6s %6s %6s %6s %6s | %-26s | %6s | %-34s | %6s\n", "", "a", "frame", "", "", "", "kB a frame", "",
              "ms a frame", "ms");
  std::printf("%-14s %6s %6s %6s %6s %6s | %8s %8s %8s | %6s | %6s %6s %6s %6s %6s | %6s\n", "scene", "slots", "moves",
              "kept", "patch", "keys", "ours", "keys", "tight", "ratio", "find", "worst", "encode", "keys", "tight",
              "decode");
}

void DeltaReport::add(const std::string& name, const DeltaFigures& f) {
  const auto mean = [&](auto value) { return f.frames == 0 ? 0 : static_cast<double>(value) / f.frames; };
  const double ours = mean(f.ours) / 1000, keys = mean(f.all_keys) / 1000, tight = mean(f.tight) / 1000;
  if (ours > 0 && tight > 0) logs_ += std::log(tight / ours), ++scenes_;
  if (!json_command_.empty()) {
    std::printf(
        R"({"name":"codec %s delta bytes, Tight","ours":%.3f,"peer":%.3f,"ratio":%.3f,"unit":"kB/frame","cmd":"%s"})"
        "\n",
        name.c_str(), ours, tight, tight > 0 ? ours / tight : 0, json_command_.c_str());
    return;
  }
  std::printf(
      "%-14s %6.1f %6.1f %6.1f %6.1f %6.1f | %8.2f %8.2f %8.2f | %6.2f | %6.2f %6.2f %6.2f %6.2f %6.2f | %6.2f\n",
      name.c_str(), mean(f.slots), mean(f.moves), mean(f.kept), mean(f.patched), mean(f.keys), ours, keys, tight,
      ours > 0 ? tight / ours : 0, mean(f.find.ms()), f.slowest_find_ms, mean(f.encode.ms()), mean(f.encode_keys.ms()),
      mean(f.tight_encode.ms()), mean(f.decode.ms()));
  std::fflush(stdout);
}

void DeltaReport::finish() const {
  if (json_command_.empty() && scenes_ > 0)
    std::printf("tight by ours, geometric mean of %d scenes: %.2f\n", scenes_, std::exp(logs_ / scenes_));
}

}  // namespace lotse::bench
