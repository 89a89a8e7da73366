#include "ui/shaped_texts.h"

#include <SDL2/SDL.h>

#include <algorithm>

#include "paint/canvas.h"
#include "paint/text.h"

namespace lotse::ui {
namespace {

constexpr int kMostHeight = 8192;  // pixels of a texture: all devices have that
constexpr int kMostWidth = 8192;

/// Of 0xAABBGGRR.
std::uint32_t rgb_of(Color color) { return (color & 0xFF) << 16 | (color & 0xFF00) | (color >> 16 & 0xFF); }

paint::TextBlock block_of(const ShapedTexts::Wish& wish) {
  return {std::string(wish.text), std::max(1, wish.height), wish.strong ? paint::Weight::bold : paint::Weight::normal,
          wish.width,
          wish.lines == ShapedTexts::Lines::one ? paint::TextBlock::Lines::one : paint::TextBlock::Lines::many};
}

std::size_t bytes_of(const ShapedTexts::Shaped& text) {
  return text.texture == nullptr
             ? 0
             : static_cast<std::size_t>(text.box.width) * static_cast<std::size_t>(text.box.height) * 4;
}

std::string key_of(const ShapedTexts::Wish& wish) {
  std::string key;
  for (std::uint64_t n :
       {static_cast<std::uint64_t>(wish.height), static_cast<std::uint64_t>(wish.strong),
        static_cast<std::uint64_t>(wish.width), static_cast<std::uint64_t>(wish.lines),
        static_cast<std::uint64_t>(rgb_of(wish.color)), static_cast<std::uint64_t>(rgb_of(wish.link_color)),
        static_cast<std::uint64_t>(wish.links.size())})
    key += std::to_string(n) + " ";
  for (const auto& span : wish.links) key += std::to_string(span.begin) + "-" + std::to_string(span.end) + " ";
  return key.append(wish.text);
}

}  // namespace

ShapedTexts::~ShapedTexts() { forget(); }

ShapedTexts::Shaped& ShapedTexts::find(const Wish& wish) {
  auto [at, is_new] = texts_.try_emplace(key_of(wish));
  Shaped& shaped = at->second;
  shaped.seen = frame_;
  if (!is_new) return shaped;
  bytes_ += at->first.size();
  const paint::TextBlock block = block_of(wish);
  shaped.box = block.box();
  shaped.box.width = std::clamp(shaped.box.width, 0, kMostWidth);
  shaped.box.height = std::clamp(shaped.box.height, 0, kMostHeight);
  for (const Span& span : wish.links) shaped.links.push_back(block.places({span.begin, span.end}));
  return shaped;
}

const ShapedTexts::Shaped& ShapedTexts::drawn(SDL_Renderer* renderer, const Wish& wish) {
  Shaped& shaped = find(wish);
  if (shaped.texture != nullptr || shaped.box.empty()) return shaped;
  paint::Sprite sprite;
  {
    const paint::TextBlock block = block_of(wish);
    std::vector<paint::TextBlock::Part> parts;
    for (const Span& span : wish.links) parts.push_back({span.begin, span.end});
    paint::Canvas canvas(sprite, shaped.box);
    block.fill(canvas, rgb_of(wish.color), rgb_of(wish.link_color), parts);
  }
  // Straight alpha: not every renderer can blend premultiplied pixels.
  for (std::size_t i = 0; i + 3 < sprite.argb.size(); i += 4)
    for (std::size_t c = 0; c < 3; ++c)
      if (const int alpha = sprite.argb[i + 3]; alpha != 0)
        sprite.argb[i + c] = static_cast<std::uint8_t>(std::min(255, sprite.argb[i + c] * 255 / alpha));
  shaped.texture = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC, shaped.box.width,
                                     shaped.box.height);
  if (shaped.texture == nullptr) return shaped;
  SDL_SetTextureBlendMode(shaped.texture, SDL_BLENDMODE_BLEND);
  SDL_UpdateTexture(shaped.texture, nullptr, sprite.argb.data(), shaped.box.width * 4);
  bytes_ += bytes_of(shaped);
  return shaped;
}

void ShapedTexts::next_frame() {
  if (texts_.size() > kMostTexts || bytes_ > kMostBytes) {
    std::erase_if(texts_, [this](auto& entry) {
      if (entry.second.seen == frame_) return false;
      bytes_ -= bytes_of(entry.second) + entry.first.size();
      if (entry.second.texture != nullptr) SDL_DestroyTexture(entry.second.texture);
      return true;
    });
  }
  ++frame_;
}

void ShapedTexts::forget() {
  for (auto& [key, shaped] : texts_)
    if (shaped.texture != nullptr) SDL_DestroyTexture(shaped.texture);
  texts_.clear();
  bytes_ = 0;
}

}  // namespace lotse::ui
