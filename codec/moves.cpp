#include "codec/moves.h"

#include <algorithm>
#include <tuple>

#include "codec/change_map.h"
#include "codec/move_search.h"

namespace lotse::codec {
namespace {

constexpr int kWorthMoving = 150;         // details: what costs well more to send than the move itself
constexpr int kCrumb = 200;               // a move explains at least one of so many changed details
constexpr int kWorthSearching = 300;      // changed details
constexpr std::size_t kKnownVectors = 4;  // that are tried first
constexpr std::size_t kMostSteps = 24;    // moves a frame; what is left after so many is small
constexpr int kExplained = 70;            // per cent of the changed details: then nothing else is looked for
constexpr int kNearlyAll = 93;            // per cent that one vector explains: the others found are not weighed
constexpr std::size_t kCheapSearch = 48;  // slots that are searched every time
constexpr int kMostMisses = 4;            // 2^4 frames: the longest that nobody searches

struct Candidate {
  Point vector;
  ChangeMap::Scores scores, left;  // in all; where nothing has been moved yet
  Rect cells;                      // the best of what is left
  int gain = 0;
};

}  // namespace

struct MoveFinder::Impl {
  ChangeMap map;
  MoveSearch search;
  std::vector<Point> known;  // vectors, the last used first
  std::vector<Candidate> candidates;
  int misses = 0, to_skip = 0;
  std::size_t missed_slots = 0;  // dirty ones at the last miss

  void add(Point vector) {
    for (const Candidate& candidate : candidates)
      if (candidate.vector == vector) return;
    candidates.push_back({vector, map.score(vector), {}, {}, 0});
  }

  // The best rectangle of all candidates, again and again until nothing is worth it. Also says what was gained.
  std::pair<std::vector<Move>, int> take() {
    const int worth = std::max(kWorthMoving, map.changed_details() / kCrumb);
    for (Candidate& candidate : candidates) {
      candidate.left = candidate.scores;
      std::tie(candidate.cells, candidate.gain) = map.best(candidate.left);
    }
    std::vector<Move> moves;
    int gained = 0;
    while (moves.size() < kMostSteps) {
      const auto best = std::max_element(candidates.begin(), candidates.end(),
                                         [](const auto& a, const auto& b) { return a.gain < b.gain; });
      if (best == candidates.end() || best->gain < worth) break;
      const Rect to = map.fit(best->cells, best->vector, moves);
      if (to.empty()) {
        best->gain = 0;
        continue;
      }
      gained += best->gain;
      moves.push_back({to, {to.x - best->vector.x, to.y - best->vector.y}});
      for (Candidate& candidate : candidates) {
        if (candidate.gain < worth) continue;
        map.forbid(candidate.left, to);
        if (!map.pixels_of(candidate.cells).intersect(to).empty())
          std::tie(candidate.cells, candidate.gain) = map.best(candidate.left);
      }
    }
    return {std::move(moves), gained};
  }

  void remember(std::span<const Move> moves) {
    std::vector<Point> vectors;
    const auto keep = [&](Point vector) {
      if (vectors.size() < kKnownVectors && std::find(vectors.begin(), vectors.end(), vector) == vectors.end())
        vectors.push_back(vector);
    };
    for (const Move& move : moves) keep({move.to.x - move.from.x, move.to.y - move.from.y});
    for (Point vector : known) keep(vector);
    known = std::move(vectors);
  }

  bool may_search(std::size_t dirty) {
    if (dirty <= kCheapSearch) return true;
    const bool other = dirty > missed_slots * 2 || dirty * 2 < missed_slots;
    if (misses < 2 || other) return true;
    return to_skip-- <= 0;
  }
  void note_search(std::size_t dirty, bool success) {
    if (dirty <= kCheapSearch) return;
    misses = success ? 0 : std::min(misses + 1, kMostMisses);
    to_skip = (1 << misses) - 1;
    missed_slots = success ? 0 : dirty;
    if (misses >= 2) known.clear();
  }
};

MoveFinder::MoveFinder() : impl_(std::make_unique<Impl>()) {}
MoveFinder::~MoveFinder() = default;

std::vector<Move> MoveFinder::find(FrameView before, FrameView now, const SlotGrid& grid,
                                   std::span<const SlotId> dirty) {
  Impl& my = *impl_;
  if (dirty.empty() || before.size != now.size || now.size != grid.size()) return {};
  const bool may_search = my.may_search(dirty.size());
  if (my.known.empty() && !may_search) return {};
  my.map.look(before, now, grid, dirty);
  const int changed = my.map.changed_details();
  my.candidates.clear();
  for (Point vector : my.known) my.add(vector);
  auto [moves, gained] = my.take();
  if (may_search && changed - gained > std::max(kWorthSearching, changed / 100 * (100 - kExplained))) {
    for (Point vector : my.search.vectors(my.map)) {
      my.add(vector);
      if (my.map.best(my.candidates.back().scores).second > changed / 100 * kNearlyAll) break;
    }
    // All over again: what a known vector has gained may be a part of what another one explains better.
    auto [all_moves, all_gained] = my.take();
    my.note_search(dirty.size(), all_gained > gained);
    moves = std::move(all_moves);
  }
  my.remember(moves);
  return moves;
}

}  // namespace lotse::codec
