#include "program/secret_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "base/text.h"
#include "crypto/handshake.h"

namespace lotse::program {
namespace {

constexpr std::size_t kLongestLine = 4096;  // bytes
constexpr std::size_t kShortestPassphrase = 10;

void put_stars(char* text) {
  for (; *text; ++text) *text = '*';
}

bool is_link(std::string_view text) {
  auto hash = text.find('#');
  return hash != text.npos && hash > 0 && text.substr(0, hash).find('/') != text.npos;
}

/// Of `--option VALUE`, where `i` moves on to VALUE, or `--option=VALUE`; else null.
char* value_of(std::string_view option, int& i, int argc, char** argv) {
  std::string_view argument(argv[i]);
  if (argument == option) return i + 1 < argc ? argv[++i] : nullptr;
  bool joined = argument.size() > option.size() && argument.starts_with(option) && argument[option.size()] == '=';
  return joined ? argv[i] + option.size() + 1 : nullptr;
}

// No echo while it lives; does nothing where there is no terminal.
class Silence {
 public:
  Silence() : terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!terminal_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Silence() {
    if (!terminal_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    (void)!write(STDERR_FILENO, "\n", 1);
  }
  Silence(const Silence&) = delete;

 private:
  termios before_{};
  bool terminal_;
};

SecretText first_line(int fd) {
  std::string line;
  line.reserve(kLongestLine);  // no copy is left behind by growing
  char c = 0;
  ssize_t got = 0;
  while (line.size() < kLongestLine) {
    got = read(fd, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') break;
    line += c;
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return SecretText(std::move(line));
}

}  // namespace

ArgumentSecrets ArgumentSecrets::take(int argc, char** argv) {
  ArgumentSecrets taken;
  for (int i = 1; i < argc; ++i) {
    char* argument = argv[i];
    if (char* secret = value_of("--password", i, argc, argv)) {
      std::string_view text(secret);
      if (text.empty() || text == "auto" || text == "none" || text == "-") continue;
      taken.password.emplace(std::string(text));
      put_stars(secret);
    } else if (char* url = value_of("--proxy", i, argc, argv)) {
      char* end = std::strrchr(url, '@');
      char* begin = std::strstr(url, "://");
      begin = end ? std::strchr(begin && begin < end ? begin + 3 : url, ':') : nullptr;
      if (!begin || begin > end) continue;
      taken.proxy.emplace(std::string(url));
      std::fill(begin + 1, end, '*');
    } else if (is_link(argument)) {
      SecretText link{std::string(argument)};
      put_stars(argument + std::string_view(argument).find('#') + 1);
      taken.links_.emplace_back(argument, std::move(link));
    }
  }
  return taken;
}

SecretText ArgumentSecrets::invitation(const std::vector<std::string>& words, int argc, char** argv) const {
  std::string all;
  int digits = 0;
  for (const std::string& word : words) {
    if (!all.empty()) all += ' ';
    std::size_t kept = 0;
    for (; kept < word.size() && digits < 9; ++kept) digits += word[kept] >= '0' && word[kept] <= '9';
    auto link = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l.first == word; });
    all += link == links_.end() ? word : link->second.text();
    if (word.find('#') != word.npos) continue;
    for (int i = 1; i < argc; ++i)
      if (word == argv[i]) put_stars(argv[i] + kept);
  }
  return SecretText(std::move(all));
}

SecretText read_secret(const std::string& file, const std::string& prompt) {
  if (file == "-") {
    Silence silence;  // first: it drops what was typed ahead
    if (isatty(STDIN_FILENO) != 0) (void)!write(STDERR_FILENO, prompt.data(), prompt.size());
    return first_line(STDIN_FILENO);
  }
  int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (fd < 0 || fstat(fd, &status) != 0) {
    std::string why = std::strerror(errno);
    if (fd >= 0) close(fd);
    throw std::runtime_error("cannot read " + file + ": " + why);
  }
  if (S_ISREG(status.st_mode) && (status.st_mode & S_IROTH) != 0) {
    close(fd);
    throw std::runtime_error("everybody on this machine can read " + file + "; say: chmod 600 '" + file + "'");
  }
  SecretText line = first_line(fd);
  close(fd);
  return line;
}

std::optional<std::string> passphrase_problem(const std::string& text) {
  Bytes code = crypto::normalized_code(text);
  std::size_t characters = to_utf32(as_text(code)).size();
  crypto::wipe(code);
  if (characters >= kShortestPassphrase) return std::nullopt;
  return "a passphrase needs 10 characters or more; blanks and dashes do not count";
}

}  // namespace lotse::program
