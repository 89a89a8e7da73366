#include "desktop/cover.h"

#include <cstdlib>
#include <cstring>

namespace lotse::desktop {
namespace {

constexpr int kHalf = 128;
// Which of five rows is taken first, so that those taken lie as even as they can.
constexpr int kRank[] = {0, 3, 1, 4, 2};
// Of 255, for each channel: what rounding makes of one colour at half the alpha of the faintest marks.
constexpr int kSameColor = 5;

/// What of an image is shown: pixels with at least that alpha, and what is between two of them in a row that are not
/// more than `gap` apart; so many of five rows.
struct Choice {
  int least, rows, gap;
};

/// Runs of one row, as rectangles of height 1.
std::vector<Rect> runs_of(const std::uint8_t* alpha, int width, int y, const Choice& choice) {
  std::vector<Rect> runs;
  for (int x = 0; x < width; ++x) {
    if (alpha[static_cast<std::size_t>(x) * 4] < choice.least) continue;
    if (!runs.empty() && x - runs.back().right() <= choice.gap)
      runs.back().width = x + 1 - runs.back().x;
    else
      runs.push_back({x, y, 1, 1});
  }
  return runs;
}

bool same_runs(std::span<const Rect> above, const std::vector<Rect>& row) {
  return std::equal(above.begin(), above.end(), row.begin(), row.end(),
                    [](const Rect& a, const Rect& b) { return a.x == b.x && a.width == b.width && a.bottom() == b.y; });
}

bool near_color(std::uint32_t a, std::uint32_t b) {
  for (int shift : {0, 8, 16})
    if (std::abs(static_cast<int>(a >> shift & 255) - static_cast<int>(b >> shift & 255)) > kSameColor) return false;
  return true;
}

std::vector<Rect> parts_of(std::span<const std::uint8_t> argb, Size size, const Choice& choice) {
  std::vector<Rect> parts;
  std::size_t above = 0;  // where the last row begins
  for (int y = 0; y < size.height; ++y) {
    if (kRank[y % 5] >= choice.rows) continue;
    const std::size_t first = static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
    const std::vector<Rect> runs = runs_of(argb.data() + first * 4 + 3, size.width, y, choice);
    if (runs.empty()) continue;
    if (same_runs(std::span(parts).subspan(above), runs)) {
      for (std::size_t i = above; i < parts.size(); ++i) ++parts[i].height;
      continue;
    }
    above = parts.size();
    parts.insert(parts.end(), runs.begin(), runs.end());
  }
  return parts;
}

std::optional<std::uint32_t> color_of(std::span<const std::uint8_t> argb, Size size, const std::vector<Rect>& parts,
                                      int least) {
  const auto at = [&](int x, int y) {
    return argb.data() +
           (static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) + static_cast<std::size_t>(x)) * 4;
  };
  const std::uint8_t* best = nullptr;  // the most opaque one has suffered least from rounding
  for (const Rect& part : parts)
    for (int y = part.y; y < part.bottom(); ++y)
      for (int x = part.x; x < part.right(); ++x)
        if (!best || at(x, y)[3] > best[3]) best = at(x, y);
  if (!best) return std::nullopt;
  const std::uint32_t color = opaque_color(best);
  for (const Rect& part : parts)
    for (int y = part.y; y < part.bottom(); ++y)
      for (int x = part.x; x < part.right(); ++x)
        if (at(x, y)[3] >= least && !near_color(opaque_color(at(x, y)), color)) return std::nullopt;
  return color;
}

void copy_row(codec::MutableFrameView to, int y, const std::uint8_t* from) {
  std::memcpy(to.row(y), from, static_cast<std::size_t>(to.size.width) * 4);
}

/// `covered`: one for each pixel of the row. False when all are.
bool fill_row(std::uint8_t* row, const std::vector<bool>& covered) {
  const int width = static_cast<int>(covered.size());
  const auto pixel = [row](int x) { return row + static_cast<std::size_t>(x) * 4; };
  const auto is_covered = [&](int x) { return covered[static_cast<std::size_t>(x)]; };
  for (int x = 0; x < width;) {
    if (!is_covered(x)) {
      ++x;
      continue;
    }
    int end = x;
    while (end < width && is_covered(end)) ++end;
    if (x == 0 && end == width) return false;
    for (int i = x; i < end; ++i) {
      const bool left = end == width || (x > 0 && i - x < end - i);
      std::memcpy(pixel(i), pixel(left ? x - 1 : end), 4);
    }
    x = end;
  }
  return true;
}

}  // namespace

std::uint32_t opaque_color(const std::uint8_t* argb) {
  const unsigned alpha = argb[3];
  const auto plain = [alpha](unsigned value) { return alpha ? std::min(255u, (value * 255 + alpha / 2) / alpha) : 0; };
  return plain(argb[2]) << 16 | plain(argb[1]) << 8 | plain(argb[0]);
}

Cover cover_of(std::span<const std::uint8_t> argb, Size size) {
  Cover cover;
  int most = 0;
  for (std::size_t i = 3; i < argb.size(); i += 4) most = std::max<int>(most, argb[i]);
  if (most == 0) return cover;
  Choice choice{kHalf, 5, 0};
  if (most < kHalf) choice = {(most + 1) / 2, std::max(1, (most * 5 + 127) / 255), 0};
  cover.parts = parts_of(argb, size, choice);
  while (cover.parts.size() > kMostParts && choice.gap < size.width) {
    choice.gap = choice.gap * 2 + 1;
    cover.parts = parts_of(argb, size, choice);
  }
  cover.color = color_of(argb, size, cover.parts, choice.least);
  return cover;
}

void uncover(codec::MutableFrameView pixels, std::span<const Rect> cover, codec::FrameView before) {
  for (const Rect& part : cover) codec::copy_pixels(before.part(part), pixels.part(part));
}

void uncover_by_guess(codec::MutableFrameView pixels, std::span<const Rect> cover) {
  const auto width = static_cast<std::size_t>(pixels.size.width);
  std::vector<std::vector<bool>> covered(static_cast<std::size_t>(pixels.size.height));
  for (const Rect& part : cover)
    for (int y = part.y; y < part.bottom(); ++y) {
      std::vector<bool>& row = covered[static_cast<std::size_t>(y)];
      row.resize(width);
      std::fill_n(row.begin() + part.x, part.width, true);
    }
  const std::vector<std::uint8_t> black(width * 4);
  for (int y = 0; y < pixels.size.height; ++y) {
    const std::vector<bool>& row = covered[static_cast<std::size_t>(y)];
    if (!row.empty() && !fill_row(pixels.row(y), row)) copy_row(pixels, y, y ? pixels.row(y - 1) : black.data());
  }
}

}  // namespace lotse::desktop
