#include "ui/theme.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>

namespace lotse::ui {
namespace {

constexpr Theme kDark{.dark = true,
                      .background = rgb(0x0e151c),
                      .surface = rgb(0x16202a),
                      .raised = rgb(0x1e2a36),
                      .chip = rgb(0x263544),
                      .line = rgb(0x2c3a48),
                      .text = rgb(0xe9eff5),
                      .quiet = rgb(0x97a6b5),
                      .action = rgb(0x3d8fe0),
                      .danger = rgb(0xe5484d),
                      .good = rgb(0x3fb27f),
                      .warning = rgb(0xe9a23b),
                      .action_fill = rgb(0x2574c4),
                      .danger_fill = rgb(0xd13438),
                      .shadow = rgb(0, 115)};
constexpr Theme kLight{.dark = false,
                       .background = rgb(0xf3f6f8),
                       .surface = rgb(0xffffff),
                       .raised = rgb(0xeef2f6),
                       .chip = rgb(0xe3e9ef),
                       .line = rgb(0xd6dee6),
                       .text = rgb(0x14202b),
                       .quiet = rgb(0x5b6a79),
                       .action = rgb(0x1f6fc4),
                       .danger = rgb(0xd13438),
                       .good = rgb(0x1f8f5f),
                       .warning = rgb(0xb87514),
                       .action_fill = rgb(0x1f6fc4),
                       .danger_fill = rgb(0xd13438),
                       .shadow = rgb(0x14202b, 41)};

// Far apart in hue; readable() adapts them to the theme.
constexpr std::array<std::uint32_t, 10> kPalette{0xe9a23b, 0x3d8fe0, 0xb65fd0, 0x3fb27f, 0xe5674d,
                                                 0x2fb5c4, 0xd9609a, 0x8ea43a, 0x7d7ce8, 0xa9805a};

double channel(Color color, int shift) {
  double c = (color >> shift & 0xFF) / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}
double luminance(Color c) { return 0.2126 * channel(c, 0) + 0.7152 * channel(c, 8) + 0.0722 * channel(c, 16); }

Color mixed(Color a, Color b, float part) {
  Color out = 0xFF000000;
  for (int shift : {0, 8, 16}) {
    float from = static_cast<float>(a >> shift & 0xFF), to = static_cast<float>(b >> shift & 0xFF);
    out |= static_cast<Color>(from + (to - from) * part + 0.5F) << shift;
  }
  return out;
}

bool desktop_prefers_light() {
  const char* gtk = std::getenv("GTK_THEME");
  if (gtk != nullptr && *gtk != '\0') return std::string(gtk).find("dark") == std::string::npos;
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  std::string folder = config != nullptr && *config != '\0' ? config : std::string(home ? home : "") + "/.config";
  std::ifstream settings(folder + "/gtk-3.0/settings.ini");
  bool light = false;
  for (std::string line; std::getline(settings, line);) {
    if (line.starts_with("gtk-application-prefer-dark-theme")) return line.find_last_of("1e") == std::string::npos;
    if (line.starts_with("gtk-theme-name")) light = line.find("ark") == std::string::npos;
  }
  return light;
}

}  // namespace

const Theme& dark_theme() { return kDark; }
const Theme& light_theme() { return kLight; }

const Theme& theme_by_name(const std::string& wish) {
  if (wish == "dark") return kDark;
  if (wish == "light") return kLight;
  return desktop_prefers_light() ? kLight : kDark;
}

double contrast(Color a, Color b) {
  double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Color readable(Color color, Color background) {
  Color towards = luminance(background) < 0.18 ? rgb(0xffffff) : rgb(0);
  for (int step = 0; step <= 20; ++step) {
    Color tried = mixed(color, towards, static_cast<float>(step) / 20);
    if (contrast(tried, background) >= 4.5) return tried;
  }
  return towards;
}

Color participant_color(const std::string& text, int id) {
  if (text.size() == 7 && text[0] == '#' && text.find_first_not_of("0123456789abcdefABCDEF", 1) == text.npos)
    return rgb(static_cast<std::uint32_t>(std::strtoul(text.c_str() + 1, nullptr, 16)));
  return rgb(kPalette[static_cast<std::size_t>(id < 0 ? 0 : id) % kPalette.size()]);
}

const TypeFace& type_face(Type type) {
  static constexpr std::array<TypeFace, kTypes> kFaces{{{13, 18, false, 0},
                                                        {13, 18, true, 0},
                                                        {15, 21, false, 0},
                                                        {15, 21, true, 0},
                                                        {17, 24, true, 0},
                                                        {19, 27, true, 0},
                                                        {22, 30, true, 0},
                                                        {26, 36, true, 0},
                                                        {30, 40, true, 1},
                                                        {40, 52, true, 1}}};
  return kFaces[static_cast<std::size_t>(type)];
}

}  // namespace lotse::ui
