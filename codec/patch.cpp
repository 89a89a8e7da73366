#include "codec/patch.h"

#include <cstdlib>

#include "codec/pixel_codes.h"
#include "codec/zstd_frame.h"

namespace lotse::codec {
namespace {

constexpr std::size_t kMoveBytes = 12;
constexpr std::size_t kWorthPacking = 24;  // bytes of codes; zstd takes five for itself

// First byte of a payload: the number of moves and whether the codes are packed.
constexpr unsigned kPacked = 1;

void put_move(ByteWriter& out, const Move& move) {
  for (int value : {move.to.x, move.to.y, move.to.width, move.to.height, move.from.x, move.from.y})
    out.put(static_cast<std::uint16_t>(value));
}

Move get_move(ByteReader& in) {
  const int x = in.get<std::uint16_t>(), y = in.get<std::uint16_t>();
  const int width = in.get<std::uint16_t>(), height = in.get<std::uint16_t>();
  const int from_x = in.get<std::uint16_t>(), from_y = in.get<std::uint16_t>();
  return {{x, y, width, height}, {from_x, from_y}};
}

bool is_inside(const Rect& rect, Size screen) {
  return !rect.empty() && rect.right() <= screen.width && rect.bottom() <= screen.height;
}

bool is_slot(Size size) { return !size.empty() && size.width <= kSlotSide && size.height <= kSlotSide; }

}  // namespace

struct PatchEncoder::Impl {
  Bytes head, codes;
  PatchColors colors;
  std::size_t last = 0;
  PatchColors colors_before;  // the last slot
  Plane now, predicted;
  std::array<std::uint8_t, kMaxCodes> slot_codes;
  FramePacker packer{1};

  bool put(ByteView slot) {
    const bool has_room = slot.size() <= kMaxPatchCodes - codes.size();
    if (has_room) append(codes, slot);
    last = has_room ? slot.size() : 0;
    return has_room;
  }
};

PatchEncoder::PatchEncoder() : impl_(std::make_unique<Impl>()) { begin({}); }
PatchEncoder::~PatchEncoder() = default;

void PatchEncoder::begin(std::span<const Move> moves) {
  if (moves.size() > kMaxMoves) std::abort();
  Impl& my = *impl_;
  my.head.assign(1, static_cast<std::uint8_t>(moves.size() << 1));
  ByteWriter out(my.head);
  for (const Move& move : moves) put_move(out, move);
  my.codes.clear();
  my.colors = PatchColors();
  my.last = 0;
}

bool PatchEncoder::add(FrameView now, FrameView predicted) {
  if (!is_slot(now.size) || predicted.size != now.size) std::abort();
  Impl& my = *impl_;
  my.colors_before = my.colors;
  my.now.load(now);
  my.predicted.load(predicted);
  const std::uint8_t* begin = my.slot_codes.data();
  if (my.put({begin, write_patch_codes(my.now, my.predicted, my.colors, my.slot_codes.data())})) return true;
  my.colors = my.colors_before;
  return false;
}

bool PatchEncoder::keep() {
  impl_->colors_before = impl_->colors;
  return impl_->put({&kKeepRest, 1});
}

std::size_t PatchEncoder::last() const { return impl_->last; }

void PatchEncoder::drop_last() {
  Impl& my = *impl_;
  if (my.last == 0) return;
  my.codes.resize(my.codes.size() - my.last);
  my.colors = my.colors_before;
  my.last = 0;
}

Bytes PatchEncoder::finish() {
  Impl& my = *impl_;
  Bytes payload = my.head;
  ByteView stream = my.codes;
  if (my.codes.size() >= kWorthPacking) {
    const ByteView packed = my.packer.pack(my.codes);
    if (packed.size() < stream.size()) {
      payload[0] |= kPacked;
      stream = packed;
    }
  }
  append(payload, stream);
  return payload;
}

struct PatchDecoder::Impl {
  FrameUnpacker unpacker{kMaxPatchCodes};
  Plane plane;

  bool decode_slot(ByteReader& codes, PatchColors& colors, MutableFrameView slot) {
    plane.load(slot);
    if (!read_patch_codes(codes, colors, plane)) return false;
    plane.store(slot);
    return true;
  }
};

PatchDecoder::PatchDecoder() : impl_(std::make_unique<Impl>()) {}
PatchDecoder::~PatchDecoder() = default;

std::optional<std::vector<Move>> PatchDecoder::moves(ByteView payload, Size screen) {
  ByteReader in(payload);
  const std::size_t count = in.get<std::uint8_t>() >> 1;
  if (!in.ok() || count > kMaxMoves || in.left() < count * kMoveBytes) return std::nullopt;
  std::vector<Move> moves(count);
  for (Move& move : moves) {
    move = get_move(in);
    const Rect from{move.from.x, move.from.y, move.to.width, move.to.height};
    if (!is_inside(move.to, screen) || !is_inside(from, screen)) return std::nullopt;
  }
  return moves;
}

Result<Done, DecodeError> PatchDecoder::decode(ByteView payload, std::span<const MutableFrameView> slots) {
  ByteReader in(payload);
  const unsigned head = in.get<std::uint8_t>();
  in.take((head >> 1) * kMoveBytes);
  if (!in.ok()) return Unexpected{DecodeError::truncated};
  if (head >> 1 > kMaxMoves) return Unexpected{DecodeError::corrupt};
  ByteView stream = in.rest();
  if ((head & kPacked) != 0) {
    const auto unpacked = impl_->unpacker.unpack(stream);
    if (!unpacked) return Unexpected{DecodeError::corrupt};
    stream = *unpacked;
  }
  if (stream.size() > kMaxPatchCodes) return Unexpected{DecodeError::corrupt};
  ByteReader codes(stream);
  PatchColors colors;
  for (const MutableFrameView& slot : slots) {
    if (!is_slot(slot.size)) std::abort();
    if (codes.left() > 0 && stream[stream.size() - codes.left()] == kKeepRest) {
      codes.take(1);
    } else if (!impl_->decode_slot(codes, colors, slot)) {
      return Unexpected{DecodeError::corrupt};
    }
  }
  if (!codes.done()) return Unexpected{DecodeError::corrupt};
  return Done{};
}

void predict(FrameView before, std::span<const Move> moves, const Rect& area, MutableFrameView out) {
  copy_pixels(before.part(area), out);
  for (const Move& move : moves) {
    const Rect part = move.to.intersect(area);
    if (part.empty()) continue;
    const Point from{part.x - move.to.x + move.from.x, part.y - move.to.y + move.from.y};
    copy_pixels(before.part({from.x, from.y, part.width, part.height}),
                out.part({part.x - area.x, part.y - area.y, part.width, part.height}));
  }
}

}  // namespace lotse::codec
