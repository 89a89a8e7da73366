// Texts, shapes, icons.
#include <cmath>

#include "ui/kit_state.h"
#include "ui/scripts.h"
#include "ui/texts.h"

namespace lotse::ui {

Color Kit::color(Ink ink) const {
  const Theme& t = *impl_->theme;
  switch (ink) {
    case Ink::text:
      return t.text;
    case Ink::quiet:
      return t.quiet;
    case Ink::action:
      return readable(t.action, t.surface);
    case Ink::danger:
      return readable(t.danger, t.surface);
    case Ink::good:
      return t.good;
    case Ink::warning:
      return t.warning;
    case Ink::white:
      return rgb(0xffffff);
  }
  return t.text;
}

float Kit::text_width(Type type, std::string_view text) {
  if (needs_shaping(text)) {
    const auto wish = impl_->shaped_wish(type, color(Ink::text), text, 0, ShapedTexts::Lines::one);
    return static_cast<float>(impl_->window.shaped().measured(wish).box.width) / impl_->scale;
  }
  return impl_->text_width(type, impl_->shown(type, text)) / impl_->scale;
}

float Kit::text(Box box, Type type, Ink ink, std::string_view text, Align align) {
  if (needs_shaping(text)) return impl_->shaped_text(*this, box, type, ink, text, align);
  std::string words = impl_->shown(type, text);
  ImFont* f = impl_->font(type);
  float wrap = std::max(8.0F, box.width * impl_->scale);
  ImVec2 size = f->CalcTextSizeA(f->FontSize, FLT_MAX, wrap, words.c_str());
  if (!measuring()) {
    ImVec2 from = impl_->at(box.x, box.y);
    if (align == Align::center) from.x += (wrap - size.x) / 2;
    if (align == Align::right) from.x += wrap - size.x;
    from = ImVec2(std::floor(from.x), std::floor(from.y));
    impl_->draw().AddText(f, f->FontSize, from, impl_->seen(color(ink)), words.c_str(), nullptr, wrap + 1);
    Control& control = impl_->add("", "text", text, {from, ImVec2(from.x + size.x, from.y + size.y)}, true, false);
    control.truncated = size.x > wrap + 1;
  }
  return size.y / impl_->scale;
}

float Kit::line(Box box, Type type, Ink ink, std::string_view text, Align align, bool report) {
  return line(box, type, color(ink), text, align, report);
}

float Kit::line(Box box, Type type, Color ink, std::string_view text, Align align, bool report) {
  if (needs_shaping(text)) return impl_->shaped_line(box, type, ink, text, align, report);
  std::string words = impl_->shown(type, text);
  ImFont* f = impl_->font(type);
  float room = box.width * impl_->scale, wide = impl_->text_width(type, words);
  const bool cut = wide > room + 0.5F;
  if (cut) {
    const std::string ellipsis = impl_->shown(type, "…");
    float keep = room - impl_->text_width(type, ellipsis);
    const char* end = words.c_str();
    f->CalcTextSizeA(f->FontSize, std::max(1.0F, keep), 0, words.c_str(), words.c_str() + words.size(), &end);
    words = words.substr(0, static_cast<std::size_t>(end - words.c_str())) + ellipsis;
    wide = impl_->text_width(type, words);
  }
  if (measuring()) return wide / impl_->scale;
  ImVec2 from = impl_->at(box.x, box.y + (box.height - type_face(type).line) / 2);
  if (align == Align::center) from.x += (room - wide) / 2;
  if (align == Align::right) from.x += room - wide;
  from = ImVec2(std::floor(from.x), std::floor(from.y + 0.5F));
  impl_->draw().AddText(f, f->FontSize, from, impl_->seen(ink), words.c_str());
  if (report) {
    Control& control = impl_->add("", "text", text, {from, ImVec2(from.x + wide, from.y + f->FontSize)}, true, false);
    control.truncated = cut;
  } else if (cut && !impl_->controls.empty()) {
    impl_->controls.back().truncated = true;
  }
  return wide / impl_->scale;
}

std::string Kit::shortened(Type type, std::string_view text, float width) {
  if (text_width(type, text) <= width) return std::string(text);
  std::size_t fits = 3, too_many = text.size();
  while (fits + 1 < too_many) {
    const std::size_t letters = (fits + too_many) / 2;
    (text_width(type, ui::shortened(text, letters)) <= width ? fits : too_many) = letters;
  }
  return ui::shortened(text, fits);
}

namespace {

struct Piece {
  std::string text;
  bool strong = false, key = false, space_before = false;
};

/// Cuts a text into words; values of placeholders are strong, [names] are keys.
std::vector<Piece> cut_pieces(std::string_view text, const std::map<std::string, std::string>& values) {
  std::vector<Piece> pieces;
  bool space = false;
  auto put = [&](std::string word, bool strong, bool key) {
    if (!word.empty()) pieces.push_back({std::move(word), strong, key, space && !pieces.empty()});
    space = false;
  };
  auto words = [&](std::string_view run, bool strong) {
    std::string word;
    for (char c : run) {
      if (c != ' ' && c != '\n') {
        word += c;
        continue;
      }
      put(std::move(word), strong, false);
      word.clear();
      space = true;
    }
    if (!word.empty()) put(std::move(word), strong, false);
  };
  while (!text.empty()) {
    std::size_t special = text.find_first_of("{[");
    words(text.substr(0, special), false);
    if (special == text.npos) break;
    char close = text[special] == '{' ? '}' : ']';
    std::size_t end = text.find(close, special);
    if (end == text.npos) {
      words(text.substr(special), false);
      break;
    }
    std::string name(text.substr(special + 1, end - special - 1));
    if (close == ']')
      put(name, false, true);
    else if (auto value = values.find(name); value != values.end())
      words(value->second, true);
    text.remove_prefix(end + 1);
  }
  return pieces;
}

}  // namespace

float Kit::rich(Box box, Type type, Ink ink, std::string_view text, const std::map<std::string, std::string>& values) {
  const Type strong = type == Type::small ? Type::small_strong : Type::body_strong;
  const float line_height = type_face(type).line, space_width = text_width(type, " ");
  float x = 0, y = 0;
  bool cut = false;
  for (const Piece& piece : cut_pieces(text, values)) {
    const Type face = piece.strong ? strong : piece.key ? Type::small : type;
    float wide = text_width(face, piece.text) + (piece.key ? 12 : 0);
    float before = piece.space_before && x > 0 ? space_width : 0;
    if (x > 0 && x + before + wide > box.width) {
      x = 0;
      y += line_height;
      before = 0;
    }
    x += before;
    cut = cut || wide > box.width;
    if (!measuring()) {
      Box place{box.x + x, box.y + y, wide, line_height};
      if (piece.key) {
        Box cap{place.x, place.y + (line_height - 18) / 2, wide, 18};
        fill(cap, theme().raised, 5);
        frame(cap, theme().line, 5);
        line(cap, Type::small, ink, piece.text, Align::center, false);
      } else if (needs_shaping(piece.text)) {
        line(place, face, piece.strong ? theme().text : color(ink), piece.text, Align::left, false);
      } else {
        ImFont* f = impl_->font(face);
        std::string word = impl_->shown(face, piece.text);
        ImVec2 from = impl_->at(place.x, place.y);
        impl_->draw().AddText(f, f->FontSize, ImVec2(std::floor(from.x), std::floor(from.y)),
                              piece.strong ? theme().text : color(ink), word.c_str());
      }
    }
    x += wide;
  }
  float high = y + line_height;
  if (!measuring()) {
    std::string plain;
    for (const Piece& piece : cut_pieces(text, values)) plain += (piece.space_before ? " " : "") + piece.text;
    impl_->add("", "text", plain, impl_->rect({box.x, box.y, box.width, high}), true, false).truncated = cut;
  }
  return high;
}

void Kit::set_opacity(float opacity) { impl_->opacity = opacity; }

void Kit::fill(Box box, Color color, float radius) {
  if (measuring()) return;
  ImRect r = impl_->rect(box);
  impl_->draw().AddRectFilled(r.Min, r.Max, impl_->seen(color), radius * impl_->scale);
}
void Kit::frame(Box box, Color color, float radius, float thickness) {
  if (measuring()) return;
  ImRect r = impl_->rect(box);
  impl_->draw().AddRect(r.Min, r.Max, impl_->seen(color), radius * impl_->scale, 0,
                        thickness * std::max(1.0F, std::floor(impl_->scale)));
}
void Kit::dot(float x, float y, Color color, float diameter) {
  if (measuring()) return;
  impl_->draw().AddCircleFilled(impl_->at(x, y), diameter / 2 * impl_->scale, impl_->seen(color), 20);
}
void Kit::shadow(Box box, float radius) {
  if (measuring()) return;
  const Color base = theme().shadow;
  for (int i = 8; i >= 1; --i) {  // wider and fainter outwards, lying a little lower
    float grow = static_cast<float>(i) * 2.5F;
    Box soft{box.x - grow, box.y - grow + 6, box.width + 2 * grow, box.height + 2 * grow};
    fill(soft, with_alpha(base, 0.16F), radius + grow);
  }
}

void Kit::mark(Box box) {
  if (measuring()) return;
  ImRect r = impl_->rect(box);
  float radius = box.height * 0.23F * impl_->scale, middle = std::floor((r.Min.x + r.Max.x) / 2);
  impl_->draw().AddRectFilled(r.Min, ImVec2(middle, r.Max.y), rgb(0xffffff), radius, ImDrawFlags_RoundCornersLeft);
  impl_->draw().AddRectFilled(ImVec2(middle, r.Min.y), r.Max, rgb(0xe5484d), radius, ImDrawFlags_RoundCornersRight);
  impl_->draw().AddRect(r.Min, r.Max, theme().line, radius, 0, 1);
}

void Kit::picture(Box clip, Box box, SDL_Texture* texture) {
  if (measuring() || texture == nullptr) return;
  ImRect r = impl_->rect(box);
  ImRect inside = impl_->rect(clip);
  impl_->draw().PushClipRect(inside.Min, inside.Max, true);
  impl_->draw().AddImage(texture, r.Min, r.Max);
  impl_->draw().PopClipRect();
}

float Kit::chip(float x, float y, std::string_view text, Color back, Color ink, Color dot_color) {
  float before = dot_color == 0 ? 10 : 25, wide = before + text_width(Type::small, text) + 10;
  fill({x, y, wide, kChipHeight}, back, kChipHeight / 2);
  if (dot_color != 0) dot(x + 14.5F, y + kChipHeight / 2, dot_color);
  if (!measuring()) line({x + before, y, wide - before, kChipHeight}, Type::small, ink, text);
  return wide;
}

float Kit::progress(Box box, float part) {
  fill(box, theme().chip, box.height / 2);
  if (part > 0)
    fill({box.x, box.y, std::max(box.height, box.width * part), box.height}, theme().action, box.height / 2);
  return box.height;
}

namespace {

/// Icons are strokes in a square of side 16.
struct Pen {
  ImDrawList& list;
  ImVec2 origin;
  float unit;
  Color color;
  float thick;
  ImVec2 at(float x, float y) const { return {origin.x + x * unit, origin.y + y * unit}; }
  void stroke(std::initializer_list<ImVec2> points, bool closed = false) const {
    std::vector<ImVec2> out;
    for (const ImVec2& p : points) out.push_back(at(p.x, p.y));
    list.AddPolyline(out.data(), static_cast<int>(out.size()), color, closed ? ImDrawFlags_Closed : ImDrawFlags_None,
                     thick);
  }
  void circle(float x, float y, float radius) const { list.AddCircle(at(x, y), radius * unit, color, 24, thick); }
  void disc(float x, float y, float radius) const { list.AddCircleFilled(at(x, y), radius * unit, color, 24); }
  void rect(float x0, float y0, float x1, float y1, float radius) const {
    list.AddRect(at(x0, y0), at(x1, y1), color, radius * unit, 0, thick);
  }
};

void draw_gear(const Pen& pen) {
  pen.circle(8, 8, 2.2F);
  constexpr int kTeeth = 8;
  std::vector<ImVec2> rim;
  for (int i = 0; i < kTeeth * 4; ++i) {
    float angle = (static_cast<float>(i) - 0.5F) * 2 * IM_PI / (kTeeth * 4), radius = i % 4 < 2 ? 6.8F : 5.2F;
    rim.push_back(pen.at(8 + std::cos(angle) * radius, 8 + std::sin(angle) * radius));
  }
  pen.list.AddPolyline(rim.data(), static_cast<int>(rim.size()), pen.color, ImDrawFlags_Closed, pen.thick);
}

void draw_person(const Pen& pen) {
  pen.circle(8, 5, 2.6F);
  pen.list.PathArcTo(pen.at(8, 14.5F), 5.2F * pen.unit, IM_PI * 1.06F, IM_PI * 1.94F, 16);
  pen.list.PathStroke(pen.color, 0, pen.thick);
}

float wave(float x, float height) { return 8 + height * std::sin((x - 2.2F) / 11.6F * 2 * IM_PI); }

/// What a pen leaves behind, `bold` times as thick as other strokes.
void draw_wave(const Pen& pen, float height, float bold) {
  std::vector<ImVec2> points;
  for (float x = 2.2F; x < 13.9F; x += 0.58F) points.push_back(pen.at(x, wave(x, height)));
  pen.list.AddPolyline(points.data(), static_cast<int>(points.size()), pen.color, 0, pen.thick * bold);
}

/// The same on its way out.
void draw_dots(const Pen& pen) {
  for (int i = 0; i < 6; ++i) {
    const float x = 2.4F + static_cast<float>(i) * 2.25F;
    pen.disc(x, wave(x, 3.4F), 1.4F - 0.15F * static_cast<float>(i));
  }
}

}  // namespace

void Kit::icon(Box box, Icon icon, Color color) {
  if (measuring() || icon == Icon::none) return;
  float unit = std::min(box.width, box.height) / 16 * impl_->scale;
  ImRect r = impl_->rect(box);
  Pen pen{impl_->draw(), r.Min, unit, impl_->seen(color), std::max(1.4F, 1.5F * unit)};
  switch (icon) {
    case Icon::none:
      break;
    case Icon::gear:
      draw_gear(pen);
      break;
    case Icon::back:
      pen.stroke({{9.5F, 3.5F}, {5, 8}, {9.5F, 12.5F}});
      break;
    case Icon::more:
      for (float x : {3.2F, 8.0F, 12.8F}) pen.disc(x, 8, 1.35F);
      break;
    case Icon::down:
      pen.stroke({{4.5F, 6.2F}, {8, 9.8F}, {11.5F, 6.2F}});
      break;
    case Icon::person:
      draw_person(pen);
      break;
    case Icon::chat:
      pen.stroke({{2.5F, 3}, {13.5F, 3}, {13.5F, 11}, {8, 11}, {5, 14}, {5, 11}, {2.5F, 11}}, true);
      break;
    case Icon::close:
      pen.stroke({{4, 4}, {12, 12}}), pen.stroke({{12, 4}, {4, 12}});
      break;
    case Icon::check:
      pen.stroke({{3, 8.5F}, {6.5F, 12}, {13, 4.5F}});
      break;
    case Icon::record:
      pen.disc(8, 8, 4.2F);
      break;
    case Icon::lock:
      pen.rect(3.5F, 7, 12.5F, 13.5F, 1.5F),
          pen.stroke({{5.5F, 7}, {5.5F, 4.5F}, {8, 2.5F}, {10.5F, 4.5F}, {10.5F, 7}});
      break;
    case Icon::screen:
      pen.rect(1.8F, 2.8F, 14.2F, 11, 1.5F), pen.stroke({{5, 13.8F}, {11, 13.8F}}), pen.stroke({{8, 11}, {8, 13.8F}});
      break;
    case Icon::hand:
      pen.stroke({{8, 13.5F}, {8, 3}}), pen.stroke({{4, 7}, {8, 3}, {12, 7}});
      break;
    case Icon::cursor:
      pen.stroke({{4, 2.5F}, {4, 12.5F}, {6.8F, 10}, {8.6F, 13.8F}, {10.4F, 13}, {8.7F, 9.3F}, {12.3F, 9}}, true);
      break;
    case Icon::pause:
      pen.stroke({{5.5F, 4}, {5.5F, 12}}), pen.stroke({{10.5F, 4}, {10.5F, 12}});
      break;
    case Icon::go:
      pen.stroke({{5, 3.5F}, {12, 8}, {5, 12.5F}}, true);
      break;
    case Icon::download:
      pen.stroke({{8, 2.5F}, {8, 9.8F}}), pen.stroke({{4.8F, 6.8F}, {8, 10}, {11.2F, 6.8F}});
      pen.stroke({{3, 13.2F}, {13, 13.2F}});
      break;
    case Icon::point:
      pen.stroke({{2.5F, 2.5F}, {6, 12.5F}, {7.8F, 7.8F}, {12.5F, 6}}, true),
          pen.stroke({{8.6F, 8.6F}, {13.2F, 13.2F}});
      break;
    case Icon::pencil:
      pen.stroke({{2.8F, 13.2F}, {3.6F, 9.8F}, {10.8F, 2.6F}, {13.4F, 5.2F}, {6.2F, 12.4F}}, true);
      pen.stroke({{8.9F, 4.5F}, {11.5F, 7.1F}});
      break;
    case Icon::pen:
      draw_wave(pen, 3.4F, 1);
      break;
    case Icon::marker:
      draw_wave(pen, 1.6F, 3.4F);
      break;
    case Icon::fade:
      draw_dots(pen);
      break;
    case Icon::line:
      pen.stroke({{3, 13}, {13, 3}});
      break;
    case Icon::frame:
      pen.rect(2.5F, 3.5F, 13.5F, 12.5F, 0);
      break;
    case Icon::letter:
      pen.stroke({{3.2F, 5}, {3.2F, 3}, {12.8F, 3}, {12.8F, 5}}), pen.stroke({{8, 3}, {8, 13.4F}});
      pen.stroke({{6, 13.4F}, {10, 13.4F}});
      break;
    case Icon::undo:
      pen.stroke({{6, 2.8F}, {2.8F, 6}, {6, 9.2F}});
      pen.stroke({{2.8F, 6}, {9.6F, 6}, {11.9F, 6.9F}, {13, 9.3F}, {11.9F, 11.8F}, {9.6F, 12.7F}, {6.5F, 12.7F}});
      break;
    case Icon::eraser:
      pen.stroke({{6.2F, 13}, {2.8F, 9.6F}, {9, 3.2F}, {13.2F, 7.4F}, {7.6F, 13}}, true);
      pen.stroke({{5.6F, 6.7F}, {9.9F, 10.9F}}), pen.stroke({{6.2F, 13}, {13.4F, 13}});
      break;
    case Icon::bin:
      pen.stroke({{2.8F, 4.4F}, {13.2F, 4.4F}}), pen.stroke({{6, 4.4F}, {6, 2.6F}, {10, 2.6F}, {10, 4.4F}});
      pen.stroke({{4.2F, 4.4F}, {4.9F, 13.4F}, {11.1F, 13.4F}, {11.8F, 4.4F}});
      break;
    case Icon::panel:
      pen.rect(2, 3, 14, 13, 1.5F), pen.stroke({{9.8F, 3}, {9.8F, 13}});
      break;
  }
}

}  // namespace lotse::ui
