// By which vectors parts of a picture may have moved.
#pragma once
#include <array>
#include <vector>

#include "codec/change_map.h"

namespace lotse::codec {

/// Takes pieces of rows full of changed details as anchors and looks for them in every eighth row of the picture
/// before; eight rows of anchors at a place make sure that one of them is met. Each place found votes for a vector.
/// Keeps its memory between calls; not thread-safe.
class MoveSearch {
 public:
  /// The vectors (new place less old one) with the most votes, best first. None is (0, 0).
  std::vector<Point> vectors(const ChangeMap& map);

 private:
  struct Anchor {
    std::uint32_t hash;
    Point at;
    int next;       // of the same bucket, or -1
    int tried = 0;  // places: one that is found everywhere says little
  };
  struct Vote {
    Point vector;
    int count = 0;
  };
  static constexpr std::size_t kBuckets = 1u << 13, kFilterBits = 1u << 16, kVotes = 1u << 14;

  void place_anchors(const ChangeMap& map);
  void add_anchors(const ChangeMap& map, Point at);
  void scan(const ChangeMap& map);
  void found(const ChangeMap& map, std::uint32_t hash, Point at);
  void vote(Point vector, int weight);

  std::vector<Anchor> anchors_;
  std::array<int, kBuckets> buckets_;
  std::array<std::uint64_t, kFilterBits / 64> filter_;
  std::vector<Vote> votes_;
  int tries_ = 0;  // for each anchor
};

}  // namespace lotse::codec
