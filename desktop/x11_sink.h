// The input sink of X11: a queue, and a thread that plays it.
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "desktop/injected_events.h"
#include "desktop/input_sink.h"
#include "desktop/wakeup.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_injector.h"
#include "desktop/x11_keyboard.h"

namespace lotse::desktop {

class X11Sink final : public InputSink {
 public:
  /// What does not fit any more means that the server hangs; everything is released when it comes back.
  static constexpr std::size_t kMostQueued = 1024;
  /// After release_all() what was asked before still happens, but not longer than this.
  static constexpr Duration kAfterglow = std::chrono::milliseconds(30);

  /// Throws std::runtime_error without display, XTest or XKB. `injected` is shared with the watcher; `shared`: the
  /// windows that input may reach, null for all.
  X11Sink(const std::string& display, std::shared_ptr<InjectedEvents> injected,
          std::shared_ptr<const SharedWindows> shared = nullptr);
  /// Releases everything and gives back spare keys, for at most a second.
  ~X11Sink() override;

  void move(Point position) override;
  void button(int button, bool down) override;
  void wheel(int dx, int dy) override;
  void key(const KeyEvent& event) override;
  void type(const std::string& utf8) override;
  void release_all() override;

 private:
  struct Move {
    Point position;
  };
  struct Button {
    int button;
    bool down;
  };
  struct Wheel {
    int dx, dy;
  };
  struct Type {
    std::string text;
  };
  struct ReleaseAll {};
  using Command = std::variant<Move, Button, Wheel, KeyEvent, Type, ReleaseAll>;

  void post(Command command);
  // From here on: the sink's thread.
  void run();
  std::optional<Command> next_command();
  bool pause(Instant until);
  bool stopping();
  void play(const Command& command);
  void play_button(const Button& button);
  void play_wheel(const Wheel& wheel);
  void play_release();

  std::shared_ptr<InjectedEvents> injected_;
  Wakeup wakeup_;
  X11Connection connection_;
  X11Injector injector_;
  X11Keyboard keyboard_;
  std::uint32_t buttons_down_ = 0;  // bit n: button n

  std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<Command> queue_;
  Instant cutoff_ = Instant::never();  // from then on what is queued before a ReleaseAll is dropped
  bool stop_ = false, done_ = false;
  std::thread thread_;
};

}  // namespace lotse::desktop
