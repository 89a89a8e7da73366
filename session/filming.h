// The presenter's films of one screen: what keeps moving is coded as VP9 instead of slot by slot, until it rests.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "codec/frame.h"
#include "session/film_director.h"
#include "session/frame_coder.h"
#include "session/host.h"

namespace lotse::session {

/// A film lies over the slots. Those wholly under it rest as they were sent last; those at its border go on outside of
/// it. When it ends all of them come back with their newest pixels. One frame of a film is under way at a time; what
/// changes meanwhile goes with the next. Not thread-safe: coding runs on the host's workers, the rest on the session's
/// thread.
class Filming {
 public:
  struct Frame {
    SlotId film;  // its number
    std::uint8_t layer = 0;
    bool key = false;
    Bytes payload;
  };
  /// The version that the frame went out in, or nothing.
  using Out = std::function<std::optional<std::uint32_t>(const Frame&)>;
  Filming(SessionHost& host, Out out);
  ~Filming();

  void set(Films films) { films_ = films; }
  void set_least_slots(std::size_t slots) { least_slots_ = slots; }
  /// A new generation: no films.
  void reset(const codec::SlotGrid& grid);

  /// A capture has begun; then what it changed.
  void captured(Instant now);
  /// Whether the slot goes by a film alone.
  bool take(const SlotUpdate& update, Instant now);
  /// Looks for what moves. What the frames of a film that may begin show: start() is to be called with the picture
  /// there.
  std::optional<Rect> wanted(const FilmDirector::Judge& photo, Instant now);
  void start(std::shared_ptr<const codec::Image> picture, Instant now);
  /// The slots of films that are over. No pixels: they are as they were sent last.
  std::vector<SlotUpdate> ended(Instant now);

  /// Codes what is new. `bytes_a_second`: what the link carries.
  void poll(double bytes_a_second, Instant now);
  /// Somebody lacks what that film is built on: a key frame follows, at most every 500 ms.
  void requested(SlotId film);
  void requested_all();

  bool none() const { return reels_.empty(); }
  bool covers(SlotId slot) const;
  std::vector<Rect> areas() const;
  /// Something of a capture waits to be coded.
  bool waiting() const;
  Instant next_deadline() const;

 private:
  struct Coder;
  struct Reel;
  struct Job;
  Reel* find(const Rect& slot);
  bool due(const Reel& reel, Instant now) const;
  void code(Reel& reel, double bytes_a_second, Instant now);
  void coded(const std::shared_ptr<Job>& job);

  SessionHost& host_;
  Out out_;
  Films films_ = Films::on;
  bool broken_ = false;  // there is no coder
  std::size_t least_slots_ = FilmDirector::kLeastSlots;
  codec::SlotGrid grid_;
  FilmDirector director_;
  std::optional<FilmBorder> border_;
  std::vector<std::unique_ptr<Reel>> reels_;
  std::vector<std::pair<SlotId, SlotPixels>> meanwhile_;  // since wanted() has named an area
  std::optional<Rect> starting_;                          // the area of a film, of which the picture is on its way
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::session
