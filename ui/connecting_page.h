// What happens on the way into a session, as a list of steps with times; and the questions about the relay.
#pragma once
#include "ui/page.h"

namespace lotse::ui {

/// The steps in a column: done ones with their time, the one in work, those to come.
void draw_steps(PageContext& context, Column& column);
void draw_connecting_page(PageContext& context);
/// First contact with a relay (six words), or a changed key: a hard stop.
void draw_trust_page(PageContext& context);

}  // namespace lotse::ui
