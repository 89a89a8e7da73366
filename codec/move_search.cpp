#include "codec/move_search.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace lotse::codec {
namespace {

constexpr int kWindow = 32;            // pixels of a row that make an anchor
constexpr int kRowGap = 8;             // every eighth row of the picture before is scanned
constexpr int kGroups = 640;           // places of eight anchors each, in all
constexpr int kGroupsPerSlot = 4;      // at most
constexpr int kLeastDetails = 6;       // of an anchor's pixels
constexpr int kMostAlike = 3;          // anchors that look the same
constexpr int kMostTried = 24;         // places for one anchor
constexpr int kMostTriedInAll = 8000;  // about
constexpr Point kAround[] = {{0, -7}, {0, 7},        {0, -15},
                             {0, 15}, {-kWindow, 0}, {kWindow, 0}};  // where more is compared
constexpr int kLeastVotes = 8;                                       // weight of a vector that is looked at
constexpr int kLeastShare = 100;  // the best vector has at most so many times the votes of another
constexpr int kEcho = 8;          // pixels
constexpr std::size_t kMostVectors = 6;

// A polynomial in kBase over the pixels of the window, modulo 2^32: rolls on with one multiplication each way.
constexpr std::uint32_t kBase = 0x2C1B3C6D;
constexpr std::uint32_t power(std::uint32_t base, int exponent) {
  std::uint32_t value = 1;
  while (exponent-- > 0) value *= base;
  return value;
}
constexpr std::uint32_t kOldest = power(kBase, kWindow);

std::uint32_t color_at(const std::uint8_t* pixel) {
  std::uint32_t color;
  std::memcpy(&color, pixel, 4);
  return color;
}
std::uint32_t hash_of(const std::uint8_t* pixels) {
  std::uint32_t hash = 0;
  for (int i = 0; i < kWindow; ++i) hash = hash * kBase + color_at(pixels + i * 4);
  return hash;
}
int details_of(const std::uint8_t* pixels) {
  int count = 0;
  for (int i = 1; i < kWindow; ++i) count += color_at(pixels + i * 4) != color_at(pixels + i * 4 - 4);
  return count;
}
std::uint32_t mixed(std::uint32_t hash) { return hash * 0x9E3779B1u; }  // its top bits depend on all

}  // namespace

std::vector<Point> MoveSearch::vectors(const ChangeMap& map) {
  place_anchors(map);
  votes_.assign(kVotes, {});
  tries_ = std::clamp(kMostTriedInAll / (static_cast<int>(anchors_.size()) + 1), 2, kMostTried);
  if (!anchors_.empty()) scan(map);
  std::vector<Vote> best;
  for (const Vote& vote : votes_)
    if (vote.count >= kLeastVotes) best.push_back(vote);
  std::sort(best.begin(), best.end(),
            [](const Vote& a, const Vote& b) { return a.count != b.count ? a.count > b.count : a.vector < b.vector; });
  std::vector<Vote> chosen;
  for (const Vote& vote : best) {
    // Stems and bars fit a few pixels beside their place, too.
    const bool is_echo = std::any_of(chosen.begin(), chosen.end(), [&](const Vote& other) {
      return std::abs(other.vector.x - vote.vector.x) < kEcho && std::abs(other.vector.y - vote.vector.y) < kEcho &&
             vote.count * 2 < other.count;
    });
    if (!is_echo && vote.count * kLeastShare >= best[0].count) chosen.push_back(vote);
    if (chosen.size() == kMostVectors) break;
  }
  std::vector<Point> vectors;
  for (const Vote& vote : chosen) vectors.push_back(vote.vector);
  return vectors;
}

// In each slot where most changed.
void MoveSearch::place_anchors(const ChangeMap& map) {
  anchors_.clear();
  buckets_.fill(-1);
  filter_.fill(0);
  const auto dirty = std::count_if(map.slots().begin(), map.slots().end(), [](const auto& s) { return s.dirty; });
  const int per_slot = std::clamp(kGroups / std::max(1, static_cast<int>(dirty)), 1, kGroupsPerSlot);
  for (const ChangeMap::Slot& slot : map.slots()) {
    if (!slot.dirty || slot.rect.width < kWindow) continue;
    const int band = kSlotSide / per_slot;  // rows, of which each gets a place
    for (int top = 0; top + kRowGap <= std::min(slot.rect.height, per_slot * band); top += band) {
      int most = 0;
      Point at;
      for (int y = top; y < top + band && y + kRowGap <= slot.rect.height; y += 4) {
        const std::uint64_t first = slot.rows[static_cast<std::size_t>(y / map.step())].changed(),
                            second = slot.rows[static_cast<std::size_t>((y + 4) / map.step())].changed();
        for (int x = 0; x + kWindow <= slot.rect.width; x += 8) {
          const int details = std::min(std::popcount(first >> x & 0xFFFFFFFF), std::popcount(second >> x & 0xFFFFFFFF));
          if (details > most) most = details, at = {slot.rect.x + x, slot.rect.y + y};
        }
      }
      if (most >= kLeastDetails) add_anchors(map, at);
    }
  }
}

void MoveSearch::add_anchors(const ChangeMap& map, Point at) {
  for (int i = 0; i < kRowGap; ++i, ++at.y) {
    if (details_of(map.now().row(at.y) + at.x * 4) < kLeastDetails) continue;
    const std::uint32_t hash = mixed(hash_of(map.now().row(at.y) + at.x * 4));
    int& bucket = buckets_[hash / (0x100000000u / kBuckets)];
    int alike = 0;
    for (int other = bucket; other >= 0; other = anchors_[static_cast<std::size_t>(other)].next)
      alike += anchors_[static_cast<std::size_t>(other)].hash == hash;
    if (alike >= kMostAlike) continue;
    anchors_.push_back({hash, at, bucket});
    bucket = static_cast<int>(anchors_.size()) - 1;
    filter_[hash >> 22] |= std::uint64_t{1} << (hash >> 16 & 63);
  }
}

void MoveSearch::scan(const ChangeMap& map) {
  // What moved may have come from beside the changes, if the same stands there still.
  const Rect& changed = map.area();
  const Rect area =
      Rect{changed.x - changed.width, changed.y - changed.height, changed.width * 3, changed.height * 3}.intersect(
          {0, 0, map.before().size.width, map.before().size.height});
  for (int y = (area.y + kRowGap - 1) / kRowGap * kRowGap; y < area.bottom(); y += kRowGap) {
    const std::uint8_t* row = map.before().row(y);
    std::uint32_t hash = 0;
    for (int x = area.x; x < area.right(); ++x) {
      hash = hash * kBase + color_at(row + x * 4);
      if (x >= area.x + kWindow) hash -= kOldest * color_at(row + (x - kWindow) * 4);
      if (x < area.x + kWindow - 1) continue;
      const std::uint32_t key = mixed(hash);
      if ((filter_[key >> 22] >> (key >> 16 & 63) & 1) != 0) found(map, key, {x - kWindow + 1, y});
    }
  }
}

void MoveSearch::found(const ChangeMap& map, std::uint32_t hash, Point at) {
  const FrameView now = map.now(), before = map.before();
  const auto same = [&](Point a, Point b) {
    for (Point p : {a, b})
      if (p.x < 0 || p.y < 0 || p.x + kWindow > now.size.width || p.y >= now.size.height) return false;
    return std::memcmp(now.row(a.y) + a.x * 4, before.row(b.y) + b.x * 4, kWindow * 4) == 0;
  };
  for (int i = buckets_[hash / (0x100000000u / kBuckets)]; i >= 0;) {
    Anchor& anchor = anchors_[static_cast<std::size_t>(i)];
    i = anchor.next;
    if (anchor.hash != hash || anchor.at == at || anchor.tried >= tries_) continue;
    ++anchor.tried;
    int around = 0;
    for (Point step : kAround)
      around += same({anchor.at.x + step.x, anchor.at.y + step.y}, {at.x + step.x, at.y + step.y});
    vote({anchor.at.x - at.x, anchor.at.y - at.y}, 1 + around * around);
  }
}

void MoveSearch::vote(Point vector, int weight) {
  const std::uint32_t key = mixed(static_cast<std::uint32_t>(vector.x * 65536 + vector.y));
  for (std::size_t i = key / (0x100000000u / kVotes), tries = 0; tries < 8; i = (i + 1) % kVotes, ++tries) {
    Vote& vote = votes_[i];
    if (vote.count > 0 && vote.vector != vector) continue;
    vote.vector = vector;
    vote.count += weight;
    return;
  }
}

}  // namespace lotse::codec
