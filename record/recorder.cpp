#include "record/recorder.h"

#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "record/stage.h"
#include "record/video_writer.h"

namespace lotse::record {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLeastGap{50};      // 20 pictures a second
constexpr int kShare = 2;                  // encoding takes at most 1 / kShare of the thread's time
constexpr milliseconds kRepeatAfter{800};  // a still picture is written again, and flushed at once
constexpr milliseconds kFlushAfter{500};   // half of what the header promises, for slow disks and busy processors
constexpr milliseconds kKeyEvery{15'000};  // how far a player has to decode from a seek; a key costs 50 to 300 KB

/// A picture as it was handed in.
struct Shot {
  codec::Image picture;
  PointerImage pointer;
  Instant time;             // the caller's
  Clock::time_point taken;  // ours, at the same moment
};

void copy(codec::FrameView from, codec::Image& to) {
  if (to.size() != from.size) to = codec::Image(from.size);
  codec::MutableFrameView rows = to.writable();
  for (int y = 0; y < from.size.height; ++y)
    std::memcpy(rows.row(y), from.row(y), static_cast<std::size_t>(from.size.width) * 4);
}

/// What the thread owns: the video as it has been written so far.
class Film {
 public:
  explicit Film(OutputFile& file) : file_(file) {}

  /// `start`: when the recording began. The first picture shown is shown from then on.
  void show(Shot& shot, Instant start) {
    const bool first = !writer_;
    if (first) begin(shot, start);
    const bool changed = stage_->show(shot.picture.writable(), shot.pointer) == Stage::Change::yes;
    now_ = shot.time;
    now_taken_ = shot.taken;
    if (first)
      write(Kind::key, start);
    else if (changed)
      write(at(shot.time) - last_key_ >= kKeyEvery ? Kind::key : Kind::usual, shot.time);
  }
  /// The picture stands still: it lasts until `time`.
  void repeat(Instant time) {
    write(Kind::usual, time);
    flush();
  }
  void flush() {
    writer_->flush();
    unflushed_since_.reset();
  }
  void finish(Instant time) {
    if (at(time) > last_) repeat(time);
    writer_->finish();
  }

  bool empty() const { return !writer_; }
  /// The caller's clock, which we have seen at the last shot only, at `moment` of ours.
  Instant clock(Clock::time_point moment) const { return now_ + std::max(Duration{}, Duration{moment - now_taken_}); }
  Clock::time_point next_flush() const {
    return unflushed_since_ ? *unflushed_since_ + kFlushAfter : Clock::time_point::max();
  }
  Clock::time_point next_repeat() const { return writer_ ? last_written_ + kRepeatAfter : Clock::time_point::max(); }

 private:
  using Kind = VideoWriter::Kind;

  void begin(const Shot& shot, Instant start) {
    start_ = start;
    stage_.emplace(shot.picture.size());
    writer_.emplace(file_, shot.picture.size());
  }
  VideoTime at(Instant time) const { return std::chrono::duration_cast<VideoTime>(time - start_); }
  void write(Kind kind, Instant time) {
    const VideoTime stamp = std::max(at(time), last_ + VideoTime{1});
    writer_->write(stage_->yuv(), stamp, kind);
    last_ = stamp;
    if (kind == Kind::key) last_key_ = stamp;
    last_written_ = Clock::now();
    if (!unflushed_since_) unflushed_since_ = last_written_;
  }

  OutputFile& file_;
  std::optional<Stage> stage_;
  std::optional<VideoWriter> writer_;
  Instant start_, now_;
  Clock::time_point now_taken_, last_written_;
  VideoTime last_{-1}, last_key_{0};
  std::optional<Clock::time_point> unflushed_since_;
};

}  // namespace

struct Recorder::Impl {
  OutputFile file;
  OnError on_error;

  std::mutex mutex;
  std::condition_variable wake;
  Shot next;  // guarded, as are all down to `last`
  bool waiting = false;
  bool dead = false;
  std::optional<Instant> end;
  std::optional<Instant> first;  // of frame(), as the next two
  Instant last;
  Clock::time_point last_taken{};

  std::thread thread;  // the last member: it uses the others

  Impl(const std::string& path, OnError report) : file(path), on_error(std::move(report)) {
    thread = std::thread([this] { run(); });
  }
  void run();
  void roll(Film& film);
};

/// Until finish(). The shot being encoded and the one to come change places, so that nothing is allocated.
void Recorder::Impl::roll(Film& film) {
  Shot shot;
  Clock::time_point allowed = Clock::time_point::min();  // not before this does the next encoding begin
  std::unique_lock lock(mutex);
  while (!end || waiting) {
    const Clock::time_point due =
        std::min({film.next_flush(), film.next_repeat(), waiting ? allowed : Clock::time_point::max()});
    const Clock::time_point now = Clock::now();
    if (!end && now < due) {
      if (due == Clock::time_point::max())
        wake.wait(lock);
      else
        wake.wait_until(lock, due);
      continue;
    }
    const bool show = waiting && (end || now >= allowed);
    if (show) {
      std::swap(shot, next);
      waiting = false;
    }
    lock.unlock();
    if (show)
      film.show(shot, *first);
    else if (now >= film.next_repeat())
      film.repeat(film.clock(now));
    if (Clock::now() >= film.next_flush()) film.flush();
    if (show) allowed = std::max<Clock::time_point>(now + kLeastGap, now + kShare * (Clock::now() - now));
    lock.lock();
  }
}

void Recorder::Impl::run() {
  try {
    Film film(file);
    roll(film);
    if (film.empty())
      file.remove();
    else
      film.finish(*end);
  } catch (const std::exception& failure) {
    {
      std::lock_guard lock(mutex);
      dead = true;
    }
    if (on_error) on_error(failure.what());
  }
}

Recorder::Recorder(const std::string& file, OnError on_error)
    : impl_(std::make_unique<Impl>(file, std::move(on_error))) {}

Recorder::~Recorder() {
  if (!impl_->thread.joinable()) return;
  Instant now;
  {
    std::lock_guard lock(impl_->mutex);
    now = impl_->last + Duration{Clock::now() - impl_->last_taken};
  }
  finish(now);
}

void Recorder::frame(codec::FrameView picture, const PointerImage& pointer, Instant now) {
  if (picture.size.empty()) return;
  {
    std::lock_guard lock(impl_->mutex);
    if (impl_->end || impl_->dead) return;
    copy(picture, impl_->next.picture);
    if (!impl_->first) impl_->first = now;
    impl_->next.pointer = pointer;
    impl_->next.time = impl_->last = now;
    impl_->next.taken = impl_->last_taken = Clock::now();
    impl_->waiting = true;
  }
  impl_->wake.notify_one();
}

void Recorder::finish(Instant now) {
  if (!impl_->thread.joinable()) return;
  {
    std::lock_guard lock(impl_->mutex);
    impl_->end = now;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

std::uint64_t Recorder::bytes_written() const { return impl_->file.bytes(); }

}  // namespace lotse::record
