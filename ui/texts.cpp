#include "ui/texts.h"

#include <libintl.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdlib>
#include <filesystem>

#include "base/text.h"

extern "C" int _nl_msg_cat_cntr;  // glibc: raised, it makes gettext look at LANGUAGE anew

namespace lotse::ui {
namespace {

std::string language_in_use = "en";

std::string language_of_environment() {
  for (const char* name : {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "en";
}

/// Beside the program first, so that the build tree and any prefix work without being told where they are.
std::string catalogue_folder() {
  std::error_code error;
  auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    auto beside = program.parent_path().parent_path() / "share" / "locale";
    if (std::filesystem::is_directory(beside, error)) return beside.string();
  }
  return "/usr/share/locale";
}

bool has_catalogue(const std::string& folder, const std::string& language) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::path(folder) / language / "LC_MESSAGES" / "lotse.mo", error);
}

}  // namespace

void use_language(const std::string& language) {
  static const std::string from_environment = language_of_environment();  // before we write LANGUAGE ourselves
  std::string wish = (language.empty() ? from_environment : language).substr(0, 2);
  const std::string folder = catalogue_folder();
  language_in_use = has_catalogue(folder, wish) ? wish : "en";
  // C.UTF-8 exists on every Debian; LANGUAGE then decides, whichever locales are installed.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  std::setlocale(LC_MESSAGES, "C.UTF-8");
  setenv("LANGUAGE", language_in_use.c_str(), 1);
  bindtextdomain("lotse", folder.c_str());
  bind_textdomain_codeset("lotse", "UTF-8");
  ++_nl_msg_cat_cntr;
}

std::string current_language() { return language_in_use; }

const char* translated(const char* text) { return *text == '\0' ? text : dgettext("lotse", text); }

const char* translated_plural(const char* one, const char* many, unsigned long count) {
  return dngettext("lotse", one, many, count);
}

std::string filled(std::string_view text, const std::map<std::string, std::string>& values) {
  std::string out;
  while (!text.empty()) {
    std::size_t open = text.find('{'), close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    auto value = values.find(std::string(text.substr(open + 1, close - open - 1)));
    out += text.substr(0, open);
    out += value == values.end() ? std::string(text.substr(open, close - open + 1)) : value->second;
    text.remove_prefix(close + 1);
  }
  return out += text;
}

std::string shortened(std::string_view text, std::size_t letters) {
  const std::u32string all = to_utf32(text);
  letters = std::max<std::size_t>(letters, 3);
  if (all.size() <= letters) return std::string(text);
  const std::size_t tail = (letters - 1) / 2, head = letters - 1 - tail;
  return to_utf8(all.substr(0, head)) + "…" + to_utf8(all.substr(all.size() - tail));
}

}  // namespace lotse::ui
