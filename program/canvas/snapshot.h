// A picture as a PNG file.
#pragma once
#include <string>

#include "codec/frame.h"
#include "record/pointer.h"

namespace lotse::program {

/// Writes `picture`, its B, G and R exactly, with `cursor` drawn in where there is one, to `file`: whoever looks finds
/// the old file or the whole new one. Takes some tens of milliseconds for 1920x1080. Throws std::runtime_error with one
/// clear line; then nothing has changed.
void write_snapshot(const std::string& file, codec::FrameView picture, const record::PointerImage* cursor = nullptr);

}  // namespace lotse::program
