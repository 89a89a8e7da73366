#include "session/frame_budget.h"

namespace lotse::session {
namespace {

constexpr double kFirstTime = 0.5;               // seconds: where what was never sent takes longer it goes coarsely
constexpr std::size_t kFewExact = 64u << 10;     // bytes in a frame: the link takes a few slots without loss
constexpr std::size_t kMostInFrame = 64u << 20;  // bytes, on a link without limit
constexpr double kFrameSeconds = std::chrono::duration<double>(kFrameTime).count();

}  // namespace

std::size_t frame_budget(const LinkRate& link) {
  double bytes = link.rate() * kFrameSeconds;
  return bytes < kMostInFrame ? static_cast<std::size_t>(bytes) : kMostInFrame;
}

KeyRanks key_ranks(const LinkRate& link, const KeyDemand& demand) {
  KeyRanks ranks;
  if (demand.unsent == 0 && demand.dirty <= kFewKeys && frame_budget(link) >= kFewExact)
    ranks.still = codec::Rank::lossless;
  if (!link.known() || link.rate() == LinkRate::kUnlimited) return ranks;
  auto seconds = [&](std::size_t keys) { return static_cast<double>(keys * demand.key_bytes) / link.rate(); };
  double moving = seconds(demand.moving);
  if (moving > kFrameSeconds) ranks.moving = moving > 2 * kFrameSeconds ? codec::Rank::rough : codec::Rank::low;
  if (seconds(demand.unsent) > kFirstTime) ranks.first = codec::Rank::rough;
  return ranks;
}

}  // namespace lotse::session
