// The own screens while they are shared: its source and the hands that remote input moves, brought to the session's
// thread.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "desktop/input_sink.h"
#include "desktop/screen_source.h"
#include "net/loop.h"
#include "session/host.h"

namespace lotse::program {

/// Lives on the loop. Destruction stops the capture and lifts whatever was held down.
class SharedScreen {
 public:
  struct Handler {
    std::function<void()> on_granted;
    std::function<void(desktop::SourceProblem, const std::string& detail)> on_ended;  // refused or gone
    std::function<void(std::vector<desktop::SharedMonitor>)> on_screens;
    std::function<void(ScreenId, desktop::CapturedFrame)> on_frame;
    std::function<void(desktop::CursorShape)> on_cursor_shape;
    std::function<void(ScreenId, Point)> on_cursor_position;
    std::function<void()> on_local_input, on_panic, on_input_not_held;
    std::function<void(const std::string&)> on_no_input;  // can be watched, not controlled: why
  };
  /// `what`: screen (each monitor a screen of its own), desktop (all of it as one), monitor:N or monitor:NAME,
  /// region:WxH+X+Y, app:PID, window:ID (decimal or 0x...), whiteboard (needs no display). Throws
  /// std::invalid_argument, one clear line, when it is none of these or not there.
  SharedScreen(net::Loop& loop, const std::string& display, const std::string& what, codec::Colors colors,
               std::set<std::uint32_t> hidden, Handler handler);
  ~SharedScreen();

  void request(ScreenId screen);
  void refresh();
  void set_colors(codec::Colors colors);
  void set_overlay(ScreenId screen, std::vector<desktop::OverlayItem> items);
  void set_hidden(std::set<std::uint32_t> windows);
  /// `input` is of one of the screens that were told last; of another one it is dropped.
  void inject(const session::InputEvent& input);
  /// Of this machine's keyboards and mice. False: that is not possible; on_input_not_held may say so later, too.
  bool hold_local_input(bool held);
  const std::vector<desktop::SharedMonitor>& screens() const { return screens_; }

 private:
  void take_input(const std::string& display, const std::function<void(const std::string&)>& no_input);

  class Relay;
  std::shared_ptr<Relay> relay_;
  std::shared_ptr<desktop::SharedWindows> windows_;  // null: all of them
  desktop::DesktopInput input_;
  std::vector<desktop::SharedMonitor> screens_;
  std::unique_ptr<desktop::ScreenSource> source_;
};

/// The names of the control interface for what a source can suffer.
std::string code_of(desktop::SourceProblem problem);

}  // namespace lotse::program
