// The presenter's picture and pointer as textures: only what changed is loaded.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/geometry.h"
#include "ui/backend.h"
#include "ui/picture_scaling.h"

struct SDL_Renderer;
struct SDL_Texture;

namespace lotse::ui {

/// One place of one window where a picture is drawn. Window's thread only.
class PictureTexture {
 public:
  PictureTexture() = default;
  ~PictureTexture();
  PictureTexture(const PictureTexture&) = delete;
  PictureTexture& operator=(const PictureTexture&) = delete;
  /// Takes over what changed since the last call; true when something did. Null: there is nothing to show.
  bool update(SDL_Renderer* renderer, const std::shared_ptr<SharedPicture>& picture);
  /// The device lost its textures: everything is loaded again.
  void forget();
  /// How large it will be drawn: `scale` window pixels a picture pixel. Takes effect with the next update(); true when
  /// that is needed.
  bool wish_scale(double scale);
  SDL_Texture* texture() const { return texture_; }
  SDL_Texture* cursor_texture() const { return cursor_texture_; }
  Size size() const { return size_; }
  const SharedPicture::Cursor& cursor() const { return cursor_; }  // without its pixels
  const SharedPicture::Marks& marks() const { return marks_; }

 private:
  void load(SDL_Renderer* renderer, codec::FrameView picture, const std::vector<Rect>& changed);
  void load_cursor(SDL_Renderer* renderer, const SharedPicture::Cursor& cursor);

  SDL_Texture* texture_ = nullptr;
  SDL_Texture* cursor_texture_ = nullptr;
  Size size_;
  /// How the texture is made from the picture.
  struct Look {
    Zoom zoom = 1;
    bool smooth = true;  // between pixels; whole multiples stay sharp
    bool operator==(const Look&) const = default;
  };
  Look wish_, look_;
  SharedPicture::Cursor cursor_;
  SharedPicture::Marks marks_;
  std::uint64_t marks_seen_ = 0;
  std::shared_ptr<SharedPicture> source_;
  std::vector<std::uint8_t> zoomed_;
};

}  // namespace lotse::ui
