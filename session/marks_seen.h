// The marks on a screen of another member, as its presenter tells them. docs/protocol/marks.md
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "base/bytes.h"
#include "session/marks_message.h"

namespace lotse::session {

class MarksSeen {
 public:
  static bool is_channel(std::uint32_t channel);
  /// The newest of that channel. False: it is none.
  bool take(std::uint32_t channel, ByteView payload);
  const std::vector<Arrow>& arrows() const { return arrows_; }
  /// In their order.
  const std::vector<Stroke>& strokes() const { return strokes_; }

 private:
  std::vector<Arrow> arrows_;
  std::map<std::uint32_t, std::vector<KeptStroke>> pages_;  // by channel
  std::vector<Stroke> strokes_;
};

}  // namespace lotse::session
