#include "ui/picture_texture.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <cmath>

namespace lotse::ui {
namespace {
constexpr int kMaxCursorSide = 512;  // pixels; X11's largest are 256
constexpr int kBand = 256;           // rows that are zoomed at once
}  // namespace

PictureTexture::~PictureTexture() {
  if (source_) source_->leave(this);
  forget();
}

void PictureTexture::forget() {
  if (texture_ != nullptr) SDL_DestroyTexture(texture_);
  if (cursor_texture_ != nullptr) SDL_DestroyTexture(cursor_texture_);
  texture_ = cursor_texture_ = nullptr;
}

bool PictureTexture::update(SDL_Renderer* renderer, const std::shared_ptr<SharedPicture>& picture) {
  bool changed_anything = source_ != picture;
  if (changed_anything) {
    if (source_) source_->leave(this);
    source_ = picture;
    forget();
    size_ = {};
    cursor_ = {};
    marks_ = {};
    marks_seen_ = 0;
  }
  if (!source_) return changed_anything;
  if (auto marks = source_->take_marks(marks_seen_)) {
    marks_ = std::move(*marks);
    changed_anything = true;
  }
  source_->take(
      this, [&](codec::FrameView view, const std::vector<Rect>& changed, const SharedPicture::Cursor& cursor) {
        const bool new_shape = cursor.shape_serial != cursor_.shape_serial || cursor.size != cursor_.size;
        changed_anything = changed_anything || !changed.empty() || wish_ != look_ || view.size != size_ || new_shape ||
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
  if ((picture.size != size_ || wish_ != look_) && texture_ != nullptr) {
    SDL_DestroyTexture(texture_);
    texture_ = nullptr;
  }
  size_ = picture.size;
  if (picture.size.empty()) return;
  auto upload = [&](const Rect& r) {
    SDL_Rect rect{r.x, r.y, r.width, r.height};
    if (look_.zoom == 1) {
      SDL_UpdateTexture(texture_, &rect, picture.part(r).data, static_cast<int>(picture.stride));
      return;
    }
    Rect to = zoomed(r, look_.zoom, size_);
    for (Rect band = to; band.y < to.bottom(); band.y += kBand) {
      band.height = std::min(kBand, to.bottom() - band.y);
      const std::size_t stride = static_cast<std::size_t>(band.width) * 4;
      zoomed_.resize(stride * static_cast<std::size_t>(band.height));
      zoom_into(picture, look_.zoom, band, {zoomed_.data(), band.size(), stride});
      SDL_Rect at{band.x, band.y, band.width, band.height};
      SDL_UpdateTexture(texture_, &at, zoomed_.data(), static_cast<int>(stride));
    }
  };
  const Rect whole{0, 0, size_.width, size_.height};
  if (texture_ == nullptr) {
    look_ = wish_;
    const Size large = zoomed(size_, look_.zoom);
    // B G R X in memory is XRGB8888 as a little-endian number.
    texture_ =
        SDL_CreateTexture(renderer, SDL_PIXELFORMAT_XRGB8888, SDL_TEXTUREACCESS_STREAMING, large.width, large.height);
    if (texture_ == nullptr) return;
    SDL_SetTextureBlendMode(texture_, SDL_BLENDMODE_NONE);
    SDL_SetTextureScaleMode(texture_, look_.smooth ? SDL_ScaleModeLinear : SDL_ScaleModeNearest);
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

bool PictureTexture::wish_scale(double scale) {
  wish_.zoom = zoom_for(scale, size_);
  wish_.smooth = wish_.zoom != 1 || scale != std::floor(scale);
  return wish_ != look_;
}

}  // namespace lotse::ui
