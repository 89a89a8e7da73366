// The person at this machine: every device event that the sink did not make.
#pragma once
#include <atomic>
#include <bitset>
#include <memory>
#include <string>
#include <thread>

#include "desktop/injected_events.h"
#include "desktop/input_sink.h"
#include "desktop/wakeup.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_input_hold.h"
#include "desktop/x11_layout.h"

namespace lotse::desktop {

class X11Watch final : public LocalInput {
 public:
  static constexpr Duration kActivityInterval = std::chrono::milliseconds(100);

  /// Throws std::runtime_error without display, XInput 2.1 or XKB.
  X11Watch(const std::string& display, LocalInputHandler handler, std::shared_ptr<InjectedEvents> injected);
  ~X11Watch() override;
  void hold(bool on) override;

 private:
  void run();
  void handle(const RawEvent& event, Instant now);
  /// True when the server was asked something: events may have come with its answer.
  bool hold_or_release();
  /// Pause, or Escape with Control, Alt and Shift.
  bool is_panic(std::uint32_t keysym) const;

  const LocalInputHandler handler_;
  std::shared_ptr<InjectedEvents> injected_;
  Wakeup wakeup_;
  X11Connection connection_;
  X11Layout layout_;
  std::bitset<256> down_;  // keys that the local person holds
  Instant told_;
  X11InputHold hold_;
  std::atomic<bool> hold_wanted_ = false, hold_again_ = false;  // again: something was lifted, perhaps
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace lotse::desktop
