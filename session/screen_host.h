// The program as the sender of one screen sees it.
#pragma once
#include <utility>

#include "session/host.h"

namespace lotse::session {

/// Hands everything on; a frame that is wanted is one of this screen.
class ScreenHost final : public SessionHost {
 public:
  ScreenHost(SessionHost& host, ScreenId screen) : host_(host), screen_(screen) {}

  void send(Bytes frame) override { host_.send(std::move(frame)); }
  std::size_t queued() const override { return host_.queued(); }
  void notify(Event event) override { host_.notify(std::move(event)); }
  void work(std::function<std::function<void()>()> job) override { host_.work(std::move(job)); }
  void want_frame_of(ScreenId screen) override { host_.want_frame_of(screen); }
  void want_frame() override { host_.want_frame_of(screen_); }
  void inject(const InputEvent& input) override { host_.inject(input); }
  void start_sharing() override { host_.start_sharing(); }
  void stop_sharing() override { host_.stop_sharing(); }
  void show(ParticipantId presenter, ScreenId screen, codec::FrameView picture, const std::vector<Rect>& changed,
            bool exact) override {
    host_.show(presenter, screen, picture, changed, exact);
  }
  void show_cursor(ParticipantId presenter, ScreenId screen, const CursorImage* shape,
                   std::optional<Point> position) override {
    host_.show_cursor(presenter, screen, shape, position);
  }

 private:
  SessionHost& host_;
  ScreenId screen_;
};

}  // namespace lotse::session
