// Where the benches' pictures come from: recorded desktops and a drawn one.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "codec/frame.h"

namespace lotse::bench {

/// Called with every frame in turn; the view dies with the call.
using OnFrame = std::function<void(codec::FrameView)>;

/// Decodes the first video track of `file` with libavcodec. Throws std::runtime_error that says what is wrong with it.
void play_recording(const std::string& file, const OnFrame& on_frame);
/// Lines of glyph-like strokes that scroll, beside a still photo. The same frames with every call.
void play_drawn_scene(Size size, int frames, const OnFrame& on_frame);
/// The .mkv files of the folder that LOTSE_CORPUS names, or of ../shared/corpus; sorted.
std::vector<std::string> recorded_scenes();

}  // namespace lotse::bench
