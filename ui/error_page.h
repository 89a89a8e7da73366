// How a session failed or ended: what happened, what to do, and the one button that does it.
#pragma once
#include "ui/page.h"

namespace lotse::ui {

/// `retry`: does again what failed.
void draw_error_page(PageContext& context, const std::function<void()>& retry);
void draw_ended_page(PageContext& context, long seconds);

}  // namespace lotse::ui
