#include "ui/picture_view.h"

#include <algorithm>

#include "ui/marks_view.h"

namespace lotse::ui {

Rect pixels_of(Kit& kit, Box box) {
  const float scale = kit.window().scale();
  return {static_cast<int>(box.x * scale), static_cast<int>(box.y * scale), static_cast<int>(box.width * scale),
          static_cast<int>(box.height * scale)};
}

void draw_picture_view(Kit& kit, Box clip, const PictureLayout& layout, PictureTexture& picture,
                       const std::vector<session::Stroke>& own) {
  const float scale = kit.window().scale();
  auto points = [&](double x, double y, double width, double height) {
    return Box{static_cast<float>(x) / scale, static_cast<float>(y) / scale, static_cast<float>(width) / scale,
               static_cast<float>(height) / scale};
  };
  if (picture.wish_scale(layout.scale)) kit.request_frame();
  kit.picture(clip, points(layout.x, layout.y, layout.width(), layout.height()), picture.texture());
  const auto& cursor = picture.cursor();
  if (cursor.visible && picture.cursor_texture() != nullptr)
    kit.picture(clip,
                points(layout.x + (cursor.position.x - cursor.hotspot.x) * layout.scale,
                       layout.y + (cursor.position.y - cursor.hotspot.y) * layout.scale,
                       cursor.size.width * layout.scale, cursor.size.height * layout.scale),
                picture.cursor_texture());
  draw_marks(kit, clip, layout, picture.marks(), own);
}

bool PictureSet::update(SDL_Renderer* renderer, SharedPictures& pictures, const std::vector<Key>& shown) {
  bool changed = std::erase_if(textures_, [&](const auto& entry) {
                   return std::find(shown.begin(), shown.end(), entry.first) == shown.end();
                 }) > 0;
  for (Key key : shown) {
    auto& texture = textures_[key];
    if (!texture) texture = std::make_unique<PictureTexture>();
    changed = texture->update(renderer, pictures.find(key)) || changed;
  }
  return changed;
}

PictureTexture* PictureSet::find(Key key) {
  auto found = textures_.find(key);
  bool drawable = found != textures_.end() && found->second->texture() != nullptr;
  return drawable ? found->second.get() : nullptr;
}

void PictureSet::forget() {
  for (auto& [key, texture] : textures_) texture->forget();
}

}  // namespace lotse::ui
