// Lines, arrows and letters of any size, for what members draw on pictures.
#define IMGUI_DEFINE_MATH_OPERATORS  // + - * / of ImVec2

#include <algorithm>
#include <cmath>

#include "ui/kit_state.h"

namespace lotse::ui {
namespace {

constexpr float kFringe = 0.5F;        // pixels, in and out of an edge, over which it fades
constexpr float kArcStep = IM_PI / 9;  // of round ends and corners
constexpr float kSharpest = -0.01F;    // cosine: sharper turns end a strip and begin another
constexpr float kRim = 1.0F / 16;      // of the height of letters

enum class End { first, last };

/// A cut across the line: its sides lie `left` and `right` times half the width away.
struct Section {
  ImVec2 center, left, right;
};

float length(ImVec2 v) { return std::sqrt(v.x * v.x + v.y * v.y); }
float dot_of(ImVec2 a, ImVec2 b) { return a.x * b.x + a.y * b.y; }
ImVec2 normal_of(ImVec2 v) { return {v.y, -v.x}; }
ImVec2 unit(ImVec2 v) {
  const float size = std::max(length(v), 1e-6F);
  return v / size;
}

/// Points nearer to each other than `step` make no cleaner line; the ends stay.
std::vector<ImVec2> thinned(std::vector<ImVec2> points, float step) {
  std::vector<ImVec2> kept;
  for (const ImVec2& p : points)
    if (kept.empty() || length(p - kept.back()) >= step) kept.push_back(p);
  if (length(points.back() - kept.back()) < 0.5F) return kept;
  if (kept.size() > 1) kept.pop_back();
  kept.push_back(points.back());
  return kept;
}

class Strip {
 public:
  Strip(ImDrawList& list, float half, Color color) : list_(list), half_(half), color_(color) {}
  ~Strip() { end(); }

  void cap(ImVec2 at, ImVec2 along, End which) {
    const bool begins = which == End::first;
    const int steps = static_cast<int>(std::ceil(IM_PI / 2 / kArcStep));
    for (int i = 0; i <= steps; ++i) {
      const float angle = IM_PI / 2 * static_cast<float>(begins ? i : steps - i) / static_cast<float>(steps);
      const ImVec2 out = along * (begins ? -std::cos(angle) : std::cos(angle)),
                   side = normal_of(along) * std::sin(angle);
      sections_.push_back({at, out + side, out - side});
    }
    if (!begins) end();
  }

  /// Round outside; inside both edges meet in one point, so that nothing is covered twice.
  void corner(ImVec2 at, ImVec2 before, ImVec2 after) {
    const ImVec2 from = normal_of(before), to = normal_of(after), middle = unit(from + to);
    const float bend = std::max(0.5F, dot_of(middle, from));  // cosine of half the turn
    const bool turns_left = dot_of(normal_of(before), after) > 0;
    const int steps = std::max(1, static_cast<int>(std::ceil(2 * std::acos(std::min(1.0F, bend)) / kArcStep)));
    const ImVec2 inner = middle * ((turns_left ? 1.0F : -1.0F) / bend);
    for (int i = 0; i <= steps; ++i) {
      const float part = static_cast<float>(i) / static_cast<float>(steps);
      const ImVec2 outer = unit(from * (1 - part) + to * part) * (turns_left ? -1.0F : 1.0F);
      sections_.push_back(turns_left ? Section{at, inner, outer} : Section{at, outer, inner});
    }
  }

 private:
  void end() {
    if (sections_.size() > 1) emit();
    sections_.clear();
  }

  void emit() {
    const int count = static_cast<int>(sections_.size());
    const ImVec2 uv = ImGui::GetFontTexUvWhitePixel();
    const Color clear = color_ & 0x00FFFFFF;
    const float in = half_ - kFringe, out = half_ + kFringe;
    list_.PrimReserve((count - 1) * 18, count * 4);
    const unsigned first = list_._VtxCurrentIdx;
    for (const Section& s : sections_) {
      list_.PrimWriteVtx(s.center + s.left * out, uv, clear);
      list_.PrimWriteVtx(s.center + s.left * in, uv, color_);
      list_.PrimWriteVtx(s.center + s.right * in, uv, color_);
      list_.PrimWriteVtx(s.center + s.right * out, uv, clear);
    }
    for (int i = 0; i + 1 < count; ++i)
      for (int band = 0; band < 3; ++band) {
        const unsigned a = first + static_cast<unsigned>(i * 4 + band);
        for (unsigned corner : {a, a + 1, a + 5, a, a + 5, a + 4}) list_.PrimWriteIdx(static_cast<ImDrawIdx>(corner));
      }
  }

  ImDrawList& list_;
  float half_;
  Color color_;
  std::vector<Section> sections_;
};

}  // namespace

void Kit::begin_clip(Box box) {
  if (measuring()) return;
  const ImRect r = impl_->rect(box);
  impl_->draw().PushClipRect(r.Min, r.Max, true);
}
void Kit::end_clip() {
  if (!measuring()) impl_->draw().PopClipRect();
}

void Kit::crosshair() {
  if (!measuring()) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);  // see GuiWindow
}

void Kit::ribbon(const std::vector<Spot>& points, float width, Color color) {
  if (measuring() || points.empty()) return;
  const float half = std::max(1.0F, width * impl_->scale / 2);
  std::vector<ImVec2> pixels;
  for (const Spot& p : points) pixels.push_back(impl_->at(p.x, p.y));
  pixels = thinned(std::move(pixels), half);
  const Color seen = impl_->seen(color);
  if (pixels.size() == 1) {
    impl_->draw().AddCircleFilled(pixels[0], half, seen);
    return;
  }
  Strip strip(impl_->draw(), half, seen);
  ImVec2 along = unit(pixels[1] - pixels[0]);
  strip.cap(pixels[0], along, End::first);
  for (std::size_t i = 1; i + 1 < pixels.size(); ++i) {
    const ImVec2 next = unit(pixels[i + 1] - pixels[i]);
    if (dot_of(along, next) > kSharpest) {
      strip.corner(pixels[i], along, next);
    } else {
      strip.cap(pixels[i], along, End::last);
      strip.cap(pixels[i], next, End::first);
    }
    along = next;
  }
  strip.cap(pixels.back(), along, End::last);
}

void Kit::arrow(Spot tip, float height, Color color, Color rim, ArrowLook look) {
  if (measuring()) return;
  const ImVec2 at = impl_->at(tip.x, tip.y);
  const float size = height * impl_->scale;
  auto corner = [&](float x, float y) { return ImVec2(at.x + x * size, at.y + y * size); };
  const ImVec2 outline[] = {corner(0, 0), corner(0, 1), corner(0.29F, 0.72F), corner(0.72F, 0.72F)};
  ImDrawList& list = impl_->draw();
  if (look == ArrowLook::full) {
    const ImDrawListFlags flags = list.Flags;
    list.Flags &= ~ImDrawListFlags_AntiAliasedFill;  // the edge smooths it
    list.AddTriangleFilled(outline[0], outline[1], outline[2], impl_->seen(color));
    list.AddTriangleFilled(outline[0], outline[2], outline[3], impl_->seen(color));
    list.Flags = flags;
  }
  const Color edge = look == ArrowLook::full ? rim : color;
  list.AddPolyline(outline, 4, impl_->seen(edge), ImDrawFlags_Closed, std::max(1.5F, 1.5F * impl_->scale));
}

void Kit::lettering(Spot at, float height, Color color, Color rim, std::string_view text) {
  if (measuring() || text.empty()) return;
  const float wanted = height * impl_->scale;
  Type type = Type::number;
  for (Type smaller :
       {Type::code, Type::title, Type::subtitle, Type::words, Type::heading, Type::body_strong, Type::small_strong})
    if (type_face(smaller).size * impl_->scale >= wanted) type = smaller;  // letters are made smaller, never larger
  ImFont* font = impl_->font(type);
  const std::string words = impl_->shown(type, text);
  const float size = font->FontSize * wanted / (type_face(type).size * impl_->scale);
  const ImVec2 from = impl_->at(at.x, at.y), room = font->CalcTextSizeA(size, FLT_MAX, 0, words.c_str());
  auto put = [&](float x, float y, Color ink) {
    impl_->draw().AddText(font, size, ImVec2(std::floor(from.x) + x, std::floor(from.y) + y), impl_->seen(ink),
                          words.c_str());
  };
  const float out = std::max(1.0F, wanted * kRim);
  for (int i = 0; i < 8; ++i) {
    const float angle = static_cast<float>(i) * IM_PI / 4;
    put(out * std::cos(angle), out * std::sin(angle), rim);
  }
  put(0, 0, color);
  impl_->add("", "text", text, {from, from + room}, true, false);
}

}  // namespace lotse::ui
