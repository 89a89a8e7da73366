#include "ui/file_chooser.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "ui/spawn.h"

namespace lotse::ui {
namespace {

constexpr int kLookEveryMs = 100;                          // whether the program has ended, or is to
constexpr std::size_t kMaxPrinted = std::size_t{1} << 20;  // bytes

/// In the order in which they fit the desktop.
std::array<std::vector<std::string>, 2> commands(const std::string& title, FileChooser::Wanted wanted) {
  const char *home = std::getenv("HOME"), *desktop = std::getenv("XDG_CURRENT_DESKTOP");
  const bool folder = wanted == FileChooser::Wanted::folder;
  std::array<std::vector<std::string>, 2> all{
      {{"zenity", "--file-selection", folder ? "--directory" : "--multiple", "--separator=//", "--title=" + title},
       {"kdialog", "--title", title, folder ? "--getexistingdirectory" : "--getopenfilename",
        home != nullptr ? home : "/"}}};
  if (desktop != nullptr && std::string_view(desktop).find("KDE") != std::string_view::npos) std::swap(all[0], all[1]);
  return all;
}

/// What is there by now; false at the end.
bool read_some(int from, std::string& into) {
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = read(from, buffer.data(), buffer.size());
    if (count == 0) return false;
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (into.size() < kMaxPrinted) into.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

std::vector<std::string> printed_paths(std::string_view printed) {
  if (printed.ends_with('\n')) printed.remove_suffix(1);
  std::vector<std::string> paths;
  while (printed.starts_with('/')) {
    const std::size_t end = printed.find("///");
    paths.emplace_back(printed.substr(0, end));
    printed.remove_prefix(end == printed.npos ? printed.size() : end + 2);
  }
  return paths;
}

FileChooser::~FileChooser() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

bool FileChooser::open(const std::string& title, Wanted wanted) {
  if (running()) return true;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  pid_t child = -1;
  for (const auto& command : commands(title, wanted))
    if (child < 0) child = spawn(command, ends[1]);
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return false;
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  thread_ = std::thread([this, child, output = ends[0]] { watch(child, output); });
  return true;
}

void FileChooser::watch(int child, int output) {
  std::string printed;
  pollfd more{output, POLLIN, 0};
  int status = 0;
  for (bool gone = false; !gone;) {
    if (stop_) kill(child, SIGKILL);
    gone = waitpid(child, &status, WNOHANG) != 0;  // looked at first: by then all that it printed is in the pipe
    if (!read_some(output, printed)) more.fd = -1;
    if (!gone) poll(&more, 1, kLookEveryMs);
  }
  close(output);
  Choice choice;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  choice.failed = code != 0 && code != 1;  // both programs say 1 for "cancelled"
  if (code == 0) choice.files = printed_paths(printed);
  {
    std::lock_guard lock(mutex_);
    choice_ = std::move(choice);
  }
  if (!stop_) wake_();
}

std::optional<FileChooser::Choice> FileChooser::take() {
  std::optional<Choice> taken;
  {
    std::lock_guard lock(mutex_);
    taken = std::exchange(choice_, {});
  }
  if (taken) thread_.join();
  return taken;
}

}  // namespace lotse::ui
