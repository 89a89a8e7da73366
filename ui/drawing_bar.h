// The second tool bar, while somebody draws: with what, in which colour, and how it goes away again.
#pragma once
#include "ui/mark_tools.h"
#include "ui/page.h"

namespace lotse::ui {

/// What there is to take back on the picture.
struct Drawn {
  bool own = false, any = false;
};

/// Draws it in the middle of `place`, with its lower edge at `bottom`; returns where it is.
Box draw_drawing_bar(PageContext& context, Box place, float bottom, MarkChoice& choice, MarkTools& tools, Drawn drawn);

}  // namespace lotse::ui
