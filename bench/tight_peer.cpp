#include "bench/tight_peer.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "bench/codec_peers.h"

namespace lotse::bench {
namespace {

constexpr int kBlock = 16;               // pixels
constexpr int kLeastSolid = 2048;        // pixels
constexpr int kMostArea = 65536;         // of one rectangle, pixels
constexpr int kMostWidth = 2048;         // pixels
constexpr std::size_t kMostColors = 96;  // of a palette, where JPEG is the other choice
constexpr std::size_t kUnpacked = 12;    // bytes: less goes as it is
constexpr std::size_t kRectHead = 12;    // position, size, encoding
constexpr int kZlibLevel = 3;
constexpr int kQuality = 92;

std::uint32_t color_at(codec::FrameView frame, int x, int y) {
  std::uint32_t color;
  std::memcpy(&color, frame.row(y) + x * 4, 4);
  return color;
}

bool is_solid(codec::FrameView frame, const Rect& r, std::uint32_t color) {
  for (int y = r.y; y < r.bottom(); ++y)
    for (int x = r.x; x < r.right(); ++x)
      if (color_at(frame, x, y) != color) return false;
  return true;
}

std::size_t length_bytes(std::size_t length) { return length < 128 ? 1 : length < 16384 ? 2 : 3; }

// One of Tight's zlib streams: goes on from rectangle to rectangle.
class Stream {
 public:
  Stream() { deflateInit(&zlib_, kZlibLevel); }
  ~Stream() { deflateEnd(&zlib_); }
  std::size_t pack(std::vector<std::uint8_t>& bytes) {
    if (bytes.size() < kUnpacked) return bytes.size();
    out_.resize(bytes.size() + bytes.size() / 100 + 256);
    zlib_.next_in = bytes.data();
    zlib_.avail_in = static_cast<uInt>(bytes.size());
    zlib_.next_out = out_.data();
    zlib_.avail_out = static_cast<uInt>(out_.size());
    deflate(&zlib_, Z_SYNC_FLUSH);
    const std::size_t size = out_.size() - zlib_.avail_out;
    return size + length_bytes(size);
  }

 private:
  z_stream zlib_{};
  std::vector<std::uint8_t> out_;
};

}  // namespace

struct TightPeer::Impl {
  Stream mono, indexed;
  codec::FrameView screen;
  int columns = 0, rows = 0;  // of blocks
  std::vector<bool> to_send;  // by block
  std::size_t bytes = 0;

  Rect block_rect(int column, int row, int width, int height) const {
    return Rect{column * kBlock, row * kBlock, width * kBlock, height * kBlock}.intersect(
        {0, 0, screen.size.width, screen.size.height});
  }
  bool wanted(int column, int row) const { return to_send[static_cast<std::size_t>(row * columns + column)]; }
  bool all_solid(int column, int row, int width, std::uint32_t color) const {
    for (int i = 0; i < width; ++i)
      if (!wanted(column + i, row) || !is_solid(screen, block_rect(column + i, row, 1, 1), color)) return false;
    return true;
  }
  void clear(int column, int row, int width, int height) {
    for (int y = row; y < row + height; ++y)
      for (int x = column; x < column + width; ++x) to_send[static_cast<std::size_t>(y * columns + x)] = false;
  }

  // The largest solid area whose top left block this is.
  void take_solid(int column, int row) {
    const std::uint32_t color = color_at(screen, column * kBlock, row * kBlock);
    int widest = columns - column, best_width = 0, best_height = 0;
    for (int height = 1; row + height <= rows; ++height) {
      int width = 0;
      while (width < widest && all_solid(column + width, row + height - 1, 1, color)) ++width;
      if (width == 0) break;
      widest = width;
      if (width * height > best_width * best_height) best_width = width, best_height = height;
    }
    const Rect rect = block_rect(column, row, best_width, best_height);
    if (rect.width * rect.height < kLeastSolid) return;
    bytes += kRectHead + 1 + 3;
    clear(column, row, best_width, best_height);
  }

  // What is left, in bands of rows with the same spans.
  void send_rest() {
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        if (!wanted(column, row)) continue;
        int width = 1, height = 1;
        while (column + width < columns && wanted(column + width, row)) ++width;
        const auto same_span = [&](int y) {
          if (column > 0 && wanted(column - 1, y)) return false;
          if (column + width < columns && wanted(column + width, y)) return false;
          for (int x = column; x < column + width; ++x)
            if (!wanted(x, y)) return false;
          return true;
        };
        while (row + height < rows && same_span(row + height)) ++height;
        send(block_rect(column, row, width, height));
        clear(column, row, width, height);
      }
    }
  }

  void send(const Rect& rect) {
    const int width = std::min(rect.width, kMostWidth), height = std::max(1, std::min(rect.height, kMostArea / width));
    for (int y = rect.y; y < rect.bottom(); y += height)
      for (int x = rect.x; x < rect.right(); x += width)
        send_part({x, y, std::min(width, rect.right() - x), std::min(height, rect.bottom() - y)});
  }

  void send_part(const Rect& rect) {
    std::unordered_map<std::uint32_t, std::uint8_t> palette;
    std::vector<std::uint8_t> indices;
    for (int y = rect.y; y < rect.bottom() && palette.size() <= kMostColors; ++y)
      for (int x = rect.x; x < rect.right() && palette.size() <= kMostColors; ++x)
        indices.push_back(
            palette.try_emplace(color_at(screen, x, y), static_cast<std::uint8_t>(palette.size())).first->second);
    bytes += kRectHead + 1;
    if (palette.size() > kMostColors) {
      const std::size_t size = jpeg_tile(screen.part(rect), kQuality, Chroma::full).size();
      bytes += size + length_bytes(size);
    } else if (palette.size() == 1) {
      bytes += 3;
    } else if (palette.size() > 2) {
      bytes += 2 + palette.size() * 3 + indexed.pack(indices);
    } else {
      std::vector<std::uint8_t> bits(static_cast<std::size_t>((rect.width + 7) / 8 * rect.height));
      for (std::size_t i = 0; i < indices.size(); ++i) {
        const std::size_t row_bytes = static_cast<std::size_t>(rect.width + 7) / 8, row = i / rect.width,
                          x = i % rect.width;
        bits[row * row_bytes + x / 8] |= static_cast<std::uint8_t>(indices[i] << (7 - x % 8));
      }
      bytes += 2 + 6 + mono.pack(bits);
    }
  }
};

TightPeer::TightPeer() : impl_(std::make_unique<Impl>()) {}
TightPeer::~TightPeer() = default;

std::size_t TightPeer::update(codec::FrameView screen, const codec::SlotGrid& grid, std::span<const SlotId> changed) {
  Impl& my = *impl_;
  my.screen = screen;
  my.bytes = changed.empty() ? 0 : 4;
  my.columns = (screen.size.width + kBlock - 1) / kBlock;
  my.rows = (screen.size.height + kBlock - 1) / kBlock;
  my.to_send.assign(static_cast<std::size_t>(my.columns * my.rows), false);
  for (SlotId slot : changed) {
    const Rect r = grid.rect(slot);
    for (int y = r.y / kBlock; y * kBlock < r.bottom(); ++y)
      for (int x = r.x / kBlock; x * kBlock < r.right(); ++x)
        my.to_send[static_cast<std::size_t>(y * my.columns + x)] = true;
  }
  for (int row = 0; row < my.rows; ++row)
    for (int column = 0; column < my.columns; ++column)
      if (my.wanted(column, row)) my.take_solid(column, row);
  my.send_rest();
  return my.bytes;
}

}  // namespace lotse::bench
