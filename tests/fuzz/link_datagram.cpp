// Datagrams from a stranger, and what is inside them from a peer: what is taken is within its bounds and comes back as
// it was when it is written again.
#include <cstdlib>

#include "net/link/datagram.h"

using namespace lotse;
using namespace lotse::net::link;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_ack(const Ack& ack) {
  check(!ack.ranges.empty() && ack.ranges.size() <= kMaxAckRanges);
  std::uint64_t before = std::uint64_t{1} << 32;
  for (const Range& range : ack.ranges) {
    check(range.begin < range.end && range.end <= before);  // apart from the one before, by one at least
    before = range.begin == 0 ? 0 : range.begin - 1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  if (auto header = parse_clear_header(bytes)) {
    Bytes again;
    write_clear_header(*header, again);
    check(equal(again, bytes.first(kClearHeader)));
  }
  auto pieces = parse_pieces(bytes);
  if (!pieces) return 0;
  Bytes written;
  for (const Piece& piece : *pieces) {
    if (auto* ack = std::get_if<Ack>(&piece)) check_ack(*ack);
    if (auto* part = std::get_if<Data>(&piece)) check(part->offset + part->bytes.size() <= kMaxOffset);
    write_piece(piece, written);
  }
  auto again = parse_pieces(written);
  check(again && again->size() == pieces->size());
  Bytes twice;
  for (const Piece& piece : *again) write_piece(piece, twice);
  check(twice == written);
  return 0;
}
