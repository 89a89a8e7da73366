// The pointer that is shown where the system does not tell its own.
#pragma once
#include "desktop/screen_source.h"

namespace lotse::desktop {

/// An arrow, white with a black edge.
CursorShape arrow_cursor();

}  // namespace lotse::desktop
