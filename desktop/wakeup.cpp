#include "desktop/wakeup.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace lotse::desktop {

Wakeup::Wakeup() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::runtime_error("No file descriptor is left for a desktop thread.");
}

Wakeup::~Wakeup() { close(fd_); }

void Wakeup::signal() {
  std::uint64_t one = 1;
  // Fails only when the counter is full, and then the thread wakes anyway.
  [[maybe_unused]] ssize_t written = write(fd_, &one, sizeof one);
}

void Wakeup::clear() {
  std::uint64_t count = 0;
  [[maybe_unused]] ssize_t taken = read(fd_, &count, sizeof count);
}

void block_signals_here() {
  sigset_t all;
  sigfillset(&all);
  // Those that a fault of our own raises stay as they are: a blocked one is undefined behaviour.
  for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) sigdelset(&all, fault);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace lotse::desktop
