// The own screen while it is shared: its source and the hands that remote input moves, brought to the session's thread.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "desktop/input_sink.h"
#include "desktop/screen_source.h"
#include "net/loop.h"
#include "session/host.h"

namespace lotse::program {

/// Lives on the loop. Destruction stops the capture and lifts whatever was held down.
class SharedScreen {
 public:
  struct Handler {
    std::function<void(const std::string& name)> on_granted;
    std::function<void(desktop::SourceProblem, const std::string& detail)> on_ended;  // refused or gone
    std::function<void(desktop::CapturedFrame)> on_frame;
    std::function<void(desktop::CursorShape)> on_cursor_shape;
    std::function<void(Point)> on_cursor_position;
    std::function<void()> on_local_input, on_panic;
    std::function<void(const std::string&)> on_no_input;  // can be watched, not controlled: why
  };
  /// `what`: screen, monitor:N, region:WxH+X+Y. Throws std::runtime_error, one clear line, when it is none of these or
  /// not there.
  SharedScreen(net::Loop& loop, const std::string& display, const std::string& what, codec::Colors colors,
               Handler handler);
  ~SharedScreen();

  void request();
  void refresh();
  void set_colors(codec::Colors colors);
  void inject(const session::InputEvent& input);

 private:
  class Relay;
  std::shared_ptr<Relay> relay_;
  desktop::DesktopInput input_;
  std::unique_ptr<desktop::ScreenSource> source_;
};

/// The names of the control interface for what a source can suffer.
std::string code_of(desktop::SourceProblem problem);

}  // namespace lotse::program
