#include "files/send_window.h"

#include <algorithm>
#include <optional>

#include "wire/limits.h"

namespace lotse::files {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTarget = 60ms;  // that a piece may wait on the way: it stands behind all else there
constexpr Duration kMinute = 60s;
constexpr double kLeast = 2.0 * wire::kFileChunk;
// Less than a relay keeps for one receiver: what is more would be lost there.
constexpr double kMost = std::min<std::size_t>(wire::kFileWindow, wire::kReceiverFiles * 3 / 4);

}  // namespace

void SendWindow::on_taken(std::uint64_t have, Instant now) {
  std::optional<Instant> sent;
  std::uint64_t taken = 0, from = sent_.empty() ? 0 : sent_.front().end;
  while (!sent_.empty() && sent_.front().end <= have) {
    taken = sent_.front().end - from + wire::kFileChunk;
    sent = sent_.front().at;
    sent_.pop_front();
  }
  if (!sent) return;
  Duration delay = now - *sent;
  if (now - minute_ > kMinute) {
    before_ = least_;
    least_ = delay;
    minute_ = now;
  }
  least_ = std::min(least_, delay);
  Duration waited = delay - std::min(least_, before_);
  if (growing_ && waited > kTarget / 2) growing_ = false;
  double part = static_cast<double>(taken) / size_;
  double off =
      std::max(-1.0, 1.0 - static_cast<double>(waited.count()) / static_cast<double>(Duration(kTarget).count()));
  double change = growing_ ? static_cast<double>(taken) : off * part * static_cast<double>(4 * wire::kFileChunk);
  size_ = std::clamp(size_ + change, kLeast, kMost);
}

void SendWindow::on_lost() {
  growing_ = false;
  size_ = std::max(size_ / 2, kLeast);
  sent_.clear();
}

}  // namespace lotse::files
