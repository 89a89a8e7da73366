// What is small and new may stand elsewhere already: a letter that is typed stood in some line before.
#pragma once
#include <functional>
#include <vector>

#include "codec/moves.h"

namespace lotse::codec {

/// Rectangles of `area` in `now` whose pixels stand elsewhere in `before`, of the same size; for small areas, since all
/// of the picture near them is looked through: one to three ms. The `to`s are disjoint, at most four, each worth more
/// than it costs. `usable` says whether a rectangle of `before` may be taken from. Empty when `area` is larger than
/// kSmallArea.
std::vector<Move> find_small_copies(FrameView before, FrameView now, const Rect& area,
                                    const std::function<bool(const Rect&)>& usable);
inline constexpr Size kSmallArea{128, 64};

/// The smallest rectangle of `area` with all pixels that differ.
Rect changed_area(FrameView before, FrameView now, const Rect& area);

}  // namespace lotse::codec
