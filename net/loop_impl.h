// What the other files of this folder need of the loop. Boost is only named here.
#pragma once
#include <functional>
#include <memory>
#include <mutex>

#include "net/loop.h"

namespace boost::asio {
class io_context;
}

namespace lotse::net {

boost::asio::io_context& context_of(Loop& loop);

/// The way to a loop that may be gone meanwhile: for threads that nobody can stop or wait for.
class LoopDoor {
 public:
  explicit LoopDoor(Loop& loop) : loop_(&loop) {}
  /// Any thread. Drops the task when the loop is gone.
  void post(std::function<void()> task) {
    std::lock_guard lock(mutex_);
    if (loop_) loop_->post(std::move(task));
  }
  /// By the loop's destructor: it is not entered any more afterwards.
  void shut() {
    std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_;
  Loop* loop_;
};
std::shared_ptr<LoopDoor> door_of(Loop& loop);

}  // namespace lotse::net
