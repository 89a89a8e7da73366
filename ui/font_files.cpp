#include "ui/font_files.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <stdexcept>

namespace lotse::ui {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 4000;  // a system with more has most scripts several times over

struct Range {
  char32_t first, last;
};

struct FontFile {
  std::string path;
  int rank = 0;
  bool strong = false;
  bool opened = false;
  FT_Face face = nullptr;
  std::vector<Range> letters = {};

  bool has(char32_t letter) const {
    auto range = std::upper_bound(letters.begin(), letters.end(), letter,
                                  [](char32_t value, const Range& r) { return value < r.first; });
    return range != letters.begin() && letter <= std::prev(range)->last;
  }
};

std::vector<fs::path> font_folders() {
  std::vector<fs::path> folders{"/usr/share/fonts", "/usr/local/share/fonts"};
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0')
    folders.push_back(fs::path(data) / "fonts");
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    folders.push_back(fs::path(home) / ".local/share/fonts");
    folders.push_back(fs::path(home) / ".fonts");
  }
  return folders;
}

/// Lower is better: plain sans-serif faces of Noto, then DejaVu, then whatever there is.
int rank_of(const std::string& name) {
  int rank = 50;
  if (name.starts_with("NotoSans")) rank = 10;
  if (name.starts_with("NotoSans-")) rank = 5;
  if (name.starts_with("DejaVuSans")) rank = 20;
  if (name.starts_with("NotoNaskh") || name.starts_with("NotoColorEmoji")) rank = 15;
  for (const char* odd : {"Italic", "Oblique", "Mono", "Condensed", "Serif", "Display", "Black", "Light", "Thin"})
    if (name.find(odd) != std::string::npos) rank += 100;
  return rank;
}

std::vector<Range> letters_of(FT_Face face) {
  std::vector<Range> letters;
  FT_UInt index = 0;
  for (FT_ULong letter = FT_Get_First_Char(face, &index); index != 0; letter = FT_Get_Next_Char(face, letter, &index)) {
    auto value = static_cast<char32_t>(letter);
    if (!letters.empty() && letters.back().last + 1 == value)
      letters.back().last = value;
    else
      letters.push_back({value, value});
  }
  return letters;
}

}  // namespace

struct FontFiles::Impl {
  FT_Library library = nullptr;
  FontFile regular, strong;
  std::vector<FontFile> others;
  bool searched = false;

  ~Impl() {
    for (auto& file : others)
      if (file.face != nullptr) FT_Done_Face(file.face);
    if (regular.face != nullptr) FT_Done_Face(regular.face);
    if (strong.face != nullptr) FT_Done_Face(strong.face);
    if (library != nullptr) FT_Done_FreeType(library);
  }

  FT_Face open(const std::string& path) const {
    FT_Face face = nullptr;
    return FT_New_Face(library, path.c_str(), 0, &face) == 0 ? face : nullptr;
  }

  FontFile open_first(std::initializer_list<const char*> paths) const {
    for (const char* path : paths) {
      FontFile file{.path = path};
      file.face = open(path);
      if (file.face != nullptr) return file;
    }
    return {};
  }

  void search() {
    if (searched) return;
    searched = true;
    for (const auto& folder : font_folders()) {
      std::error_code error;
      for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error), end;
           !error && entry != end && others.size() < kMaxFiles; entry.increment(error)) {
        auto extension = entry->path().extension();
        if (extension == ".ttf" || extension == ".otf" || extension == ".ttc") consider(entry->path());
      }
    }
    std::stable_sort(others.begin(), others.end(), [](const auto& a, const auto& b) { return a.rank < b.rank; });
  }

  void consider(const fs::path& path) {
    FT_Face face = open(path.string());
    if (face == nullptr) return;
    const std::string name = path.filename().string();
    FontFile file{.path = path.string(), .rank = rank_of(name), .strong = name.find("Bold") != std::string::npos};
    file.letters = letters_of(face);
    FT_Done_Face(face);
    others.push_back(std::move(file));
  }

  FT_Face opened(FontFile& file) const {
    if (!file.opened) file.face = open(file.path);
    file.opened = true;
    return file.face;
  }
};

FontFiles::FontFiles() : impl_(std::make_unique<Impl>()) {
  if (FT_Init_FreeType(&impl_->library) != 0) throw std::runtime_error("FreeType does not start");
  impl_->regular = impl_->open_first({"/usr/share/fonts/opentype/inter/Inter-Regular.otf",
                                      "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
                                      "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"});
  impl_->strong = impl_->open_first({"/usr/share/fonts/opentype/inter/Inter-SemiBold.otf",
                                     "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
                                     "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"});
  if (impl_->regular.face != nullptr && impl_->strong.face != nullptr) return;
  impl_->search();
  for (FontFile* wanted : {&impl_->regular, &impl_->strong})
    for (auto& file : impl_->others)
      if (wanted->face == nullptr && file.has('a')) wanted->face = impl_->open(file.path);
  if (impl_->regular.face == nullptr || impl_->strong.face == nullptr)
    throw std::runtime_error("no fonts found: install the package fonts-inter or fonts-dejavu-core");
}

FontFiles::~FontFiles() = default;

FT_Face FontFiles::main_face(bool strong) { return strong ? impl_->strong.face : impl_->regular.face; }

FT_Face FontFiles::face_with(char32_t letter, bool strong) {
  if (FT_Get_Char_Index(main_face(strong), letter) != 0) return main_face(strong);
  impl_->search();
  FT_Face found = nullptr;
  for (auto& file : impl_->others) {
    if (!file.has(letter)) continue;
    if (found != nullptr && file.strong != strong) continue;
    if (FT_Face face = impl_->opened(file); face != nullptr) found = face;
    if (found != nullptr && file.strong == strong) break;
  }
  return found;
}

}  // namespace lotse::ui
