// Which pictures of others there are, and which of them is viewed: shown large, recorded, and in the canvas file.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "session/events.h"
#include "session/host.h"

namespace lotse::program {

/// One screen of one presenter.
using PictureKey = std::pair<ParticipantId, ScreenId>;

/// The first picture that comes is viewed until another one is chosen. When it ends, the next one of its presenter is,
/// else the first of anybody.
class Views {
 public:
  struct Screen {
    std::string name;
    Size size;
    bool paused = false, told = false;  // told: name and size have come
    session::CursorImage cursor;
    std::optional<Point> cursor_position;
    std::uint64_t cursor_serial = 0;  // another number: another shape
    std::uint64_t frames = 0;         // times that the picture changed
    Instant visible;                  // since when it is as it is
  };
  struct Place {
    Point corner;
    bool primary = false;
  };

  /// A screen has come, changed or ended.
  void update(const session::ScreenChanged& change);
  void place(const session::ScreensPlaced& placed);
  void drop(ParticipantId presenter);
  void clear();
  /// False: there is no such picture.
  bool view(PictureKey key);

  std::optional<PictureKey> viewed() const { return viewed_; }
  /// Makes it where it is new: the picture may come before its name.
  Screen& at(PictureKey key);
  const Screen* find(PictureKey key) const;
  const std::map<PictureKey, Screen>& screens() const { return screens_; }
  Place place_of(PictureKey key) const;
  /// What a command means that names a presenter, a screen, both or none.
  std::optional<PictureKey> meant(std::optional<ParticipantId> presenter, std::optional<ScreenId> screen) const;

 private:
  void choose_another();

  std::map<PictureKey, Screen> screens_;
  std::map<PictureKey, Place> places_;
  std::optional<PictureKey> viewed_;
};

}  // namespace lotse::program
