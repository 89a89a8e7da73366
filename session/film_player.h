// The viewer's side of the films of one screen: their frames lie over the slots until newer slots come.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "codec/canvas.h"
#include "session/host.h"
#include "wire/film.h"
#include "wire/limits.h"
#include "wire/packet.h"
#include "wire/picture_proof.h"

namespace lotse::session {

/// A film is over when a slot that lies wholly under it comes in a newer version than its newest frame: while it runs
/// its presenter sends none. From then on each slot that is newer shows itself. Not thread-safe: decoding runs on the
/// host's decoders, the rest on the session's thread.
class FilmPlayer {
 public:
  struct Calls {
    std::function<void(const Rect&)> drawn;             // a frame is in the picture
    std::function<void(const Rect&)> uncovered;         // slots are to be seen there again
    std::function<std::uint32_t(SlotId)> slot_version;  // that the slot holds, 0: nothing
    std::function<void(std::vector<SlotId>)> ask;       // for key frames, see wire::film_asked()
    std::function<void(float ms)> decoded;
    std::function<void()> refused;
  };
  FilmPlayer(SessionHost& host, Calls calls) : host_(host), calls_(std::move(calls)) {}

  /// A new generation: no films. The canvas is the one that slots are drawn to from now on.
  void reset(const codec::Canvas& canvas);
  /// A packet of a film. `proven`: its SIGN was here already. False: it is not taken.
  bool take(const wire::PictureFields& fields, ByteView payload, const wire::PacketHash& hash, bool proven,
            Instant now);
  /// The slot was drawn on the canvas.
  void slot_drawn(SlotId slot);
  /// The presenter says that viewers have all of its pixels up to `version`: films before it are over.
  void end(std::uint32_t version);

  bool none() const { return live_ == 0; }
  /// What is to be seen: the canvas with the films over it.
  codec::FrameView view() const { return live_ > 0 ? picture_.view() : canvas_->view(); }

  void prove(const std::vector<wire::PacketHash>& hashes);
  /// Films with a packet that was not proven since `horizon` are dropped. How many.
  std::size_t doubt(Instant horizon, Instant now);
  /// The presenter may be gone, and its SIGN with it.
  void excuse(Instant horizon, Instant now);
  Instant waiting_since() const;

  std::uint64_t frames() const { return frames_; }

 private:
  struct Reel;  // decoder and its picture
  struct Job;
  struct Waiting {
    Bytes frame;
    std::uint8_t layer;
    bool key;
    std::uint32_t version;
  };
  struct Film {
    bool live = false;   // its picture is to be seen
    bool broken = true;  // what the next frames are built on is not here
    bool over = false;
    Rect area;
    std::uint32_t newest = 0;                 // taken
    std::array<std::uint32_t, 2> built_on{};  // versions of the newest frames of layers 0 and 1
    std::shared_ptr<Reel> reel;
    std::shared_ptr<Job> job;
    std::deque<Waiting> waiting;
    std::size_t waiting_bytes = 0;
    std::deque<std::pair<Instant, wire::PacketHash>> unproven;
    Instant asked{};
  };
  bool fits(Film& film, const wire::PictureFields& fields, const wire::Film& in) const;
  void lacks(Film& film, Instant now);
  void dispatch(Film& film);
  void decoded(Film& film, const std::shared_ptr<Job>& job);
  void draw(Film& film);
  bool hides(const Film& film, SlotId slot) const;
  void drop(Film& film);
  template <class Use>
  void for_slots_under(const Rect& area, Use use) const;

  SessionHost& host_;
  Calls calls_;
  const codec::Canvas* canvas_ = nullptr;
  codec::Image picture_;  // while a film is to be seen
  std::array<Film, wire::kMaxFilms> films_;
  std::size_t live_ = 0;
  std::uint64_t frames_ = 0;
  Instant now_{};
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::session
