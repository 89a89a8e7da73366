// What goes wrong, in human words.
#pragma once
#include <string>

#include "ui/model.h"

namespace lotse::ui {

enum class Remedy { enter_again, try_again, settings, back };

struct ProblemWords {
  std::string title, happened, advice, button;
  Remedy remedy = Remedy::back;
};
/// Words for an error code of the control interface. An unknown code gets general words; `message`, the program's own
/// line, then says what happened.
ProblemWords problem_words(const std::string& code, const std::string& message, const std::string& relay);
/// One or two sentences for what is shown in passing.
std::string notice_words(const Problem& problem);
/// Why a session ended, as one sentence.
std::string ended_words(const std::string& reason);

/// Why a file did not arrive, as one sentence; `reason`: what the program says of it, where the word is not known.
std::string file_words(const std::string& why, const std::string& reason);

}  // namespace lotse::ui
