// What a window needs of the program behind it. The windows know nothing else: they send the commands that scripts
// send, and draw what the events say. So whatever a window can do a script can do, and a window can be tested from a
// file of events.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "codec/frame.h"
#include "session/marks.h"

namespace lotse::ui {

/// Where a member points on a picture.
struct NamedArrow {
  Point tip;              // pixels of the picture
  std::uint32_t rgb = 0;  // 0xRRGGBB
  std::string name;
  bool own = false;  // this program's member
};

/// One picture that is watched, handed from the session's thread to the window's. Thread-safe.
class SharedPicture {
 public:
  struct Cursor {
    Size size;
    Point hotspot, position;
    bool visible = false;
    std::uint64_t shape_serial = 0;  // another number: another shape
    std::vector<std::uint8_t> argb;  // B G R A, premultiplied
  };

  struct Marks {
    std::vector<NamedArrow> arrows;
    std::shared_ptr<const std::vector<session::Stroke>> strokes;  // in the order in which they are drawn; null: none
  };

  /// Session side: takes over the `changed` parts of `picture`. A new size replaces all.
  void update(codec::FrameView picture, const std::vector<Rect>& changed);
  void set_cursor(const Cursor& cursor);
  void set_marks(const Marks& marks);

  /// Window side: calls `look` under the lock with the whole picture and what changed since the last take() of that
  /// `reader`; at its first one that is everything.
  using Look = std::function<void(codec::FrameView picture, const std::vector<Rect>& changed, const Cursor& cursor)>;
  void take(const void* reader, const Look& look);
  /// The marks, when they are newer than those that a reader has `seen`; 0: none yet.
  std::optional<Marks> take_marks(std::uint64_t& seen);
  /// That reader does not come again.
  void leave(const void* reader);

 private:
  std::mutex mutex_;
  codec::Image image_;
  std::map<const void*, std::vector<Rect>> changed_;  // by reader
  Cursor cursor_;
  Marks marks_;
  std::uint64_t marks_serial_ = 0;
};

/// All of them, by presenter and screen. Thread-safe. A picture that was handed out lives on when it is removed here.
class SharedPictures {
 public:
  using Key = std::pair<int, int>;

  /// Session side; makes it where it is new.
  std::shared_ptr<SharedPicture> at(Key key);
  void remove(Key key);
  void drop(int presenter);
  void clear();
  /// Window side: null when there is none.
  std::shared_ptr<SharedPicture> find(Key key) const;

 private:
  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<SharedPicture>> pictures_;
};

class Backend {
 public:
  virtual ~Backend() = default;
  /// A command of the control interface, {"do": ...}; any thread. Answers come among the events, by "id".
  virtual void command(const nlohmann::json& command) = 0;
  /// All events and answers since the last call, in order. Window's thread.
  virtual std::vector<nlohmann::json> take_events() = 0;
  virtual SharedPictures& pictures() = 0;
  /// The window's wish to be woken when there are events or pictures: `wake` is called from any thread, cheap, may
  /// be called often. Set once before anything else.
  virtual void on_wake(std::function<void()> wake) = 0;
};

}  // namespace lotse::ui
