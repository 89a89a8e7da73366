// A program around a part of a session that does nothing: tests take over what they need.
#pragma once
#include "session/host.h"

namespace lotse::test {

class IdleHost : public session::SessionHost {
 public:
  void send(Bytes) override {}
  std::size_t queued() const override { return 0; }
  void notify(session::Event) override {}
  void work(std::function<std::function<void()>()>) override {}
  void want_frame_of(ScreenId) override {}
  void inject(const session::InputEvent&) override {}
  void start_sharing() override {}
  void stop_sharing() override {}
  void show(ParticipantId, ScreenId, codec::FrameView, const std::vector<Rect>&, bool) override {}
  void show_cursor(ParticipantId, ScreenId, const session::CursorImage*, std::optional<Point>) override {}
};

}  // namespace lotse::test
