#include "net/link/send_stream.h"

#include <algorithm>

#include "net/link/datagram.h"

namespace lotse::net::link {

void SendStream::push(SharedFrame frame, std::uint64_t order) {
  Entry entry{std::move(frame), end_, order, {}, 0};
  Bytes head;
  write_varint(entry.frame->size(), head);
  std::copy(head.begin(), head.end(), entry.head.begin());
  entry.head_size = static_cast<std::uint8_t>(head.size());
  end_ = entry.end();
  entries_.push_back(std::move(entry));
}

std::optional<Range> SendStream::next(std::size_t room) {
  if (!lost_.empty()) {
    Range lost = lost_.ranges().front();
    lost.end = std::min(lost.end, lost.begin + room);
    lost_.remove(lost);
    return lost;
  }
  if (!has_new()) return std::nullopt;
  Range fresh{sent_, std::min({end_, acked_ + window_, sent_ + room})};
  sent_ = fresh.end;
  return fresh;
}

std::optional<Range> SendStream::repeat(std::size_t room) const {
  std::uint64_t end = std::min(sent_, acked_ + room);
  if (end <= acked_) return std::nullopt;
  auto parts = ahead_.missing({acked_, end});
  return parts.empty() ? std::nullopt : std::optional(parts.front());
}

void SendStream::append_bytes(Range range, Bytes& out) const {
  auto at = std::partition_point(entries_.begin(), entries_.end(),
                                 [&](const Entry& entry) { return entry.end() <= range.begin; });
  for (; range.begin < range.end; ++at) {
    std::uint64_t frame_at = at->begin + at->head_size;
    for (; range.begin < std::min(frame_at, range.end); ++range.begin) out.push_back(at->head[range.begin - at->begin]);
    std::uint64_t stop = std::min(range.end, at->end());
    if (range.begin < stop) append(out, ByteView(*at->frame).subspan(range.begin - frame_at, stop - range.begin));
    range.begin = std::max(range.begin, stop);
  }
}

void SendStream::on_acked(Range range) {
  range.begin = std::max(range.begin, acked_);
  if (range.begin >= range.end) return;
  lost_.remove(range);
  ahead_.add(range);
  const Range& first = ahead_.ranges().front();
  if (first.begin > acked_) return;
  acked_ = first.end;
  ahead_.remove({0, acked_});
  while (!entries_.empty() && entries_.front().end() <= acked_) {
    entries_.pop_front();
    ++gone_;
  }
}

void SendStream::on_lost(Range range) {
  range.begin = std::max(range.begin, acked_);
  for (Range part : ahead_.missing(range)) lost_.add(part);
}

std::deque<SendStream::Kept> SendStream::take_kept() {
  std::deque<Kept> kept;
  for (Entry& entry : entries_) kept.push_back({std::move(entry.frame), entry.order});
  entries_.clear();
  lost_.clear();
  ahead_.clear();
  gone_ += kept.size();
  acked_ = sent_ = end_;
  return kept;
}

}  // namespace lotse::net::link
