// What a window needs of the program behind it. The windows know nothing else: they send the commands that scripts
// send, and draw what the events say. So whatever a window can do a script can do, and a window can be tested from a
// file of events.
#pragma once
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/time.h"
#include "codec/frame.h"

namespace lotse::ui {

/// The picture of the presenter that is watched, handed from the session's thread to the window's. Thread-safe.
class SharedPicture {
 public:
  struct Cursor {
    Size size;
    Point hotspot, position;
    bool visible = false;
    std::uint64_t shape_serial = 0;  // another number: another shape
    std::vector<std::uint8_t> argb;  // B G R A, premultiplied
  };

  /// Session side: takes over the `changed` parts of `picture`. A new size replaces all.
  void update(codec::FrameView picture, const std::vector<Rect>& changed);
  void set_cursor(const Cursor& cursor);
  void clear();

  /// Window side: calls `look` under the lock with the whole picture and what changed since the last take().
  void take(const std::function<void(codec::FrameView picture, const std::vector<Rect>& changed, const Cursor& cursor)>&
                look);

 private:
  std::mutex mutex_;
  codec::Image image_;
  std::vector<Rect> changed_;
  Cursor cursor_;
};

class Backend {
 public:
  virtual ~Backend() = default;
  /// A command of the control interface, {"do": ...}; any thread. Answers come among the events, by "id".
  virtual void command(const nlohmann::json& command) = 0;
  /// All events and answers since the last call, in order. Window's thread.
  virtual std::vector<nlohmann::json> take_events() = 0;
  virtual SharedPicture& picture() = 0;
  /// The window's wish to be woken when there are events or pictures: `wake` is called from any thread, cheap, may
  /// be called often. Set once before anything else.
  virtual void on_wake(std::function<void()> wake) = 0;
};

}  // namespace lotse::ui
