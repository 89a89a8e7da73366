// A picture with its pointer in a window, and the textures of all pictures that a window shows.
#pragma once
#include <map>
#include <memory>
#include <vector>

#include "ui/kit.h"
#include "ui/picture_layout.h"
#include "ui/picture_texture.h"

namespace lotse::ui {

/// Draws `picture`, the pointer and the marks on it as `layout` says, cut at `clip`. `own`: see draw_marks.
void draw_picture_view(Kit& kit, Box clip, const PictureLayout& layout, PictureTexture& picture,
                       const std::vector<session::Stroke>& own = {});
/// A box of the page in pixels of the window.
Rect pixels_of(Kit& kit, Box box);

/// Window's thread only.
class PictureSet {
 public:
  using Key = SharedPictures::Key;
  /// Takes over what changed of the pictures that are `shown`, and lets go of all others. True when something changed.
  bool update(SDL_Renderer* renderer, SharedPictures& pictures, const std::vector<Key>& shown);
  /// Null where there is nothing to draw.
  PictureTexture* find(Key key);
  /// The device lost its textures.
  void forget();

 private:
  std::map<Key, std::unique_ptr<PictureTexture>> textures_;
};

}  // namespace lotse::ui
