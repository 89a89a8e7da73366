#include "codec/plane.h"

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace lotse::codec {

#if defined(__SSE2__)
namespace {

// All ones for each of four pixels that are equal.
__m128i equal_four(const std::uint8_t* a, const std::uint8_t* b) {
  return _mm_cmpeq_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a)),
                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(b)));
}

}  // namespace

std::uint64_t equal_mask(const void* a, const void* b, int count) {
  const auto *p = static_cast<const std::uint8_t*>(a), *q = static_cast<const std::uint8_t*>(b);
  std::uint64_t mask = 0;
  int x = 0;
  for (; x + 16 <= count; x += 16, p += 64, q += 64) {
    const __m128i low = _mm_packs_epi32(equal_four(p, q), equal_four(p + 16, q + 16)),
                  high = _mm_packs_epi32(equal_four(p + 32, q + 32), equal_four(p + 48, q + 48));
    mask |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(low, high)))) << x;
  }
  for (; x + 4 <= count; x += 4, p += 16, q += 16)
    mask |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(equal_four(p, q))))) << x;
  for (; x < count; ++x, p += 4, q += 4) mask |= static_cast<std::uint64_t>(std::memcmp(p, q, 4) == 0) << x;
  return mask;
}
#else
std::uint64_t equal_mask(const void* a, const void* b, int count) {
  const auto *p = static_cast<const std::uint8_t*>(a), *q = static_cast<const std::uint8_t*>(b);
  std::uint64_t mask = 0;
  for (int x = 0; x < count; ++x) mask |= static_cast<std::uint64_t>(std::memcmp(p + x * 4, q + x * 4, 4) == 0) << x;
  return mask;
}
#endif

void Plane::load(FrameView from) {
  size = from.size;
  for (int y = 0; y < size.height; ++y) {
    std::uint32_t* out = row(y);
    std::memcpy(out, from.row(y), static_cast<std::size_t>(size.width) * 4);
    for (int x = 0; x < size.width; ++x) out[x] &= 0x00FFFFFF;
    out[-1] = y > 0 ? out[-kStride] : 0;
  }
  std::memcpy(row(-1), row(0) - 1, static_cast<std::size_t>(size.width) * 4);
}

void Plane::store(MutableFrameView to) const {
  for (int y = 0; y < size.height; ++y) std::memcpy(to.row(y), row(y), static_cast<std::size_t>(size.width) * 4);
}

void find_equal(const Plane& plane, int offset, PixelMask& equal) {
  for (int y = 0; y < plane.size.height; ++y)
    equal[static_cast<std::size_t>(y)] = equal_mask(plane.row(y), plane.row(y) + offset, plane.size.width);
}

void find_equal(const Plane& plane, const Plane& other, PixelMask& equal) {
  for (int y = 0; y < plane.size.height; ++y)
    equal[static_cast<std::size_t>(y)] = equal_mask(plane.row(y), other.row(y), plane.size.width);
}

void Repeats::find(const Plane& plane) {
  find_equal(plane, -1, left);
  find_equal(plane, -Plane::kStride, above);
}

}  // namespace lotse::codec
