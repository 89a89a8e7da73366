// What a window shows, as a picture file.
#pragma once
#include <string>

struct SDL_Renderer;

namespace lotse::ui {

/// Writes what was drawn so far and not shown yet. False when the file cannot be written.
bool save_renderer_png(SDL_Renderer* renderer, const std::string& file);

}  // namespace lotse::ui
