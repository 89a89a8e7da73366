// The conflated values beside the picture of a screen: what it is, the pointer's place and shape, marks.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/geometry.h"
#include "codec/slot_codec.h"
#include "session/host.h"
#include "wire/limits.h"

namespace lotse::session {

/// Each has a channel and a version; the newest counts, and a new epoch sends it again as it is. Not thread-safe.
class ScreenStates {
 public:
  struct Geometry {
    Size size;
    std::string name;
    bool sharing = true, paused = false;
    codec::Colors colors = codec::Colors::full;
  };
  /// All others are said again behind it: viewers begin anew with a size.
  void set_geometry(const Geometry& geometry);
  void set_cursor(CursorImage shape);
  void set_cursor_position(Point position);
  /// The payload of a channel of marks (docs/protocol/marks.md).
  void set_marks(std::uint32_t channel, const std::string& payload) { set(channel, payload); }
  /// All that was ever said is due again.
  void repeat();
  /// What is due, in the order of channels. It stays due where `send` says false.
  using Send = std::function<bool(std::uint32_t channel, std::uint32_t version, ByteView payload)>;
  void send_due(const Send& send);

 private:
  struct State {
    Bytes payload;
    std::uint32_t version = 0;
    bool due = false;
  };
  void set(std::uint32_t channel, const std::string& payload);

  std::array<State, wire::kStateChannels> states_;
};

}  // namespace lotse::session
