// What members point at and draw, over a picture: drawn by the window itself, so it is sharp at any zoom.
#pragma once
#include <vector>

#include "ui/backend.h"
#include "ui/kit.h"
#include "ui/mark_tools.h"
#include "ui/picture_layout.h"

namespace lotse::ui {

/// The `marks` of a picture that lies as `layout` says, cut at `clip`. `own`: strokes that stand in for those of the
/// same number among the marks, or come on top of them.
void draw_marks(Kit& kit, Box clip, const PictureLayout& layout, const SharedPicture::Marks& marks,
                const std::vector<session::Stroke>& own);

/// The field of a text that is being written, where it will stand; nothing when there is none. Enter sends it, Escape
/// drops it. Returns where the field is.
Box draw_text_entry(Kit& kit, Box place, const PictureLayout& layout, MarkTools& tools, Instant now);

}  // namespace lotse::ui
