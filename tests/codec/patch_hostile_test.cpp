#include <catch2/catch.hpp>

#include "base/text.h"
#include "codec/patch.h"
#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

constexpr int kGuard = 2;
constexpr std::uint8_t kMark = 0xA5;

struct Sample {
  Size size;
  Bytes payload;
};

// Decodes into slots that lie apart in a larger picture; fails when a pixel around them is touched.
bool decode_guarded(PatchDecoder& decoder, ByteView payload, Size screen) {
  const SlotGrid grid(screen);
  const int side = kSlotSide + kGuard;
  Image large({grid.columns() * side + kGuard, grid.rows() * side + kGuard});
  const MutableFrameView all = large.writable();
  std::fill(all.data, all.row(all.size.height), kMark);
  std::vector<Rect> places;
  std::vector<MutableFrameView> slots;
  for (std::uint32_t i = 0; i < grid.count(); ++i) {
    const Rect rect = grid.rect(SlotId{i});
    places.push_back({kGuard + rect.x / kSlotSide * side, kGuard + rect.y / kSlotSide * side, rect.width, rect.height});
    slots.push_back(all.part(places.back()));
    for (int y = 0; y < rect.height; ++y) std::fill_n(slots.back().row(y), rect.width * 4, std::uint8_t{0});
  }
  const bool decoded = decoder.decode(payload, slots).has_value();
  bool touched = false;
  for (int y = 0; y < all.size.height; ++y)
    for (int x = 0; x < all.size.width; ++x) {
      const bool inside = std::any_of(places.begin(), places.end(), [&](const Rect& r) { return r.contains({x, y}); });
      for (int byte = 0; byte < 4 && !inside; ++byte) touched |= all.row(y)[x * 4 + byte] != kMark;
    }
  CHECK_FALSE(touched);
  return decoded;
}

// Valid patches over black: with and without moves, packed and not, one slot and several.
std::vector<Sample> valid_samples() {
  std::vector<Sample> samples;
  Random random(41);
  PatchEncoder encoder;
  for (Size size : {Size{1, 1}, Size{9, 5}, Size{64, 64}, Size{70, 66}}) {
    const SlotGrid grid(size);
    for (const Image& image : {text_picture(size, random), patchwork_picture(size, random), Image(size)}) {
      for (std::size_t moves : {0, 3}) {
        encoder.begin(std::vector<Move>(moves, {{0, 0, 1, 1}, {0, 0}}));
        for (std::uint32_t i = 0; i < grid.count(); ++i) {
          const Rect rect = grid.rect(SlotId{i});
          REQUIRE(encoder.add(image.view().part(rect), Image(rect.size()).view()));
        }
        samples.push_back({size, encoder.finish()});
      }
    }
  }
  return samples;
}

TEST_CASE("every truncation of a patch, and what is behind it, is refused") {
  PatchDecoder decoder;
  for (const Sample& sample : valid_samples()) {
    const std::size_t whole = sample.payload.size();
    INFO(sample.size.width << "x" << sample.size.height << ", " << whole << " bytes");
    for (std::size_t size = 0; size < whole; size += size < 60 || size + 60 > whole ? 1 : 31) {
      REQUIRE_FALSE(decode_guarded(decoder, ByteView(sample.payload).first(size), sample.size));
      if (size < 1 + sample.payload[0] / 2 * 12u)
        REQUIRE_FALSE(PatchDecoder::moves(ByteView(sample.payload).first(size), sample.size));
    }
    for (int more : {0, 1, 0xC0, 0xE4, 0xFF}) {
      Bytes longer = sample.payload;
      longer.push_back(static_cast<std::uint8_t>(more));
      REQUIRE_FALSE(decode_guarded(decoder, longer, sample.size));
    }
    REQUIRE(decode_guarded(decoder, sample.payload, sample.size));  // and the decoder has survived it
  }
}

TEST_CASE("damaged patches stay inside their slots") {
  PatchDecoder decoder;
  Random random(std::random_device{}());
  for (const Sample& sample : valid_samples()) {
    const std::size_t step = 1 + sample.payload.size() / 150;
    for (std::size_t at = 0; at < sample.payload.size(); at += step) {
      Bytes damaged = sample.payload;
      damaged[at] ^= static_cast<std::uint8_t>(1 + random() % 255);
      (void)decode_guarded(decoder, damaged, sample.size);
      if (const auto moves = PatchDecoder::moves(damaged, sample.size))
        for (const Move& move : *moves)
          CHECK(move.to.intersect({0, 0, sample.size.width, sample.size.height}) == move.to);
    }
  }
  for (int round = 0; round < 2000; ++round) {
    Bytes noise(random() % 100);
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random());
    if (!noise.empty()) noise[0] %= 4;
    (void)decode_guarded(decoder, noise, {1 + static_cast<int>(random() % 90), 1 + static_cast<int>(random() % 90)});
  }
}

TEST_CASE("moves that leave the screen are refused, before or after") {
  const Size screen{100, 80};
  const auto taken = [&](Rect to, Point from) {
    Bytes payload{2};
    ByteWriter out(payload);
    for (int value : {to.x, to.y, to.width, to.height, from.x, from.y}) out.put(static_cast<std::uint16_t>(value));
    return PatchDecoder::moves(payload, screen).has_value();
  };
  CHECK(taken({0, 0, 100, 80}, {0, 0}));
  CHECK(taken({99, 79, 1, 1}, {0, 0}));
  CHECK(taken({10, 10, 90, 70}, {0, 0}));
  CHECK_FALSE(taken({10, 10, 91, 70}, {0, 0}));
  CHECK_FALSE(taken({10, 10, 90, 71}, {0, 0}));
  CHECK_FALSE(taken({0, 0, 90, 70}, {11, 10}));
  CHECK_FALSE(taken({0, 0, 90, 70}, {10, 11}));
  CHECK_FALSE(taken({0, 0, 0, 70}, {0, 0}));
  CHECK_FALSE(taken({0, 0, 10, 0}, {0, 0}));
  CHECK_FALSE(taken({65535, 0, 65535, 1}, {0, 0}));
  CHECK_FALSE(taken({100, 0, 1, 1}, {0, 0}));
}

TEST_CASE("more moves than there may be are refused") {
  Bytes payload;
  const auto with = [&](unsigned count) {
    payload.assign(1, static_cast<std::uint8_t>(count << 1));
    for (unsigned i = 0; i < count; ++i) append(payload, *from_hex("000000000001000100000000"));
    return ByteView(payload);
  };
  PatchDecoder decoder;
  CHECK(PatchDecoder::moves(with(64), {1, 1})->size() == 64);
  CHECK(decoder.decode(with(64), {}).has_value());
  CHECK_FALSE(PatchDecoder::moves(with(65), {1, 1}));
  CHECK(decoder.decode(with(65), {}).error() == DecodeError::corrupt);
  CHECK(decoder.decode({}, {}).error() == DecodeError::truncated);
}

TEST_CASE("a packed stream that claims or holds too much is refused") {
  PatchDecoder decoder;
  const auto decoded = [&](const char* hex) { return decoder.decode(*from_hex(hex), {}).has_value(); };
  CHECK(
      decoded("01200001"
              "0000"));                        // no codes for no slots
  CHECK(decoded("012000010000"));              // no codes for no slots
  CHECK(decoded("01a000000000010000"));        // the same said with four bytes
  CHECK_FALSE(decoded("01a0ffffffff010000"));  // 4 GiB
  CHECK_FALSE(decoded("012400010000"));        // a checksum
  CHECK_FALSE(decoded("0120000100002000010000"));
  CHECK_FALSE(decoded("012000010000502a4d1800000000"));
  Bytes raw(1 + kMaxPatchCodes + 1, kMark);
  raw[0] = 0;
  CHECK_FALSE(decoder.decode(raw, {}).has_value());
  // A frame of eight blocks of 128 KiB, all 0xFF, and `more` bytes: as many kept slots.
  const auto flood = [](std::uint8_t more) {
    Bytes payload = *from_hex("01a000001000");
    payload[2] = more;
    for (int i = 0; i < 8; ++i) append(payload, *from_hex("020010ff"));
    for (int byte : {more << 3 | 3, 0, 0, 0xFF}) payload.push_back(static_cast<std::uint8_t>(byte));
    return payload;
  };
  Image image({1, 1});
  std::vector<MutableFrameView> slots(kMaxPatchCodes, image.writable());
  CHECK(decoder.decode(flood(0), slots).has_value());
  slots.push_back(image.writable());
  CHECK_FALSE(decoder.decode(flood(1), slots).has_value());
  slots.resize(3);
  CHECK(decoder.decode(*from_hex("0120031b0000ff"), slots).has_value());  // three slots kept, by a run
  CHECK_FALSE(decoder.decode(*from_hex("0120041b0000ff"), slots).has_value());
}

}  // namespace
}  // namespace lotse::codec
