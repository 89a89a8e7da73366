#include "ui/fonts.h"

#include <imgui/imgui.h>
#include <imgui/imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "base/text.h"
#include "ui/glyph.h"

namespace lotse::ui {
namespace {

// A window never shows so many at once: beyond that a flood of strange letters starts the collection anew.
constexpr std::size_t kMaxGlyphs = 6000;
// Yi syllables, the largest run that entry fields let through (they refuse the private-use area). Whoever writes Yi
// gets stand-ins too, so nothing is lost.
constexpr char32_t kFirstStandIn = 0xA000, kLastStandIn = 0xA48C;
constexpr int kAtlasWidth = 1024, kGap = 1;

bool is_stand_in(char32_t letter) { return letter >= kFirstStandIn && letter <= kLastStandIn; }

struct Loaded {
  Glyph glyph;
  int x = 0, y = 0;
};

}  // namespace

struct Fonts::Impl {
  float scale;
  GlyphPainter painter;
  ImFontAtlas atlas;
  std::array<ImFontConfig, kTypes> configs;
  std::array<std::map<char32_t, Loaded>, kTypes> glyphs;  // by what the drawing library calls them
  std::map<char32_t, char32_t> stand_ins, originals;
  std::size_t count = 0;
  bool stale = true, full = false;  // full: no stand-ins left

  explicit Impl(float s) : scale(s) {
    atlas.Flags |= ImFontAtlasFlags_NoBakedLines | ImFontAtlasFlags_NoMouseCursors;
    atlas.TexGlyphPadding = kGap;
    for (int i = 0; i < kTypes; ++i) {
      atlas.Fonts.push_back(IM_NEW(ImFont));
      forget(i);
    }
  }

  void forget(int type) {
    glyphs[static_cast<std::size_t>(type)].clear();
    need(type, U' ');
    need(type, U'\u2026');
    // What is typed or counted most often: no rebuild for each of these.
    for (char32_t letter = type <= static_cast<int>(Type::body_strong) ? U'!' : U'0'; letter <= U'~'; ++letter)
      if (type <= static_cast<int>(Type::body_strong) || letter <= U'9') need(type, letter);
  }
  void forget_all() {
    count = 0;
    full = false;
    stand_ins.clear();
    originals.clear();
    for (int i = 0; i < kTypes; ++i) forget(i);
    stale = true;
  }

  char32_t stand_in(char32_t letter) {
    auto known = stand_ins.find(letter);
    if (known != stand_ins.end()) return known->second;
    char32_t next = kFirstStandIn + static_cast<char32_t>(stand_ins.size());
    if (next > kLastStandIn) {
      full = true;
      return 0xFFFD;
    }
    originals[next] = letter;
    return stand_ins[letter] = next;
  }

  void need(int type, char32_t letter) {
    auto& known = glyphs[static_cast<std::size_t>(type)];
    if (known.contains(letter)) return;
    auto original = originals.find(letter);
    known[letter].glyph =
        painter.paint(static_cast<Type>(type), scale, original == originals.end() ? letter : original->second);
    ++count;
    stale = true;
  }

  int pack();
  void build();
};

/// Places all glyphs in rows; the height needed. Glyphs of one type are about equally high, so rows waste little.
int Fonts::Impl::pack() {
  int x = 4, y = 0, row = 4;  // the corner belongs to the library's white pixels
  for (auto& type : glyphs)
    for (auto& [letter, loaded] : type) {
      if (x + loaded.glyph.width + kGap > kAtlasWidth) {
        x = 0;
        y += row + kGap;
        row = 0;
      }
      loaded.x = x;
      loaded.y = y;
      x += loaded.glyph.width + kGap;
      row = std::max(row, loaded.glyph.height);
    }
  return y + row + kGap;
}

void Fonts::Impl::build() {
  atlas.ClearTexData();
  ImFontAtlasBuildInit(&atlas);
  ImFontAtlasCustomRect* white = atlas.GetCustomRectByIndex(atlas.PackIdMouseCursors);
  white->X = white->Y = 0;
  atlas.TexWidth = kAtlasWidth;
  atlas.TexHeight = pack();
  atlas.TexUvScale = ImVec2(1.0F / static_cast<float>(atlas.TexWidth), 1.0F / static_cast<float>(atlas.TexHeight));
  std::size_t pixels = static_cast<std::size_t>(atlas.TexWidth) * static_cast<std::size_t>(atlas.TexHeight);
  atlas.TexPixelsRGBA32 = static_cast<unsigned int*>(IM_ALLOC(pixels * 4));
  std::fill_n(atlas.TexPixelsRGBA32, pixels, 0x00FFFFFFU);
  for (int i = 0; i < kTypes; ++i) {
    const auto& face = type_face(static_cast<Type>(i));
    auto& config = configs[static_cast<std::size_t>(i)];
    config.SizePixels = std::round(face.line * scale);
    ImFont* font = atlas.Fonts[i];
    ImFontAtlasBuildSetupFont(&atlas, font, &config, config.SizePixels, 0);
    font->AddGlyph(nullptr, 0xFFFD, 0, 0, 0, 0, 0, 0, 0, 0, std::round(face.size * scale / 2));
    for (const auto& [letter, loaded] : glyphs[static_cast<std::size_t>(i)]) {
      const Glyph& g = loaded.glyph;
      for (int row = 0; row < g.height; ++row)
        std::copy_n(g.pixels.data() + row * g.width, g.width,
                    atlas.TexPixelsRGBA32 + (loaded.y + row) * atlas.TexWidth + loaded.x);
      const ImVec2 uv = atlas.TexUvScale;
      if (letter == 0xFFFD) continue;
      font->AddGlyph(nullptr, static_cast<ImWchar>(letter), static_cast<float>(g.left), static_cast<float>(g.top),
                     static_cast<float>(g.left + g.width), static_cast<float>(g.top + g.height),
                     static_cast<float>(loaded.x) * uv.x, static_cast<float>(loaded.y) * uv.y,
                     static_cast<float>(loaded.x + g.width) * uv.x, static_cast<float>(loaded.y + g.height) * uv.y,
                     g.advance);
      font->Glyphs.back().Colored = g.colored;
    }
  }
  ImFontAtlasBuildFinish(&atlas);
  atlas.TexReady = true;
}

Fonts::Fonts(float scale) : impl_(std::make_unique<Impl>(scale)) {}
Fonts::~Fonts() = default;

void Fonts::set_scale(float scale) {
  if (scale == impl_->scale) return;
  impl_->scale = scale;
  impl_->forget_all();
}

std::string Fonts::shown(Type type, std::string_view text) {
  bool plain = true;
  for (char c : text) plain = plain && static_cast<unsigned char>(c) < 0x80;
  const auto index = static_cast<int>(type);
  auto& known = impl_->glyphs[static_cast<std::size_t>(index)];
  if (plain) {
    for (char c : text)
      if (c >= ' ' && !known.contains(static_cast<char32_t>(c))) impl_->need(index, static_cast<char32_t>(c));
    return std::string(text);
  }
  std::u32string letters = to_utf32(text);
  for (char32_t& letter : letters) {
    if (letter == 0x200D || (letter >= 0xFE00 && letter <= 0xFE0F)) letter = 0x200B;  // joiners have no look
    if (letter > 0xFFFF || is_stand_in(letter)) letter = impl_->stand_in(letter);
    if (letter >= U' ') impl_->need(index, letter);
  }
  return to_utf8(letters);
}

std::string Fonts::real(std::string_view shown) const {
  std::u32string letters = to_utf32(shown);
  for (char32_t& letter : letters)
    if (auto original = impl_->originals.find(letter); original != impl_->originals.end()) letter = original->second;
  return to_utf8(letters);
}

bool Fonts::stale() const { return impl_->stale; }

bool Fonts::refresh() {
  if (!impl_->stale) return false;
  if (impl_->count > kMaxGlyphs || impl_->full) impl_->forget_all();
  impl_->build();
  impl_->stale = false;
  return true;
}

ImFont* Fonts::font(Type type) const { return impl_->atlas.Fonts[static_cast<int>(type)]; }
ImFontAtlas* Fonts::atlas() const { return &impl_->atlas; }

}  // namespace lotse::ui
