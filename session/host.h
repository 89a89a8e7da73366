// What a session needs of the program around it: a relay to send to, workers, a screen, a window. No sockets, no
// clocks, no threads in here: tests put a simulated world behind this.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/geometry.h"
#include "base/ids.h"
#include "codec/frame.h"
#include "session/acquaintance.h"
#include "session/board_file.h"
#include "session/events.h"
#include "session/marks.h"
#include "wire/direct_signal.h"
#include "wire/file_message.h"

namespace lotse::session {

/// One input as it reached the presenter, its right checked.
struct InputEvent {
  enum class Kind : std::uint8_t { move, button, wheel, key, text, release_all };
  Kind kind{};
  ScreenId screen;           // that it was made on
  Point position;            // move, button: pixels of that screen
  bool at_position = false;  // button: move there first
  int button = 0;
  bool down = false;
  int dx = 0, dy = 0;  // wheel: notches
  std::uint32_t keysym = 0;
  std::uint16_t keycode = 0;    // evdev
  std::uint32_t modifiers = 0;  // bits: shift control alt super alt_gr caps num
  std::string text;
};

/// A screen that a member shares: one of its monitors, or all of its desktop. The program that shares says them all at
/// once; viewers are told where they lie beside each other.
struct ScreenPlace {
  ScreenId screen;
  std::string name;
  Rect area;  // of the desktop, in pixels
  bool primary = false;
};

struct CursorImage {
  Size size;  // 0x0: hidden
  Point hotspot;
  Bytes argb;  // B G R A, premultiplied
};

/// All calls on the session's own thread, from inside a call to the session. None may call back into it.
class SessionHost {
 public:
  virtual ~SessionHost() = default;

  /// One frame for the relay, in order.
  virtual void send(Bytes frame) = 0;
  /// Bytes handed to send() that are not in the network yet.
  virtual std::size_t queued() const = 0;
  virtual void notify(Event event) = 0;
  /// What is known of somebody who joins (or whom we join) under this name and shows this long-lived key, or none.
  virtual Acquaintance meet(const std::string& name, const crypto::VerifyKey* key) {
    (void)name;
    return key ? Acquaintance::fresh : Acquaintance::anonymous;
  }
  /// This name has this identity from now on: its bearer is in.
  virtual void remember(const std::string& name, const crypto::VerifyKey& key) { (void)name, (void)key; }
  /// Runs `job` on a worker; what it returns runs on the session's thread later, as long as the session lives.
  virtual void work(std::function<std::function<void()>()> job) = 0;

  /// The same for bytes that others sent: on a worker that can do nothing but compute.
  virtual void decode(std::function<std::function<void()>()> job) { work(std::move(job)); }

  /// `from` says how it may be reached without the relay (docs/protocol/direct.md).
  virtual void on_direct(ParticipantId from, const wire::DirectSignal& signal) { (void)from, (void)signal; }

  /// `from`, a member, says something about a file (docs/protocol/files.md).
  virtual void on_file(ParticipantId from, wire::FileMessage message) { (void)from, (void)message; }
  /// The same about what it copied.
  virtual void on_clipboard(ParticipantId from, wire::FileMessage message) { (void)from, (void)message; }

  /// What is on the board now, the oldest first (docs/protocol/board.md).
  virtual void on_board(const std::vector<BoardFile>& files) { (void)files; }

  // As presenter.
  /// The next changed frame of that screen may come, by Session::on_captured.
  virtual void want_frame_of(ScreenId screen) = 0;
  virtual void inject(const InputEvent& input) = 0;
  /// Consent was given: begin to capture, then call Session::share_screens().
  virtual void start_sharing() = 0;
  virtual void stop_sharing() = 0;
  /// Consent was given: collect what this computer is, then call Session::tell_system_info().
  virtual void want_system_info(ParticipantId for_whom) { (void)for_whom; }
  /// The keyboard and mouse of this computer do nothing from now on but end this, or they work again. Where that cannot
  /// be, or is lost: Session::input_not_held().
  virtual void hold_local_input(bool held) { (void)held; }

  // As viewer.
  /// The picture of `presenter` as it is to be seen now, `changed` since the last call. A new generation changes all.
  virtual void show(ParticipantId presenter, ScreenId screen, codec::FrameView picture,
                    const std::vector<Rect>& changed, bool exact) = 0;
  virtual void show_cursor(ParticipantId presenter, ScreenId screen, const CursorImage* shape,
                           std::optional<Point> position) = 0;
  /// Where members point on that screen now, and what is drawn on it, in its order. Also of the own screens.
  virtual void show_marks(ParticipantId presenter, ScreenId screen, const std::vector<Arrow>& arrows,
                          const std::vector<Stroke>& strokes) {
    (void)presenter, (void)screen, (void)arrows, (void)strokes;
  }
};

}  // namespace lotse::session
