// Commands that are answered when the picture says so: snapshot (settled), wait_pixel, press.
#pragma once
#include <functional>
#include <list>

#include "base/time.h"
#include "codec/frame.h"
#include "program/views.h"

namespace lotse::program {

class Waits {
 public:
  /// What a wait sees each time the picture may have changed: nothing to look at, or the picture and whether it is
  /// exact.
  struct Look {
    codec::FrameView picture;  // empty size: there is none
    bool complete = false, exact = false;
    Instant visible;  // when it became so
    PictureKey of{};  // whose it is
    bool viewed = true;
  };
  struct Wait {
    std::function<bool(const Look&)> done;  // true: answered
    std::function<void()> too_late;
    Instant deadline;
    std::optional<PictureKey> of{};  // the picture that is looked at; nothing: the one that is viewed
  };
  static constexpr std::size_t kMax = 1000;

  /// False when there are too many.
  bool add(Wait wait);
  void look(const Look& look);
  void poll(Instant now);
  Instant next_deadline() const;
  bool empty() const { return waits_.empty(); }

 private:
  std::list<Wait> waits_;
};

}  // namespace lotse::program
