// Texts that need shaping, as textures: made when they are first seen, and kept as long as they are.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/geometry.h"
#include "ui/theme.h"

struct SDL_Renderer;
struct SDL_Texture;

namespace lotse::ui {

/// Of one window. Window's thread only.
class ShapedTexts {
 public:
  /// Bytes of a text.
  struct Span {
    std::size_t begin = 0, end = 0;
  };
  enum class Lines { one, many };
  struct Wish {
    std::string_view text;  // valid UTF-8
    int height = 0;         // of the font, pixels
    bool strong = false;
    int width = 0;  // that a line may have, pixels; 0: any
    Lines lines = Lines::one;
    Color color = 0, link_color = 0;
    std::vector<Span> links = {};  // underlined
  };
  struct Shaped {
    Rect box;                              // where it lies in a place `width` wide
    std::vector<std::vector<Rect>> links;  // pieces of each
    SDL_Texture* texture = nullptr;        // of the size of `box`; null: not wanted yet
    std::uint64_t seen = 0;                // in which frame
  };

  ShapedTexts() = default;
  ~ShapedTexts();
  ShapedTexts(const ShapedTexts&) = delete;
  ShapedTexts& operator=(const ShapedTexts&) = delete;

  /// Valid until the next call of next_frame().
  const Shaped& measured(const Wish& wish) { return find(wish); }
  /// The same with its texture, which is null only where the device has no memory for it.
  const Shaped& drawn(SDL_Renderer* renderer, const Wish& wish);
  /// Lets go what has not been seen lately, once it has become much.
  void next_frame();
  /// The device lost its textures.
  void forget();

 private:
  static constexpr std::size_t kMostTexts = 4096;
  static constexpr std::size_t kMostBytes = 32u << 20;  // of texts and textures
  Shaped& find(const Wish& wish);

  std::map<std::string, Shaped> texts_;
  std::size_t bytes_ = 0;
  std::uint64_t frame_ = 1;
};

}  // namespace lotse::ui
