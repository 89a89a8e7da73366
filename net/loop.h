// The event loop of a program: one thread, its clock, its timers, work for other threads. Boost stays in the .cpp.
#pragma once
#include <functional>
#include <memory>

#include "base/time.h"

namespace lotse::net {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;

  /// CLOCK_MONOTONIC.
  static Instant now();
  /// Until stop().
  void run();
  /// Any thread.
  void stop();
  /// Any thread: runs `task` on the loop, in order.
  void post(std::function<void()> task);
  /// Loop thread only. One timer: each call replaces the last deadline; Instant::never() disarms.
  class Timer {
   public:
    Timer(Loop& loop, std::function<void()> on_time);
    ~Timer();
    void set(Instant deadline);

   private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
  };
  /// Runs `task` on one of the worker threads (two at least).
  void work(std::function<void()> task);
  /// Calls `on_signal` on the loop for SIGINT and SIGTERM (and SIGHUP when `on_hangup` is given).
  void on_signals(std::function<void()> on_signal, std::function<void()> on_hangup = {});
  /// Lines of standard input, on the loop; `on_end` at its end. A line above 1 MiB is cut there.
  void read_lines(int fd, std::function<void(std::string)> on_line, std::function<void()> on_end);

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::net
