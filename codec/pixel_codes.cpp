#include "codec/pixel_codes.h"

#include <algorithm>
#include <bit>

namespace lotse::codec {
namespace {

// The first byte of a code. docs/protocol/slots.md has the tables.
constexpr int kIndex = 0x00;    // + place in the table of recent colours
constexpr int kSmall = 0x40;    // + three differences of two bits
constexpr int kMedium = 0x80;   // + difference of green; a byte with the two others follows
constexpr int kRuns = 0xC0;     // to 0xFD; divided up as KeyCodes and PatchCodes say
constexpr int kLiteral = 0xFE;  // three bytes of colour follow

// Codes of one kind of run: first + length - 1 up to `shorts` pixels, then one code that a byte follows.
struct Run {
  int first, shorts;
  int longest() const { return shorts + 256; }
  bool has(int code) const { return code >= first && code <= first + shorts; }
};
struct KeyCodes {
  using Colors = KeyColors;
  static constexpr bool kPatches = false;
  static constexpr Run kLeft{0xC0, 30}, kAbove{0xDF, 30};
};
struct PatchCodes {
  using Colors = PatchColors;
  static constexpr bool kPatches = true;
  static constexpr Run kLeft{0xC0, 13}, kAbove{0xCE, 13}, kKeep{0xE4, 24};
  static constexpr int kWideIndex =
      0xDC;  // + the upper three bits of a place among many; a byte with the others follows
  static constexpr int kLongKeep = 0xFD;  // two bytes follow
};

int channel(std::uint32_t color, int shift) { return static_cast<int>(color >> shift & 0xFF); }

// LOCO-I's median edge detector: one of the neighbours at an edge, the plane through the three elsewhere. Written so
// that compilers find no branch in it: what it decides on is noise to a branch predictor.
int median_edge(int left, int above, int corner) {
  const int low = left < above ? left : above, high = left < above ? above : left;
  int value = left + above - corner;
  value = value < low ? low : value;
  return value > high ? high : value;
}

struct Prediction {
  int b, g, r;
};
Prediction predict(const std::uint32_t* pixel) {
  const std::uint32_t left = pixel[-1], above = pixel[-Plane::kStride], corner = pixel[-Plane::kStride - 1];
  return {median_edge(channel(left, 0), channel(above, 0), channel(corner, 0)),
          median_edge(channel(left, 8), channel(above, 8), channel(corner, 8)),
          median_edge(channel(left, 16), channel(above, 16), channel(corner, 16))};
}

std::uint32_t color_of(int b, int g, int r) {
  return static_cast<std::uint32_t>((b & 0xFF) | (g & 0xFF) << 8 | (r & 0xFF) << 16);
}

// How many pixels from (x, y) on, in reading order, have their bit set.
int run_length(const PixelMask& bits, Size size, int x, int y) {
  const std::uint64_t ahead = bits[static_cast<std::size_t>(y)] >> x;
  if ((ahead & 1) == 0) return 0;
  int length = std::countr_one(ahead);
  if (x + length < size.width) return length;
  while (++y < size.height) {
    const int more = std::countr_one(bits[static_cast<std::size_t>(y)]);
    length += more;
    if (more < size.width) break;
  }
  return length;
}

std::uint8_t* write_run(std::uint8_t* out, Run run, int length) {
  if (length <= run.shorts) {
    *out++ = static_cast<std::uint8_t>(run.first + length - 1);
  } else {
    *out++ = static_cast<std::uint8_t>(run.first + run.shorts);
    *out++ = static_cast<std::uint8_t>(length - run.shorts - 1);
  }
  return out;
}

std::uint8_t* write_keep(std::uint8_t* out, int length) {
  if (length <= PatchCodes::kKeep.longest()) return write_run(out, PatchCodes::kKeep, length);
  *out++ = PatchCodes::kLongKeep;
  *out++ = static_cast<std::uint8_t>(length >> 8);
  *out++ = static_cast<std::uint8_t>(length);
  return out;
}

std::uint8_t* write_difference(std::uint8_t* out, const std::uint32_t* pixel) {
  const Prediction p = predict(pixel);
  const int b = static_cast<std::int8_t>(channel(*pixel, 0) - p.b),
            g = static_cast<std::int8_t>(channel(*pixel, 8) - p.g),
            r = static_cast<std::int8_t>(channel(*pixel, 16) - p.r);
  const auto fits = [](int value, int reach) { return value >= -reach && value < reach; };
  if (fits(b, 2) && fits(g, 2) && fits(r, 2)) {
    *out++ = static_cast<std::uint8_t>(kSmall | (r + 2) << 4 | (g + 2) << 2 | (b + 2));
  } else if (fits(g, 32) && fits(b - g, 8) && fits(r - g, 8)) {
    *out++ = static_cast<std::uint8_t>(kMedium | (g + 32));
    *out++ = static_cast<std::uint8_t>((r - g + 8) << 4 | (b - g + 8));
  } else {
    *out++ = kLiteral;
    *out++ = static_cast<std::uint8_t>(*pixel);
    *out++ = static_cast<std::uint8_t>(*pixel >> 8);
    *out++ = static_cast<std::uint8_t>(*pixel >> 16);
  }
  return out;
}

template <class Codes>
std::uint8_t* write_color(std::uint8_t* out, const std::uint32_t* pixel, typename Codes::Colors& colors) {
  if (colors.few.has(*pixel)) {
    *out++ = static_cast<std::uint8_t>(kIndex | colors.few.place_of(*pixel));
    return out;
  }
  std::uint8_t* end = write_difference(out, pixel);
  if constexpr (Codes::kPatches) {
    if (end - out > 2 && colors.many.has(*pixel)) {
      const std::uint32_t place = colors.many.place_of(*pixel);
      out[0] = static_cast<std::uint8_t>(Codes::kWideIndex + (place >> 8));
      out[1] = static_cast<std::uint8_t>(place);
      end = out + 2;
    }
  }
  colors.put(*pixel);
  return end;
}

template <class Codes>
std::uint8_t* write_codes(const Plane& plane, const Repeats& repeats, const PixelMask* kept,
                          typename Codes::Colors& colors, std::uint8_t* out) {
  const Size size = plane.size;
  int to_draw = plane.count();
  for (int y = 0, x = 0; to_draw > 0;) {
    const std::uint32_t* pixel = plane.row(y) + x;
    const int left = run_length(repeats.left, size, x, y), above = run_length(repeats.above, size, x, y);
    const int keep = Codes::kPatches ? run_length(*kept, size, x, y) : 0;
    int length = std::max({left, above, keep});
    if (length == 0) {
      length = 1;
      out = write_color<Codes>(out, pixel, colors);
    } else if (Codes::kPatches && length == keep) {
      if (length == to_draw) {
        *out++ = kKeepRest;
        return out;
      }
      out = write_keep(out, length);
    } else {
      const Run run = length == left ? Codes::kLeft : Codes::kAbove;
      length = std::min(length, run.longest());
      out = write_run(out, run, length);
    }
    to_draw -= length;
    for (x += length; x >= size.width; x -= size.width) ++y;
  }
  return out;
}

// Where the next pixel goes; keeps the neighbours that a Plane promises.
class Cursor {
 public:
  explicit Cursor(Plane& plane) : row_(plane.row(0)), width_(plane.size.width), left_(plane.count()) {
    row_[-1] = row_[-Plane::kStride] = 0;
  }
  int left() const { return left_; }
  std::uint32_t* pixel() { return row_ + x_; }
  void put(std::uint32_t color) {
    row_[x_] = color;
    advance(1);
  }
  /// Repeats the left neighbours; `length` at most left(). The same holds for the others.
  void repeat_left(int length) {
    for_pieces(length, [](std::uint32_t* out, int count) { std::fill_n(out, count, out[-1]); });
  }
  void repeat_above(int length) {
    if (y_ == 0) {  // where above is left
      const int count = std::min(length, width_ - x_);
      repeat_left(count);
      length -= count;
    }
    for_pieces(length, [](std::uint32_t* out, int count) { std::copy_n(out - Plane::kStride, count, out); });
  }
  void keep(int length) {
    for_pieces(length, [](std::uint32_t*, int) {});
  }

 private:
  template <class Write>
  void for_pieces(int length, Write write) {
    while (length > 0) {
      const int count = std::min(length, width_ - x_);
      write(pixel(), count);
      advance(count);
      length -= count;
    }
  }
  void advance(int count) {
    if (y_ == 0) std::copy_n(pixel(), count, pixel() + 1 - Plane::kStride);
    left_ -= count;
    x_ += count;
    if (x_ < width_) return;
    x_ = 0;
    ++y_;
    row_ += Plane::kStride;
    row_[-1] = row_[-Plane::kStride];
  }

  std::uint32_t* row_;
  int width_, x_ = 0, y_ = 0, left_;
};

// Zero for a run that is cut or longer than what is left.
int checked_length(const ByteReader& in, int length, const Cursor& cursor) {
  return in.ok() && length <= cursor.left() ? length : 0;
}

int read_length(ByteReader& in, int code, Run run, const Cursor& cursor) {
  const int number = code - run.first;
  return checked_length(in, number == run.shorts ? run.shorts + 1 + in.get<std::uint8_t>() : number + 1, cursor);
}

int read_keep(ByteReader& in, int code, const Cursor& cursor) {
  if (code == kKeepRest) return cursor.left();
  if (code == PatchCodes::kLongKeep) return checked_length(in, in.get<std::uint16_t>(), cursor);
  return read_length(in, code, PatchCodes::kKeep, cursor);
}

std::uint32_t read_color(ByteReader& in, int code, const std::uint32_t* pixel) {
  if (code == kLiteral) {
    const int b = in.get<std::uint8_t>(), g = in.get<std::uint8_t>(), r = in.get<std::uint8_t>();
    return color_of(b, g, r);
  }
  const Prediction p = predict(pixel);
  if (code < kMedium) return color_of(p.b + (code & 3) - 2, p.g + (code >> 2 & 3) - 2, p.r + (code >> 4 & 3) - 2);
  const int g = (code & 0x3F) - 32, others = in.get<std::uint8_t>();
  return color_of(p.b + g + (others & 15) - 8, p.g + g, p.r + g + (others >> 4) - 8);
}

// The run that `code` begins; false: none, or not one that fits.
template <class Codes>
bool read_run(ByteReader& in, int code, Cursor& cursor) {
  int length = 0;
  if (Codes::kLeft.has(code)) {
    cursor.repeat_left(length = read_length(in, code, Codes::kLeft, cursor));
  } else if (Codes::kAbove.has(code)) {
    cursor.repeat_above(length = read_length(in, code, Codes::kAbove, cursor));
  } else if (Codes::kPatches) {
    cursor.keep(length = read_keep(in, code, cursor));
  }
  return length > 0;
}

template <class Codes>
constexpr bool is_wide_index(int code) {
  if constexpr (Codes::kPatches) return code >= Codes::kWideIndex && code < Codes::kWideIndex + 8;
  return false;
}
std::uint32_t read_wide_index(ByteReader& in, int code, const PatchColors& colors) {
  return colors.many.at(static_cast<std::uint32_t>(code - PatchCodes::kWideIndex) << 8 | in.get<std::uint8_t>());
}

// One slot's codes.
template <class Codes>
bool read_codes(ByteReader& in, typename Codes::Colors& colors, Plane& plane) {
  Cursor cursor(plane);
  while (cursor.left() > 0) {
    const int code = in.get<std::uint8_t>();
    if (!in.ok()) return false;
    if (code < kSmall) {
      cursor.put(colors.few.at(static_cast<std::uint32_t>(code)));
    } else if (code < kRuns || code == kLiteral) {
      const std::uint32_t color = read_color(in, code, cursor.pixel());
      colors.put(color);
      cursor.put(color);
    } else if (is_wide_index<Codes>(code)) {
      if constexpr (Codes::kPatches) {
        const std::uint32_t color = read_wide_index(in, code, colors);
        colors.put(color);
        cursor.put(color);
      }
    } else if (!read_run<Codes>(in, code, cursor)) {
      return false;
    }
  }
  return in.ok();
}

}  // namespace

void PatchColors::put_all(const Plane& plane) {
  PixelMask repeats;
  find_equal(plane, -1, repeats);
  const std::uint64_t row_bits = ~std::uint64_t{0} >> (kSlotSide - plane.size.width);
  for (int y = 0; y < plane.size.height; ++y)
    for (std::uint64_t begins = ~repeats[static_cast<std::size_t>(y)] & row_bits; begins != 0; begins &= begins - 1)
      put(plane.row(y)[std::countr_zero(begins)]);
}

std::uint8_t* write_key_codes(const Plane& plane, const Repeats& repeats, std::uint8_t* out) {
  KeyColors colors;
  return write_codes<KeyCodes>(plane, repeats, nullptr, colors, out);
}

bool read_key_codes(ByteView codes, Plane& plane) {
  KeyColors colors;
  ByteReader in(codes);
  return read_codes<KeyCodes>(in, colors, plane) && in.done();
}

std::uint8_t* write_patch_codes(const Plane& plane, const Plane& base, PatchColors& colors, std::uint8_t* out) {
  PixelMask kept;
  find_equal(plane, base, kept);
  if (run_length(kept, plane.size, 0, 0) == plane.count()) {
    *out++ = kKeepRest;
    return out;
  }
  colors.put_all(base);
  Repeats repeats;
  repeats.find(plane);
  return write_codes<PatchCodes>(plane, repeats, &kept, colors, out);
}

bool read_patch_codes(ByteReader& codes, PatchColors& colors, Plane& plane) {
  colors.put_all(plane);
  return read_codes<PatchCodes>(codes, colors, plane);
}

}  // namespace lotse::codec
