// Texts that need shaping, and passages with links.
#include <algorithm>
#include <cmath>

#include "ui/kit_state.h"
#include "ui/scripts.h"

namespace lotse::ui {
namespace {

/// A passage as the letters of one font draw it.
struct Laid {
  std::string words;
  std::vector<ShapedTexts::Span> links;  // in `words`
};

/// The end of the line that begins at `at`, and where the next one begins.
std::pair<const char*, const char*> line_end(ImFont& font, const char* at, const char* end, float wrap) {
  const char* hard = std::find(at, end, '\n');
  const char* stop = font.CalcWordWrapPositionA(1, at, hard, wrap);
  if (stop == at)  // not even one letter has room: it stands there nevertheless
    for (++stop; stop < hard && (static_cast<unsigned char>(*stop) & 0xC0) == 0x80;) ++stop;
  if (stop >= hard) return {hard, hard == end ? end : hard + 1};
  const char* next = stop;
  while (next < hard && (*next == ' ' || *next == '\t')) ++next;
  return {stop, next};
}

}  // namespace

ShapedTexts::Wish Kit::Impl::shaped_wish(Type type, Color ink, std::string_view text, float width,
                                         ShapedTexts::Lines lines) const {
  return {.text = text,
          .height = static_cast<int>(std::lround(type_face(type).size * scale)),
          .strong = type_face(type).strong,
          .width = static_cast<int>(width),
          .lines = lines,
          .color = ink};
}

void Kit::Impl::draw_shaped(const ShapedTexts::Wish& wish, ImVec2 from, Color ink) {
  const Rect box = window.shaped().measured(wish).box;
  const ImVec2 corner(std::floor(from.x) + static_cast<float>(box.x), std::floor(from.y) + static_cast<float>(box.y));
  const ImVec2 end(corner.x + static_cast<float>(box.width), corner.y + static_cast<float>(box.height));
  if (!ImGui::IsRectVisible(corner, end)) return;
  SDL_Texture* texture = window.shaped().drawn(window.renderer(), wish).texture;
  if (texture != nullptr) draw().AddImage(texture, corner, end, ImVec2(0, 0), ImVec2(1, 1), seen(ink) | 0xFFFFFF);
}

void Kit::Impl::draw_above(const ShapedTexts::Wish& wish, ImVec2 from) {
  const ShapedTexts::Shaped& shaped = window.shaped().drawn(window.renderer(), wish);
  const ImVec2 end(from.x + static_cast<float>(shaped.box.width), from.y + static_cast<float>(shaped.box.height));
  if (shaped.texture != nullptr) ImGui::GetForegroundDrawList()->AddImage(shaped.texture, from, end);
}

float Kit::Impl::shaped_text(Kit& kit, Box box, Type type, Ink ink, std::string_view text, Align align) {
  const float wrap = std::max(8.0F, box.width * scale);
  const auto wish = shaped_wish(type, kit.color(ink), text, wrap, ShapedTexts::Lines::many);
  const Rect place = window.shaped().measured(wish).box;
  const auto wide = static_cast<float>(place.width), high = static_cast<float>(place.height);
  if (measuring != 0) return high / scale;
  ImVec2 from = at(box.x, box.y);
  if (align == Align::center) from.x += (wrap - wide) / 2 - static_cast<float>(place.x);
  if (align == Align::right) from.x += wrap - wide - static_cast<float>(place.x);
  draw_shaped(wish, from, kit.color(ink));
  add("", "text", text, {from, ImVec2(from.x + wide, from.y + high)}, true, false);
  return high / scale;
}

float Kit::Impl::shaped_line(Box box, Type type, Color ink, std::string_view text, Align align, bool report) {
  auto wish = shaped_wish(type, ink, text, 0, ShapedTexts::Lines::one);
  const float room = std::max(1.0F, box.width * scale);
  Rect place = window.shaped().measured(wish).box;
  const bool cut = static_cast<float>(place.width) > room + 1;
  if (cut) {
    wish.width = static_cast<int>(room);
    place = window.shaped().measured(wish).box;
  }
  const auto wide = static_cast<float>(place.width), high = static_cast<float>(place.height);
  if (measuring != 0) return wide / scale;
  ImVec2 from = at(box.x, box.y + box.height / 2);
  from.y -= high / 2;
  from.x -= static_cast<float>(place.x);  // in one line, it begins where others do
  if (align == Align::center) from.x += (room - wide) / 2;
  if (align == Align::right) from.x += room - wide;
  draw_shaped(wish, from, ink);
  if (report)
    add("", "text", text, {from, ImVec2(from.x + wide, from.y + high)}, true, false).truncated = cut;
  else if (cut && !controls.empty())
    controls.back().truncated = true;
  return wide / scale;
}

bool Kit::Impl::link_piece(const std::string& id, std::string_view label, const ImRect& r, bool first) {
  // One link, whatever its lines: the rest of it can be pressed and is not told.
  const Control control = add(id, first ? "link" : "text", first ? label : "", r, true, first);
  bool hovered = false, held = false;
  const bool press = pressed(control, r, hovered, held);
  if (first) focus_ring(control, r, 3);
  return press;
}

Kit::Passage Kit::passage(const std::string& id, Box box, Type type, Ink ink, std::string_view text,
                          const std::vector<ShapedTexts::Span>& links) {
  return needs_shaping(text) ? shaped_passage(id, box, type, ink, text, links)
                             : plain_passage(id, box, type, ink, text, links);
}

Kit::Passage Kit::shaped_passage(const std::string& id, Box box, Type type, Ink ink, std::string_view text,
                                 const std::vector<ShapedTexts::Span>& links) {
  const float wrap = std::max(8.0F, box.width * impl_->scale);
  auto wish = impl_->shaped_wish(type, color(ink), text, wrap, ShapedTexts::Lines::many);
  wish.link_color = color(Ink::action);
  wish.links = links;
  const ShapedTexts::Shaped& shaped = impl_->window.shaped().measured(wish);
  Passage out{.height = static_cast<float>(shaped.box.height) / impl_->scale};
  if (measuring()) return out;
  const ImVec2 from = impl_->at(box.x, box.y);
  impl_->draw_shaped(wish, from, color(ink));
  impl_->add("", "text", text, impl_->rect({box.x, box.y, box.width, out.height}), true, false);
  for (std::size_t i = 0; i < shaped.links.size(); ++i)
    for (std::size_t piece = 0; piece < shaped.links[i].size(); ++piece) {
      const Rect& r = shaped.links[i][piece];
      const ImVec2 corner(std::floor(from.x) + static_cast<float>(r.x), std::floor(from.y) + static_cast<float>(r.y));
      const ImVec2 end(corner.x + static_cast<float>(r.width), corner.y + static_cast<float>(r.height));
      const std::string name = id + "." + std::to_string(i) + (piece == 0 ? "" : "." + std::to_string(piece));
      if (impl_->link_piece(name, text.substr(links[i].begin, links[i].end - links[i].begin), {corner, end},
                            piece == 0))
        out.pressed = static_cast<int>(i);
    }
  return out;
}

Kit::Passage Kit::plain_passage(const std::string& id, Box box, Type type, Ink ink, std::string_view text,
                                const std::vector<ShapedTexts::Span>& links) {
  Laid laid;  // what is drawn may have other bytes than the text
  std::size_t done = 0;
  for (const auto& link : links) {
    laid.words += impl_->shown(type, text.substr(done, link.begin - done));
    const std::size_t begin = laid.words.size();
    laid.words += impl_->shown(type, text.substr(link.begin, link.end - link.begin));
    laid.links.push_back({begin, laid.words.size()});
    done = link.end;
  }
  laid.words += impl_->shown(type, text.substr(done));

  ImFont& font = *impl_->font(type);
  const float wrap = std::max(8.0F, box.width * impl_->scale) + 1, high = font.FontSize;
  const ImVec2 corner = impl_->at(box.x, box.y);
  const ImVec2 from(std::floor(corner.x), std::floor(corner.y));
  const char *const begin = laid.words.c_str(), *const end = begin + laid.words.size();
  Passage out;
  std::vector<int> pieces(links.size(), 0);
  std::size_t link = 0;
  float y = 0;
  for (const char* at = begin; at < end; y += high) {
    const auto [stop, next] = line_end(font, at, end, wrap);
    float x = 0;
    while (!measuring() && at < stop) {
      const auto here = static_cast<std::size_t>(at - begin);
      while (link < laid.links.size() && laid.links[link].end <= here) ++link;
      const bool inside = link < laid.links.size() && laid.links[link].begin <= here;
      const char* until =
          link == laid.links.size() ? stop : begin + (inside ? laid.links[link].end : laid.links[link].begin);
      until = std::min(until, stop);
      const float wide = font.CalcTextSizeA(high, FLT_MAX, 0, at, until).x;
      const ImRect place(ImVec2(from.x + x, from.y + y), ImVec2(from.x + x + wide, from.y + y + high));
      impl_->draw().AddText(&font, high, place.Min, impl_->seen(color(inside ? Ink::action : ink)), at, until);
      if (inside) {
        const float under = std::floor(place.Max.y - high * 0.1F) + 0.5F;
        impl_->draw().AddLine({place.Min.x, under}, {place.Max.x, under}, impl_->seen(color(Ink::action)));
        const int piece = pieces[link]++;
        const std::string name = id + "." + std::to_string(link) + (piece == 0 ? "" : "." + std::to_string(piece));
        const std::string_view label = text.substr(links[link].begin, links[link].end - links[link].begin);
        if (impl_->link_piece(name, label, place, piece == 0)) out.pressed = static_cast<int>(link);
      }
      x += wide;
      at = until;
    }
    at = next;
  }
  if (!measuring())
    impl_->add("", "text", text, {from, ImVec2(from.x + box.width * impl_->scale, from.y + y)}, true, false);
  out.height = y / impl_->scale;
  return out;
}

}  // namespace lotse::ui
