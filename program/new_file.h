// Files that a person asked for: made anew, never in place of another one.
#pragma once
#include <optional>
#include <string>

#include "base/bytes.h"

namespace lotse::program {

/// An error of the control interface.
struct FileProblem {
  std::string code, message;
};

/// Mode 0600, without following a link. Nothing: it is written; else what was begun is deleted.
std::optional<FileProblem> write_new_file(const std::string& path, ByteView bytes);

}  // namespace lotse::program
