// The font files of this system, and which of them has a letter.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

typedef struct FT_FaceRec_* FT_Face;

namespace lotse::ui {

/// Opens fonts when they are needed. Inter is looked at first; the folders are searched, once, when a letter turns up
/// that it lacks. Window's thread only.
class FontFiles {
 public:
  FontFiles();  // throws std::runtime_error, one clear line, when no font at all can be opened
  ~FontFiles();

  /// The best open face with `letter`, nullptr when no font has it.
  FT_Face face_with(char32_t letter, bool strong);
  /// The face for ordinary text.
  FT_Face main_face(bool strong);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::ui
