// A screen that is no monitor's: plain white, to draw on.
#pragma once
#include <memory>

#include "desktop/screen_source.h"

namespace lotse::desktop {

inline constexpr Size kWhiteboardSize{1600, 1000};

/// Needs no display. Its one frame never changes: what is drawn on it are marks. It has no thread and calls its handler
/// from inside the calls to it.
std::unique_ptr<ScreenSource> make_whiteboard();

}  // namespace lotse::desktop
