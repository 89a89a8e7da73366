// A screen source with everything that it told.
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "codec/frame.h"
#include "desktop/screen_source.h"

namespace lotse::desktop {

/// Waits end with an exception after ten seconds: then what was waited for will not come.
class WatchedSource : public ScreenSourceHandler {
 public:
  explicit WatchedSource(const std::string& display, const ShareChoice& choice = {})
      : source_(make_x11_source(display, choice)) {
    source_->start(*this);
  }
  ~WatchedSource() override { source_.reset(); }

  struct State {
    SourceState state;
    SourceProblem problem;
    std::string detail;
  };

  ScreenSource& source() { return *source_; }
  State next_state() { return take(states_); }
  CapturedFrame next_frame(ScreenId screen = {}) { return take(list_of(frames_, screen)); }
  std::vector<SharedMonitor> next_screens() { return take(screens_); }
  CursorShape next_shape() { return take(shapes_); }
  Point next_position(ScreenId screen = {}) { return take(list_of(positions_, screen)); }
  void wait_for_position(Point wanted, ScreenId screen = {}) {
    while (next_position(screen) != wanted) continue;
  }
  std::size_t frames_waiting() {
    std::lock_guard lock(mutex_);
    return frames_[ScreenId{}].size();
  }
  std::size_t shapes_waiting() {
    std::lock_guard lock(mutex_);
    return shapes_.size();
  }
  /// Asks for a frame and waits for it.
  CapturedFrame frame(ScreenId screen = {}) {
    source_->request(screen);
    return next_frame(screen);
  }

  void on_state(SourceState state, SourceProblem problem, const std::string& detail) override {
    put(states_, State{state, problem, detail});
  }
  void on_screens(std::vector<SharedMonitor> screens) override { put(screens_, std::move(screens)); }
  void on_frame(ScreenId screen, CapturedFrame frame) override { put(frames_, screen, std::move(frame)); }
  void on_cursor_shape(CursorShape shape) override { put(shapes_, std::move(shape)); }
  void on_cursor_position(ScreenId screen, Point position) override { put(positions_, screen, position); }

 private:
  template <class T>
  void put(std::vector<T>& list, T value) {
    std::lock_guard lock(mutex_);
    list.push_back(std::move(value));
    changed_.notify_all();
  }
  template <class T>
  void put(std::map<ScreenId, std::vector<T>>& lists, ScreenId screen, T value) {
    std::lock_guard lock(mutex_);
    lists[screen].push_back(std::move(value));
    changed_.notify_all();
  }
  template <class T>
  std::vector<T>& list_of(std::map<ScreenId, std::vector<T>>& lists, ScreenId screen) {
    std::lock_guard lock(mutex_);
    return lists[screen];
  }
  template <class T>
  T take(std::vector<T>& list) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !list.empty(); }))
      throw std::runtime_error("the source told nothing for ten seconds");
    T first = std::move(list.front());
    list.erase(list.begin());
    return first;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<State> states_;
  std::vector<std::vector<SharedMonitor>> screens_;
  std::map<ScreenId, std::vector<CapturedFrame>> frames_;
  std::vector<CursorShape> shapes_;
  std::map<ScreenId, std::vector<Point>> positions_;
  std::unique_ptr<ScreenSource> source_;
};

/// Puts frames together, as a viewer does.
class Picture {
 public:
  void put(const CapturedFrame& frame) {
    if (frame.size != image_.size()) image_ = codec::Image(frame.size);
    codec::SlotGrid grid(frame.size);
    for (const CapturedSlot& slot : frame.slots)
      codec::copy_pixels(slot.pixels->view(), image_.writable().part(grid.rect(slot.slot)));
  }
  codec::FrameView view() const { return image_.view(); }
  Bytes bytes() const {
    codec::FrameView all = view();
    return Bytes(all.data, all.data + all.stride * static_cast<std::size_t>(all.size.height));
  }

 private:
  codec::Image image_;
};

}  // namespace lotse::desktop
