#include "desktop/whiteboard.h"

#include <cstring>

#include "desktop/x11_connection.h"

namespace lotse::desktop {
namespace {

SlotPixels white(Size size) {
  auto image = std::make_shared<codec::Image>(size);
  codec::MutableFrameView pixels = image->writable();
  constexpr std::uint32_t kWhite = 0xFFFFFF;
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) std::memcpy(pixels.row(y) + static_cast<std::size_t>(x) * 4, &kWhite, 4);
  return image;
}

class Whiteboard final : public ScreenSource {
 public:
  void start(ScreenSourceHandler& handler) override {
    handler_ = &handler;
    handler.on_state(SourceState::granted, SourceProblem::none, {});
    handler.on_screens({{ScreenId{0}, {"Whiteboard", {0, 0, kWhiteboardSize.width, kWhiteboardSize.height}, true}}});
  }
  void request(ScreenId screen) override {
    requested_ = requested_ || screen == ScreenId{0};
    tell();
  }
  void refresh() override {
    fresh_ = true;
    tell();
  }
  void set_colors(codec::Colors) override {}  // white is white in all of them
  void set_overlay(ScreenId, std::vector<OverlayItem>) override {}
  void set_hidden(std::set<std::uint32_t>) override {}

 private:
  void tell() {
    if (!handler_ || !requested_ || !fresh_) return;
    requested_ = fresh_ = false;
    CapturedFrame frame{kWhiteboardSize, {}, monotonic_now()};
    const codec::SlotGrid grid(kWhiteboardSize);
    const SlotPixels whole = white({codec::kSlotSide, codec::kSlotSide});
    for (std::uint32_t i = 0; i < grid.count(); ++i) {
      const Size size = grid.rect(SlotId{i}).size();
      frame.slots.push_back({SlotId{i}, size == whole->size() ? whole : white(size)});
    }
    handler_->on_frame(ScreenId{0}, std::move(frame));
  }

  ScreenSourceHandler* handler_ = nullptr;
  bool requested_ = false, fresh_ = true;
};

}  // namespace

std::unique_ptr<ScreenSource> make_whiteboard() { return std::make_unique<Whiteboard>(); }

}  // namespace lotse::desktop
