#include "net/link/receive_stream.h"

#include <algorithm>

#include "net/link/datagram.h"
#include "wire/limits.h"

namespace lotse::net::link {

ReceiveStream::~ReceiveStream() {
  while (!parts_.empty()) drop_part(parts_.begin());
}

void ReceiveStream::drop_part(std::map<std::uint64_t, Bytes>::iterator part) {
  held_.now -= part->second.size() + kPartCost;
  parts_.erase(part);
}

ReceiveStream::Taken ReceiveStream::take(std::uint64_t offset, ByteView bytes) {
  if (broken_) return Taken::broken;
  if (offset + bytes.size() <= next_) return Taken::yes;  // known
  if (offset + bytes.size() > next_ + window_) return Taken::refused;
  if (offset < next_) {
    bytes = bytes.subspan(static_cast<std::size_t>(next_ - offset));
    offset = next_;
  }
  if (open_ && offset == next_) {
    append(bytes_, bytes);
    next_ += bytes.size();
    put_together();
  } else if (!keep(offset, bytes)) {
    return Taken::refused;
  }
  return Taken::yes;
}

/// Only what no other part has.
bool ReceiveStream::keep(std::uint64_t offset, ByteView bytes) {
  const std::uint64_t end = offset + bytes.size();
  auto after = parts_.upper_bound(offset);
  std::uint64_t at = offset;
  if (after != parts_.begin()) {
    auto before = std::prev(after);
    at = std::max(at, before->first + before->second.size());
  }
  while (at < end) {
    std::uint64_t stop = after == parts_.end() ? end : std::min(end, after->first);
    if (at < stop) {
      std::size_t size = static_cast<std::size_t>(stop - at);
      if (parts_.size() >= kMaxParts || held_.now + size + kPartCost > held_.most) return false;
      ByteView part = bytes.subspan(static_cast<std::size_t>(at - offset), size);
      parts_.emplace_hint(after, at, Bytes(part.begin(), part.end()));
      held_.now += size + kPartCost;
    }
    if (after == parts_.end()) break;
    at = std::max(stop, after->first + after->second.size());
    ++after;
  }
  return true;
}

void ReceiveStream::put_together() {
  while (!parts_.empty() && parts_.begin()->first <= next_) {
    auto part = parts_.begin();
    std::uint64_t end = part->first + part->second.size();
    if (end > next_) {
      append(bytes_, ByteView(part->second).subspan(static_cast<std::size_t>(next_ - part->first)));
      next_ = end;
    }
    drop_part(part);
  }
}

void ReceiveStream::open() {
  open_ = true;
  put_together();
}

/// Of the frame that begins at read_, when its head is here.
std::optional<std::size_t> ReceiveStream::frame_size(std::size_t& head) const {
  ByteReader in(ByteView(bytes_).subspan(read_));
  std::uint64_t size = read_varint(in);
  if (!in.ok()) return std::nullopt;
  head = bytes_.size() - read_ - in.left();
  return static_cast<std::size_t>(std::min<std::uint64_t>(size, wire::kMaxFrame + 1));
}

std::optional<Bytes> ReceiveStream::next() {
  std::size_t head = 0;
  auto size = frame_size(head);
  if (!size || broken_) return std::nullopt;
  if (*size == 0 || *size > wire::kMaxFrame) {
    broken_ = true;
    return std::nullopt;
  }
  if (bytes_.size() - read_ - head < *size) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(read_));
    read_ = 0;
    return std::nullopt;
  }
  auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(read_ + head);
  Bytes frame(begin, begin + static_cast<std::ptrdiff_t>(*size));
  read_ += head + *size;
  if (read_ == bytes_.size()) bytes_.clear(), read_ = 0;
  ++given_;
  return frame;
}

}  // namespace lotse::net::link
