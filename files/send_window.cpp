#include "files/send_window.h"

#include <algorithm>

#include "wire/limits.h"

namespace lotse::files {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTarget = 60ms;  // that a piece may wait on the way: it stands behind all else there
constexpr Duration kMinute = 60s;
constexpr std::size_t kFilter = 8;  // delays of which the least counts: a repair holds up some, a queue all
constexpr double kLeast = 2.0 * wire::kFileChunk;
// Less than a relay keeps for one receiver: what is more would be lost there.
constexpr double kMost = std::min<std::size_t>(wire::kFileWindow, wire::kReceiverFiles * 3 / 4);

double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

}  // namespace

void SendWindow::on_taken(std::size_t bytes, Duration delay, Instant now) {
  if (now - minute_ > kMinute) {
    before_ = least_;
    least_ = delay;
    minute_ = now;
  }
  least_ = std::min(least_, delay);
  lately_.push_back(delay);
  if (lately_.size() > kFilter) lately_.pop_front();
  Duration waited = *std::min_element(lately_.begin(), lately_.end()) - std::min(least_, before_);
  if (growing_ && waited > kTarget / 2) growing_ = false;
  const double taken = static_cast<double>(bytes);
  const double off = std::max(-1.0, 1.0 - seconds(waited) / seconds(kTarget));
  size_ = std::clamp(size_ + (growing_ ? taken : off * taken / size_ * 4.0 * wire::kFileChunk), kLeast, kMost);
}

void SendWindow::on_lost() {
  growing_ = false;
  size_ = std::max(size_ / 2, kLeast);
}

}  // namespace lotse::files
