// Processor time of parts of a bench.
#pragma once
#include <time.h>

namespace lotse::bench {

/// Sums up the processor's time of what runs under it: what one core needs, whoever else wants it at the moment.
class Stopwatch {
 public:
  template <class Work>
  auto time(Work&& work) {
    struct Lap {
      Stopwatch& watch;
      double start = now_ms();
      ~Lap() { watch.sum_ms_ += now_ms() - start; }
    } lap{*this};
    return work();
  }
  double ms() const { return sum_ms_; }

 private:
  static double now_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
  }
  double sum_ms_ = 0;
};

}  // namespace lotse::bench
