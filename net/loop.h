// The event loop of a program: one thread, its clock, its timers, work for other threads. Boost stays in the .cpp.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "net/caged_workers.h"

namespace lotse::net {

/// Outlives everything that was made with it. Its destructor ends the worker threads (tasks that have begun are waited
/// for, others dropped) and drops whatever is still posted.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;

  /// CLOCK_MONOTONIC.
  static Instant now();
  /// Until stop(). A stop() that came before makes it return at once; afterwards it may run again.
  void run();
  /// Any thread. Nothing that is posted runs after the task under way.
  void stop();
  /// Any thread: runs `task` on the loop, in order, never inside post().
  void post(std::function<void()> task);
  /// Loop thread only. One timer: each call replaces the last deadline; Instant::never() disarms.
  class Timer {
   public:
    Timer(Loop& loop, std::function<void()> on_time);
    /// Disarms. May be destroyed inside its own `on_time`.
    ~Timer();
    Timer(const Timer&) = delete;
    /// A deadline in the past fires soon, never inside set().
    void set(Instant deadline);

   private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
  };
  /// Any thread: runs `task` on one of the worker threads (two at least).
  void work(std::function<void()> task);
  /// Starts the threads of decode(): two at least, each locked in (net/cage.h) or, for want of a kernel that can, not.
  /// Throws std::runtime_error when the kernel refuses. Loop thread, once.
  void start_decoders(Cage cage);
  /// Any thread, after start_decoders(): runs `task` on one of its threads. For what others sent.
  void decode(std::function<void()> task);
  /// Calls `on_signal` on the loop for SIGINT and SIGTERM (and SIGHUP when `on_hangup` is given).
  void on_signals(std::function<void()> on_signal, std::function<void()> on_hangup = {});
  /// Lines of `fd` (pipe, terminal, file, device) without their \n, on the loop; `on_end` at its end. A line above
  /// 1 MiB is cut there. Reads ahead at most 64 KiB. Leaves the descriptor's flags alone: standard input often shares
  /// them with standard output, where O_NONBLOCK would lose what is written.
  void read_lines(int fd, std::function<void(std::string)> on_line, std::function<void()> on_end);

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::net
