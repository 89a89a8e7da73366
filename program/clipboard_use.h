// What a person wants of the clipboard in a session.
#pragma once
#include <optional>
#include <string>

namespace lotse::program {

enum class ClipboardUse {
  by_hand,  // goes when somebody sends it; what comes is put on the desktop's when its sender controls the screen here
  automatic,  // text and images go to and fro between those of whom one controls the other's screen
  off         // nothing goes, nothing comes
};
std::string name_of(ClipboardUse use);
std::optional<ClipboardUse> clipboard_use_from(const std::string& name);

}  // namespace lotse::program
