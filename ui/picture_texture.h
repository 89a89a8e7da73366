// The presenter's picture and pointer as textures: only what changed is loaded.
#pragma once
#include <cstdint>
#include <vector>

#include "base/geometry.h"
#include "ui/backend.h"

struct SDL_Renderer;
struct SDL_Texture;

namespace lotse::ui {

/// Window's thread only.
class PictureTexture {
 public:
  ~PictureTexture();
  /// Takes over what changed since the last call; true when something did.
  bool update(SDL_Renderer* renderer, SharedPicture& picture);
  /// The device lost its textures: everything is loaded again.
  void forget();
  /// `smooth`: between pixels; false for whole multiples, which stay sharp. Takes effect with the next update(); true
  /// when that is needed.
  bool wish_smooth(bool smooth);
  SDL_Texture* texture() const { return texture_; }
  SDL_Texture* cursor_texture() const { return cursor_texture_; }
  Size size() const { return size_; }
  const SharedPicture::Cursor& cursor() const { return cursor_; }  // without its pixels

 private:
  void load(SDL_Renderer* renderer, codec::FrameView picture, const std::vector<Rect>& changed);
  void load_cursor(SDL_Renderer* renderer, const SharedPicture::Cursor& cursor);

  SDL_Texture* texture_ = nullptr;
  SDL_Texture* cursor_texture_ = nullptr;
  Size size_;
  bool smooth_ = true, smooth_now_ = true;
  SharedPicture::Cursor cursor_;
};

}  // namespace lotse::ui
