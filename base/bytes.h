// Bytes as they travel: owned, viewed, read and written big endian.
#pragma once
#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lotse {

// std::uint8_t rather than std::byte: every library below us (OpenSSL, libsodium, libjpeg, zstd) speaks unsigned char.
using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }
inline bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// Appends integers, big endian, and runs of bytes to a buffer that it does not own.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}

  template <std::unsigned_integral T>
  ByteWriter& put(T value) {
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
      out_.push_back(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }
  ByteWriter& put(ByteView bytes) {
    append(out_, bytes);
    return *this;
  }
  ByteWriter& put(std::string_view text) { return put(as_bytes(text)); }
  /// u16 length, then the bytes. The caller keeps them below 64 KiB.
  ByteWriter& put_lv(ByteView bytes) { return put(static_cast<std::uint16_t>(bytes.size())).put(bytes); }

 private:
  Bytes& out_;
};

/// Reads what a stranger wrote. After the first read past the end every read gives zeros and `ok()` is false: parse all
/// fields, then look at `done()` once.
class ByteReader {
 public:
  explicit ByteReader(ByteView in) : in_(in) {}

  template <std::unsigned_integral T>
  T get() {
    ByteView bytes = take(sizeof(T));
    T value = 0;
    for (std::uint8_t byte : bytes) value = static_cast<T>(static_cast<std::uint64_t>(value) << 8 | byte);
    return value;
  }
  /// The next `size` bytes, or none (and `ok()` turns false) when there are fewer.
  ByteView take(std::size_t size) {
    if (!ok_ || size > in_.size()) {
      ok_ = false;
      return {};
    }
    ByteView bytes = in_.first(size);
    in_ = in_.subspan(size);
    return bytes;
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> value{};
    ByteView bytes = take(N);
    if (!bytes.empty()) std::memcpy(value.data(), bytes.data(), N);
    return value;
  }
  ByteView take_lv() { return take(get<std::uint16_t>()); }
  ByteView rest() { return take(in_.size()); }
  std::size_t left() const { return in_.size(); }
  bool ok() const { return ok_; }
  /// Everything was there and nothing is left over.
  bool done() const { return ok_ && in_.empty(); }

 private:
  ByteView in_;
  bool ok_ = true;
};

}  // namespace lotse
