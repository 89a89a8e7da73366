#include "desktop/x11_sink.h"

#include <algorithm>

#include "base/log.h"

namespace lotse::desktop {
namespace {

// The core protocol's coordinates are 16 bits, signed.
constexpr int kLargest = 32767;
// More notches in one call come from no finger.
constexpr int kMostNotches = 64;
// A server repeats a key that is held, to whichever window comes next.
constexpr Duration kLookForStrays = std::chrono::milliseconds(50);

}  // namespace

X11Sink::X11Sink(const std::string& display, std::shared_ptr<InjectedEvents> injected,
                 std::shared_ptr<const SharedWindows> shared)
    : injected_(std::move(injected)),
      connection_(display),
      injector_(connection_, *injected_, std::move(shared)),
      keyboard_(connection_, injector_, [this](Instant until) { return pause(until); }) {
  thread_ = std::thread([this] { run(); });
}

X11Sink::~X11Sink() {
  release_all();
  {
    std::unique_lock lock(mutex_);
    stop_ = true;
    wakeup_.signal();
    if (!ended_.wait_for(lock, std::chrono::seconds(1), [this] { return done_; })) connection_.interrupt();
  }
  thread_.join();
}

void X11Sink::move(Point position) { post(Move{position}); }
void X11Sink::button(int button, bool down) { post(Button{button, down}); }
void X11Sink::wheel(int dx, int dy) { post(Wheel{dx, dy}); }
void X11Sink::key(const KeyEvent& event) { post(event); }
void X11Sink::type(const std::string& utf8) { post(Type{utf8}); }

void X11Sink::release_all() {
  std::lock_guard lock(mutex_);
  cutoff_ = std::min(cutoff_, monotonic_now() + kAfterglow);
  queue_.push_back(ReleaseAll{});
  wakeup_.signal();
}

void X11Sink::post(Command command) {
  std::lock_guard lock(mutex_);
  if (queue_.size() >= kMostQueued) {
    queue_.clear();
    queue_.push_back(ReleaseAll{});
  }
  // Only the newest place counts.
  if (std::holds_alternative<Move>(command) && !queue_.empty() && std::holds_alternative<Move>(queue_.back()))
    queue_.pop_back();
  queue_.push_back(std::move(command));
  wakeup_.signal();
}

void X11Sink::run() {
  block_signals_here();
  while (!connection_.lost()) {
    wakeup_.clear();
    while (auto command = next_command()) {
      play(*command);
      injector_.flush();
    }
    Instant next = keyboard_.idle(monotonic_now());
    if (injector_.keys_stray()) play_release();
    if (injector_.watches_keys()) next = std::min(next, monotonic_now() + kLookForStrays);
    if (stopping() && next == Instant::never()) break;
    connection_.wait(wakeup_, next);
  }
  // A round trip: a server drops what it has not yet read of a connection that is closed.
  connection_.root_size();
  if (connection_.lost()) log_warning("The X server has gone away: remote input has ended.");
  std::lock_guard lock(mutex_);
  done_ = true;
  ended_.notify_all();
}

std::optional<X11Sink::Command> X11Sink::next_command() {
  std::lock_guard lock(mutex_);
  while (!queue_.empty()) {
    Command command = std::move(queue_.front());
    queue_.pop_front();
    bool releases = std::holds_alternative<ReleaseAll>(command);
    if (!releases && monotonic_now() > cutoff_) continue;
    // Another release may be queued behind this one; its own time limit is the earlier one's.
    if (releases) cutoff_ = Instant::never();
    return command;
  }
  return std::nullopt;
}

bool X11Sink::pause(Instant until) {
  while (true) {
    Instant now = monotonic_now(), cutoff;
    {
      std::lock_guard lock(mutex_);
      cutoff = cutoff_;
    }
    if (connection_.lost() || now > cutoff) return false;
    if (now >= until) return true;
    wakeup_.clear();
    connection_.wait(wakeup_, std::min(until, cutoff));
    keyboard_.idle(now);  // the server's events wake as well, and have to be read
  }
}

bool X11Sink::stopping() {
  std::lock_guard lock(mutex_);
  return stop_ && queue_.empty();
}

void X11Sink::play(const Command& command) {
  if (auto* to = std::get_if<Move>(&command))
    injector_.move({std::clamp(to->position.x, 0, kLargest), std::clamp(to->position.y, 0, kLargest)});
  if (auto* pressed = std::get_if<Button>(&command)) play_button(*pressed);
  if (auto* turned = std::get_if<Wheel>(&command)) play_wheel(*turned);
  if (auto* event = std::get_if<KeyEvent>(&command)) keyboard_.key(*event);
  if (auto* text = std::get_if<Type>(&command)) keyboard_.type(text->text);
  if (std::holds_alternative<ReleaseAll>(command)) play_release();
}

void X11Sink::play_button(const Button& button) {
  bool known = (button.button >= 1 && button.button <= 3) || button.button == 8 || button.button == 9;
  if (!known) return;
  std::uint32_t bit = 1u << button.button;
  if (((buttons_down_ & bit) != 0) == button.down) return;
  if (button.down) keyboard_.restore_modifiers();
  if (injector_.button(button.button, button.down)) buttons_down_ ^= bit;
}

void X11Sink::play_wheel(const Wheel& wheel) {
  keyboard_.restore_modifiers();
  auto turn = [this](int notches, int backwards, int forwards) {
    int button = notches < 0 ? backwards : forwards;
    for (int left = std::abs(std::clamp(notches, -kMostNotches, kMostNotches)); left > 0; --left) {
      if (!injector_.button(button, true)) return;
      injector_.button(button, false);
    }
  };
  turn(wheel.dy, 4, 5);
  turn(wheel.dx, 6, 7);
}

void X11Sink::play_release() {
  keyboard_.release_all();
  for (int button = 1; button <= 9; ++button)
    if (buttons_down_ & 1u << button) injector_.button(button, false);
  buttons_down_ = 0;
}

}  // namespace lotse::desktop
