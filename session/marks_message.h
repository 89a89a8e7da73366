// Marks as messages and as states beside a picture. docs/protocol/marks.md
#pragma once
#include <optional>
#include <vector>

#include "session/marks.h"

namespace lotse::wire::pb {
class Arrows;
class Mark_Draw;
class Strokes;
class Strokes_Stroke;
}  // namespace lotse::wire::pb

namespace lotse::session {

/// A stroke as its presenter keeps it; what is of higher order lies above.
struct KeptStroke {
  Stroke stroke;
  std::uint32_t order = 0;
};

/// A part of a stroke, of which `from` points are there already.
struct StrokePart {
  Stroke stroke;
  std::size_t from = 0;
};

void write_draw(const StrokePart& part, wire::pb::Mark_Draw& out);
/// By `member`. Nothing when it is no stroke: an unknown tool, too many points, a text without letters.
std::optional<StrokePart> read_draw(ParticipantId member, const wire::pb::Mark_Draw& in);

void write_arrow(const Arrow& arrow, wire::pb::Arrows& out);
/// Clamped and bounded; of more than wire::kMaxArrows the first.
std::vector<Arrow> read_arrows(const wire::pb::Arrows& in);

void write_stroke(const KeptStroke& kept, wire::pb::Strokes_Stroke& out);
/// Without those that are none.
std::vector<KeptStroke> read_strokes(const wire::pb::Strokes& in);

/// A point that a mark may have: no farther outside than a screen may be large.
Point mark_point(int x, int y);

}  // namespace lotse::session
