#include "net/loop.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <thread>
#include <vector>

#include "net/line_reader.h"
#include "net/loop_impl.h"

namespace lotse::net {

namespace asio = boost::asio;
using boost::system::error_code;

struct Loop::Impl {
  explicit Impl(Loop& loop) : door(std::make_shared<LoopDoor>(loop)) {}

  // No concurrency hint: with a hint of 1 what the loop's own thread posts may be overtaken by what others post later.
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> busy{context.get_executor()};
  asio::signal_set signals{context};
  asio::signal_set hangups{context};
  std::shared_ptr<LoopDoor> door;
  std::vector<std::unique_ptr<LineReader>> readers;
  asio::thread_pool workers{threads()};
  std::unique_ptr<CagedWorkers> decoders;

  static std::size_t threads() { return std::max<std::size_t>(2, std::thread::hardware_concurrency()); }
};

namespace {

void listen(asio::signal_set& set, std::function<void()> on_signal) {
  set.async_wait([&set, on_signal = std::move(on_signal)](error_code error, int) {
    if (error) return;
    on_signal();
    listen(set, on_signal);
  });
}

}  // namespace

Loop::Loop() : impl_(std::make_unique<Impl>(*this)) {}

Loop::~Loop() {
  impl_->decoders.reset();
  impl_->workers.stop();
  impl_->workers.join();
  impl_->readers.clear();
  impl_->door->shut();
}

Instant Loop::now() { return Instant{std::chrono::steady_clock::now().time_since_epoch()}; }

void Loop::run() {
  impl_->context.run();
  impl_->context.restart();
}

void Loop::stop() { impl_->context.stop(); }
void Loop::post(std::function<void()> task) { asio::post(impl_->context, std::move(task)); }
void Loop::work(std::function<void()> task) { asio::post(impl_->workers, std::move(task)); }

void Loop::start_decoders(Cage cage) { impl_->decoders = std::make_unique<CagedWorkers>(Impl::threads(), cage); }
void Loop::decode(std::function<void()> task) { impl_->decoders->post(std::move(task)); }

void Loop::on_signals(std::function<void()> on_signal, std::function<void()> on_hangup) {
  impl_->signals.add(SIGINT);
  impl_->signals.add(SIGTERM);
  listen(impl_->signals, std::move(on_signal));
  if (!on_hangup) return;
  impl_->hangups.add(SIGHUP);
  listen(impl_->hangups, std::move(on_hangup));
}

void Loop::read_lines(int fd, std::function<void(std::string)> on_line, std::function<void()> on_end) {
  impl_->readers.push_back(std::make_unique<LineReader>(*this, fd, std::move(on_line), std::move(on_end)));
}

struct Loop::Timer::Impl {
  Impl(asio::io_context& context, std::function<void()> then) : timer(context), on_time(std::move(then)) {}

  asio::steady_timer timer;
  std::function<void()> on_time;
  Instant deadline = Instant::never();
  std::uint64_t round = 0;  // a wait that was replaced after it had ended must not call any more
};

Loop::Timer::Timer(Loop& loop, std::function<void()> on_time)
    : impl_(std::make_shared<Impl>(context_of(loop), std::move(on_time))) {}

Loop::Timer::~Timer() { set(Instant::never()); }

void Loop::Timer::set(Instant deadline) {
  if (deadline == impl_->deadline) return;
  impl_->deadline = deadline;
  const std::uint64_t round = ++impl_->round;
  impl_->timer.cancel();
  if (deadline == Instant::never()) return;
  impl_->timer.expires_at(std::chrono::steady_clock::time_point(deadline.since_start()));
  impl_->timer.async_wait([impl = impl_, round](error_code error) {
    if (error || round != impl->round) return;
    impl->deadline = Instant::never();
    impl->on_time();
  });
}

boost::asio::io_context& context_of(Loop& loop) { return loop.impl().context; }
std::shared_ptr<LoopDoor> door_of(Loop& loop) { return loop.impl().door; }

}  // namespace lotse::net
