// May somebody see, control or record this screen? The answer is No unless the person says otherwise.
#pragma once
#include "ui/page.h"

namespace lotse::ui {

/// Draws the oldest open question, if there is one.
void draw_consent_dialog(PageContext& context);

}  // namespace lotse::ui
