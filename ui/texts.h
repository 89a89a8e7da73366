// The words of the windows, through gettext (domain "lotse"). Source texts are English; translations live in po/.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace lotse::ui {

/// Chooses the language: "en", "de", or "" for the environment's (LANGUAGE, LC_ALL, LC_MESSAGES, LANG). Unknown ones
/// fall back to English. May be called again at run time; window's thread.
void use_language(const std::string& language);
/// The language in use, two letters: "en" when there is no catalogue for the wish.
std::string current_language();

/// The translation of `text`; valid for the life of the program. xgettext finds texts by this name.
const char* translated(const char* text);
const char* translated_plural(const char* one, const char* many, unsigned long count);

/// Replaces {name} by values["name"]; the values themselves are never looked into, so that a person called "{code}"
/// stays just that. Unknown names stay as they are.
std::string filled(std::string_view text, const std::map<std::string, std::string>& values);

/// `text` (valid UTF-8) with at most `letters` letters, 3 at least: the middle gives way to an ellipsis, since the end
/// of a file's name says what it is.
std::string shortened(std::string_view text, std::size_t letters);

}  // namespace lotse::ui

// The names that gettext's users know everywhere.
#define _(text) ::lotse::ui::translated(text)
#define P_(one, many, count) ::lotse::ui::translated_plural(one, many, count)
