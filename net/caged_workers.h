// Threads for what strangers' bytes can break: each is locked in (net/cage.h) before it takes its first task.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lotse::net {

enum class Cage { locked, open };

class CagedWorkers {
 public:
  /// Throws std::runtime_error with one clear line when the kernel refuses the cage.
  CagedWorkers(std::size_t count, Cage cage);
  /// Waits for tasks that have begun, drops the others.
  ~CagedWorkers();
  CagedWorkers(const CagedWorkers&) = delete;

  /// Any thread.
  void post(std::function<void()> task);

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lotse::net
