// Who is here: people in the session and in the lobby. Used by the host's page and the viewer's side panel.
#pragma once
#include "ui/page.h"

namespace lotse::ui {

/// One row a person, with what they do and, for whom may, a menu of what can be done.
void draw_people(PageContext& context, Column& column);
/// Those who wait to be let in, with their words.
void draw_lobby(PageContext& context, Column& column);

}  // namespace lotse::ui
