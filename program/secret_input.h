// Where a password comes from: the command line, which forgets it, a file, standard input, a terminal.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "program/secret_text.h"

namespace lotse::program {

/// Secrets among the arguments, taken out: in `argv` each of their characters becomes a star, so that no list of
/// processes shows them and whoever parses the arguments does not get them.
struct ArgumentSecrets {
  /// Takes the text of --password (but auto, none and -), the password in the URL of --proxy, and what follows the # of
  /// a link.
  static ArgumentSecrets take(int argc, char** argv);

  std::optional<SecretText> password;
  std::optional<SecretText> proxy;  // the whole of --proxy, when there was a password in it
  /// Gives the words of the invitation back what was behind their #, and overwrites a code behind its nine digits.
  SecretText invitation(const std::vector<std::string>& words, int argc, char** argv) const;

 private:
  std::vector<std::pair<std::string, SecretText>> links_;  // with stars, and as it was
};

/// Where a password is asked for.
inline constexpr const char* kAskForCode = "Code (empty: wait in the lobby): ";

/// The first line of `file`, without its end; `-` is standard input, on a terminal with `prompt` and without echo.
/// Reads not a byte beyond the line: commands may follow. Throws std::runtime_error with one clear line when the file
/// cannot be read, or everybody on the machine can.
SecretText read_secret(const std::string& file, const std::string& prompt);

/// What is wrong with a passphrase that others are to type; nothing: good. Blanks and dashes do not count.
std::optional<std::string> passphrase_problem(const std::string& text);

}  // namespace lotse::program
