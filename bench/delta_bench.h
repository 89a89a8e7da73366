// Frames as changes of the ones before: moves and patches beside single slots and beside TigerVNC's rules.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bench/stopwatch.h"
#include "bench/tight_peer.h"
#include "codec/change.h"
#include "codec/patch.h"

namespace lotse::bench {

struct DeltaFigures {
  int frames = 0;  // without the first
  std::size_t slots = 0, moves = 0, patched = 0, kept = 0, keys = 0;
  std::size_t ours = 0, patches = 0, all_keys = 0, tight = 0;  // bytes
  Stopwatch find, encode, encode_keys, tight_encode, decode;
  double slowest_find_ms = 0;
};

/// One scene. Starts from a viewer that has the first frame exactly, as after a moment of rest. A slot goes into the
/// patch, or as a KEY where that is smaller or the viewer holds only a JPEG of what it would build on.
class DeltaBench {
 public:
  void frame(codec::FrameView screen);
  const DeltaFigures& figures() const { return figures_; }

 private:
  void begin(codec::FrameView screen);
  void encode(codec::FrameView screen, std::span<const SlotId> changed);
  codec::EncodedSlot key_of(codec::FrameView screen, SlotId slot);
  bool add_to_patch(codec::FrameView screen, SlotId slot, codec::FrameView base,
                    std::optional<codec::EncodedSlot>& key);
  bool is_exact(const Rect& area) const;
  std::vector<SlotId> touched(std::span<const SlotId> changed) const;
  void receive(codec::FrameView screen, ByteView patch);
  void apply(ByteView patch);

  DeltaFigures figures_;
  codec::ChangeDetector detector_;
  codec::MoveFinder finder_;
  codec::SlotEncoder slot_encoder_;
  codec::SlotDecoder slot_decoder_;
  codec::PatchEncoder patch_encoder_;
  codec::PatchDecoder patch_decoder_;
  TightPeer tight_;
  codec::Image before_, shown_;  // the frame before; what the viewer has
  std::vector<bool> exact_;      // by slot: the viewer has just that
  std::vector<codec::Move> moves_;
  std::vector<SlotId> in_patch_;
  std::vector<std::pair<SlotId, codec::EncodedSlot>> keys_;
};

/// Prints a row for each scene, then the means.
class DeltaReport {
 public:
  /// `json_command`: the command that is named in lines of JSON; empty for a table.
  explicit DeltaReport(std::string json_command);
  void add(const std::string& name, const DeltaFigures& figures);
  void finish() const;

 private:
  std::string json_command_;
  double logs_ = 0;  // of the peer's bytes by ours
  int scenes_ = 0;
};

}  // namespace lotse::bench
