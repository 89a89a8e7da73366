#include "ui/invitation.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/text.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr std::size_t kMaxPasted = 20000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Digits that belong together: "428 117 903" or "428-117-903" is one run; other text or a spaced dash ends it.
std::vector<std::string> digit_runs(const std::string& text) {
  std::vector<std::string> runs;
  std::string run;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : '\n';
    if (is_digit(c)) {
      run += c;
      continue;
    }
    const bool joins =
        (c == ' ' || c == '-' || c == '.') && !run.empty() && i + 1 < text.size() && is_digit(text[i + 1]);
    // Nine digits are complete: what follows is the code.
    if (joins && run.size() < 9) continue;
    if (!run.empty()) runs.push_back(std::move(run));
    run.clear();
  }
  return runs;
}

std::string link_in(const std::string& text) {
  for (const char* scheme : {"https://", "lotse:"}) {
    std::size_t from = text.find(scheme);
    if (from == text.npos) continue;
    std::size_t to = from;
    while (to < text.size() && std::isspace(static_cast<unsigned char>(text[to])) == 0 && text[to] != '>' &&
           text[to] != '"')
      ++to;
    std::string link = text.substr(from, to - from);
    while (!link.empty() && (link.back() == '.' || link.back() == ',' || link.back() == ')')) link.pop_back();
    if (link.find('#') != link.npos) return link;
  }
  return "";
}

/// A code of two words, after the number: "428 117 903 - velvet river".
std::string words_after(const std::string& text) {
  std::size_t last_digit = text.find_last_of("0123456789");
  if (last_digit == text.npos) return "";
  std::vector<std::string> words(1);
  for (char c : text.substr(last_digit + 1)) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0)
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words.size() == 2 && text.find('\n') == text.npos ? words[0] + " " + words[1] : "";
}

}  // namespace

Invitation read_invitation(const std::string& pasted) {
  Invitation found;
  std::string text = pasted.substr(0, kMaxPasted);
  found.link = link_in(text);
  for (const char* scheme : {"https://", "lotse:"}) {  // a link's digits are not the number
    std::size_t at = text.find(scheme);
    if (at == text.npos) continue;
    std::size_t end = text.find_first_of(" \n\t", at);
    text.erase(at, end == text.npos ? text.npos : end - at);
  }
  for (const std::string dash : {"–", "—"})
    for (std::size_t at = text.find(dash); at != text.npos; at = text.find(dash)) text.replace(at, dash.size(), "-");
  for (const std::string blank : {"\u00a0", "\u202f"})
    for (std::size_t at = text.find(blank); at != text.npos; at = text.find(blank)) text.replace(at, blank.size(), " ");
  for (const std::string& run : digit_runs(text)) {
    if (run.size() == 9 && found.number.empty())
      found.number = run;
    else if (run.size() == 6 && !found.number.empty() && found.code.empty())
      found.code = run;
    else if (run.size() == 15 && found.number.empty())
      found.number = run.substr(0, 9), found.code = run.substr(9);
  }
  if (!found.number.empty() && found.code.empty()) found.code = words_after(text);
  return found;
}

std::string invitation_text(const std::string& name, const std::string& number, const std::string& code,
                            const std::string& link) {
  std::map<std::string, std::string> values{{"name", name},
                                            {"number", grouped(number)},
                                            {"code", code.size() == 6 && is_digit(code[0]) ? grouped(code) : code},
                                            {"link", link}};
  std::string out = name.empty() ? _("You are invited to a Lotse session.")
                                 : filled(_("{name} invites you to a Lotse session."), values);
  if (!link.empty()) out += "\n" + filled(_("Open this link: {link}"), values);
  out += "\n" + filled(code.empty() ? _("Or start Lotse and enter the number {number}.")
                                    : _("Or start Lotse and enter the number {number} and the code {code}."),
                       values);
  return out + "\n";
}

}  // namespace lotse::ui
