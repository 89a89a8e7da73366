#include "desktop/screen_source.h"

#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "desktop/frame_pacer.h"
#include "desktop/wakeup.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_cursor.h"
#include "desktop/x11_picture.h"

namespace lotse::desktop {
namespace {

constexpr Duration kPollInterval = std::chrono::milliseconds(50);
// The server refuses a grab when the screen has just become smaller; the new size comes with the next events.
constexpr int kMostRefusals = 20;

/// What the owner wants, handed over to the capture thread.
struct Orders {
  bool stop = false, request = false, refresh = false;
  std::optional<codec::Colors> colors;
};

struct Ending {
  SourceState state;
  SourceProblem problem;
  std::string detail;
};

class X11Source final : public ScreenSource {
 public:
  X11Source(std::string display, const Rect& area) : display_(std::move(display)), area_(area) {}
  ~X11Source() override;

  void start(ScreenSourceHandler& handler) override;
  void request() override {
    order([](Orders& o) { o.request = true; });
  }
  void refresh() override {
    order([](Orders& o) { o.refresh = true; });
  }
  void set_colors(codec::Colors colors) override {
    order([colors](Orders& o) { o.colors = colors; });
  }

 private:
  template <class Change>
  void order(Change change) {
    std::lock_guard lock(mutex_);
    change(orders_);
    wakeup_.signal();
  }
  // From here on: the capture thread.
  void run();
  Ending share();
  bool connect(Ending& refused);
  std::optional<Ending> trouble(const X11Picture& picture) const;
  Ending serve(X11Picture& picture, X11Cursor& cursor);
  /// False when the thread is to stop.
  bool take_orders(X11Picture& picture);
  bool look(X11Picture& picture, Instant now);
  Instant next_look(const X11Picture& picture) const;

  const std::string display_;
  const Rect area_;
  ScreenSourceHandler* handler_ = nullptr;
  Wakeup wakeup_;
  std::thread thread_;

  std::mutex mutex_;
  Orders orders_;
  std::unique_ptr<X11Connection> connection_;  // set once under the mutex, goes with the source

  bool requested_ = false;
  FramePacer pacer_;
  Instant poll_at_;
};

X11Source::~X11Source() {
  if (!thread_.joinable()) return;
  order([](Orders& o) { o.stop = true; });
  {
    std::lock_guard lock(mutex_);
    if (connection_) connection_->interrupt();
  }
  thread_.join();
}

void X11Source::start(ScreenSourceHandler& handler) {
  if (thread_.joinable()) return;
  handler_ = &handler;
  thread_ = std::thread([this] { run(); });
}

void X11Source::run() {
  block_signals_here();
  Ending ending = share();
  std::unique_lock lock(mutex_);
  if (orders_.stop) return;
  lock.unlock();
  handler_->on_state(ending.state, ending.problem, ending.detail);
}

bool X11Source::connect(Ending& refused) {
  try {
    auto connection = std::make_unique<X11Connection>(display_);
    std::lock_guard lock(mutex_);
    connection_ = std::move(connection);
    return !orders_.stop;
  } catch (const std::runtime_error& error) {
    refused = {SourceState::refused, SourceProblem::no_display, error.what()};
    return false;
  }
}

Ending X11Source::share() {
  Ending refused{SourceState::refused, SourceProblem::none, {}};
  if (!connect(refused)) return refused;
  int depth = 0;
  auto format = root_pixel_format(*connection_, depth);
  if (!format)
    return {SourceState::refused, SourceProblem::no_extension,
            "The screen has a colour depth of " + std::to_string(depth) +
                ", which cannot be shared: 15, 16, 24 and 30 can."};
  X11Picture picture(*connection_, *format, area_, connection_->root_size());
  if (auto problem = trouble(picture)) return {SourceState::refused, problem->problem, problem->detail};
  X11Cursor cursor(*connection_, {picture.shared().x, picture.shared().y});
  handler_->on_state(SourceState::granted, SourceProblem::none, {});
  return serve(picture, cursor);
}

std::optional<Ending> X11Source::trouble(const X11Picture& picture) const {
  Rect shared = picture.shared();
  if (connection_->lost()) return Ending{SourceState::gone, SourceProblem::display_lost, "The X server has gone away."};
  if (shared.width > codec::kMaxSide || shared.height > codec::kMaxSide)
    return Ending{SourceState::gone, SourceProblem::too_large,
                  "The screen is larger than " + std::to_string(codec::kMaxSide) + " pixels."};
  if (shared.empty())
    return Ending{SourceState::gone, SourceProblem::source_gone, "The shared area is no longer on the screen."};
  if (picture.refusals() > kMostRefusals)
    return Ending{SourceState::gone, SourceProblem::source_gone, "The X server does not let its screen be read."};
  return std::nullopt;
}

Ending X11Source::serve(X11Picture& picture, X11Cursor& cursor) {
  while (take_orders(picture)) {
    while (X11Event event = connection_->next_event())
      if (!picture.handle(event)) cursor.handle(event);
    if (auto ending = trouble(picture)) return *ending;
    Instant now = monotonic_now();
    bool looked = look(picture, now);
    if (looked) cursor.look_again();
    // Whoever waits for a reply may have read events too, and those would not wake us.
    if (cursor.update(now, *handler_) || looked) continue;
    connection_->wait(wakeup_, std::min(next_look(picture), cursor.next_deadline()));
  }
  return {};
}

bool X11Source::take_orders(X11Picture& picture) {
  wakeup_.clear();
  std::lock_guard lock(mutex_);
  if (orders_.stop) return false;
  requested_ = requested_ || orders_.request;
  if (orders_.refresh) picture.forget();
  if (orders_.colors) picture.set_colors(*orders_.colors);
  orders_ = {};
  return true;
}

Instant X11Source::next_look(const X11Picture& picture) const {
  if (!requested_) return Instant::never();
  if (picture.stale()) return pacer_.ready_at();
  return picture.has_damage() ? Instant::never() : poll_at_;
}

bool X11Source::look(X11Picture& picture, Instant now) {
  if (now < next_look(picture)) return false;
  if (!picture.has_damage()) picture.look_at_all();
  pacer_.spend(now);
  poll_at_ = now + kPollInterval;
  if (auto frame = picture.look(now)) {
    requested_ = false;
    handler_->on_frame(std::move(*frame));
  }
  return true;
}

}  // namespace

std::unique_ptr<ScreenSource> make_x11_source(const std::string& display, const Rect& area) {
  return std::make_unique<X11Source>(display, area);
}

}  // namespace lotse::desktop
