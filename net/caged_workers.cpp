#include "net/caged_workers.h"

#include <future>
#include <stdexcept>
#include <utility>

#include "net/cage.h"

namespace lotse::net {

CagedWorkers::CagedWorkers(std::size_t count, Cage cage) {
  bool locked = true;
  for (std::size_t i = 0; i < count && locked; ++i) {
    std::promise<bool> ready;
    std::future<bool> answer = ready.get_future();
    threads_.emplace_back([this, cage, ready = std::move(ready)]() mutable {
      bool in = cage == Cage::open || lock_this_thread_in();
      ready.set_value(in);
      if (in) serve();
    });
    locked = answer.get();
  }
  if (locked) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  news_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  throw std::runtime_error(
      "the kernel does not let the decoder of pictures be locked in (seccomp); --no-cage goes on without");
}

CagedWorkers::~CagedWorkers() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  news_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void CagedWorkers::post(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  news_.notify_one();
}

void CagedWorkers::serve() {
  for (std::unique_lock lock(mutex_);;) {
    news_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (stopping_) return;
    {
      auto task = std::exchange(tasks_.front(), nullptr);
      tasks_.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
  }
}

}  // namespace lotse::net
