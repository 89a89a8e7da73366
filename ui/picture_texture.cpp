#include "ui/picture_texture.h"

#include <SDL2/SDL.h>

namespace lotse::ui {
namespace {
constexpr int kMaxCursorSide = 512;  // pixels; X11's largest are 256
}

PictureTexture::~PictureTexture() { forget(); }

void PictureTexture::forget() {
  if (texture_ != nullptr) SDL_DestroyTexture(texture_);
  if (cursor_texture_ != nullptr) SDL_DestroyTexture(cursor_texture_);
  texture_ = cursor_texture_ = nullptr;
}

bool PictureTexture::update(SDL_Renderer* renderer, SharedPicture& picture) {
  bool changed_anything = false;
  picture.take([&](codec::FrameView view, const std::vector<Rect>& changed, const SharedPicture::Cursor& cursor) {
    const bool new_shape = cursor.shape_serial != cursor_.shape_serial || cursor.size != cursor_.size;
    changed_anything = !changed.empty() || smooth_ != smooth_now_ || view.size != size_ || new_shape ||
                       cursor.position != cursor_.position || cursor.visible != cursor_.visible;
    load(renderer, view, changed);
    if (new_shape || (cursor_texture_ == nullptr && !cursor.size.empty())) load_cursor(renderer, cursor);
    cursor_.size = cursor.size;
    cursor_.hotspot = cursor.hotspot;
    cursor_.position = cursor.position;
    cursor_.visible = cursor.visible;
    cursor_.shape_serial = cursor.shape_serial;
  });
  return changed_anything;
}

void PictureTexture::load(SDL_Renderer* renderer, codec::FrameView picture, const std::vector<Rect>& changed) {
  // The way of scaling is set with a new texture only: SDL's OpenGL renderer binds the texture when it changes, forgets
  // that it did, and draws the next things with it; loading pixels afterwards puts that right.
  if ((picture.size != size_ || smooth_ != smooth_now_) && texture_ != nullptr) {
    SDL_DestroyTexture(texture_);
    texture_ = nullptr;
  }
  size_ = picture.size;
  if (picture.size.empty()) return;
  auto upload = [&](const Rect& r) {
    SDL_Rect rect{r.x, r.y, r.width, r.height};
    SDL_UpdateTexture(texture_, &rect, picture.part(r).data, static_cast<int>(picture.stride));
  };
  const Rect whole{0, 0, size_.width, size_.height};
  if (texture_ == nullptr) {
    // B G R X in memory is XRGB8888 as a little-endian number.
    texture_ =
        SDL_CreateTexture(renderer, SDL_PIXELFORMAT_XRGB8888, SDL_TEXTUREACCESS_STREAMING, size_.width, size_.height);
    if (texture_ == nullptr) return;
    SDL_SetTextureBlendMode(texture_, SDL_BLENDMODE_NONE);
    SDL_SetTextureScaleMode(texture_, smooth_ ? SDL_ScaleModeLinear : SDL_ScaleModeNearest);
    smooth_now_ = smooth_;
    upload(whole);
    return;
  }
  for (const Rect& r : changed)
    if (Rect inside = r.intersect(whole); !inside.empty()) upload(inside);
}

void PictureTexture::load_cursor(SDL_Renderer* renderer, const SharedPicture::Cursor& cursor) {
  if (cursor_texture_ != nullptr) SDL_DestroyTexture(cursor_texture_);
  cursor_texture_ = nullptr;
  const Size s = cursor.size;
  if (s.empty() || s.width > kMaxCursorSide || s.height > kMaxCursorSide) return;
  if (cursor.argb.size() < static_cast<std::size_t>(s.width) * static_cast<std::size_t>(s.height) * 4) return;
  cursor_texture_ = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC, s.width, s.height);
  if (cursor_texture_ == nullptr) return;
  // The shape comes premultiplied; not every renderer can blend so, hence back to straight alpha.
  std::vector<std::uint8_t> straight(cursor.argb.begin(), cursor.argb.begin() + s.width * s.height * 4);
  for (std::size_t i = 0; i + 3 < straight.size(); i += 4)
    for (std::size_t c = 0; c < 3; ++c)
      if (straight[i + 3] != 0)
        straight[i + c] = static_cast<std::uint8_t>(std::min(255, straight[i + c] * 255 / straight[i + 3]));
  SDL_SetTextureBlendMode(cursor_texture_, SDL_BLENDMODE_BLEND);
  SDL_UpdateTexture(cursor_texture_, nullptr, straight.data(), s.width * 4);
}

bool PictureTexture::wish_smooth(bool smooth) {
  smooth_ = smooth;
  return smooth_ != smooth_now_;
}

}  // namespace lotse::ui
