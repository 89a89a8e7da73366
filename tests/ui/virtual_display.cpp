#include "tests/ui/virtual_display.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace lotse::ui::test {

VirtualDisplay::VirtualDisplay(const std::string& size) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const std::string write_end = std::to_string(ends[1]);
  pid_ = fork();
  if (pid_ == 0) {
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 1);
    dup2(nothing, 2);
    close(ends[0]);
    execlp("Xvfb", "Xvfb", "-displayfd", write_end.c_str(), "-screen", "0", size.c_str(), "-dpi", "96", "-nolisten",
           "tcp", "-noreset", nullptr);
    _exit(127);
  }
  close(ends[1]);
  std::string number;
  pollfd ready{ends[0], POLLIN, 0};
  while (poll(&ready, 1, 60'000) == 1) {
    char c = 0;
    if (read(ends[0], &c, 1) != 1 || c == '\n') break;
    number += c;
  }
  close(ends[0]);
  if (number.empty()) throw std::runtime_error("Xvfb does not start");
  name_ = ":" + number;
  setenv("DISPLAY", name_.c_str(), 1);
  setenv("SDL_VIDEODRIVER", "x11", 1);
}

VirtualDisplay::~VirtualDisplay() {
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

}  // namespace lotse::ui::test
