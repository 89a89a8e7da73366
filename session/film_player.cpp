#include "session/film_player.h"

#include <algorithm>

#include "codec/film.h"
#include "codec/parts.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kAskGap = 500ms;         // between requests for a key frame
constexpr std::size_t kMostWaiting = 12;    // frames; a decoder that is so far behind begins anew
constexpr std::size_t kManyWaiting = 4;     // from here on those that nothing is built on are left out
constexpr std::size_t kMostUnproven = 256;  // packets

}  // namespace

struct FilmPlayer::Reel {
  explicit Reel(Size size) : decoder(size), picture(size) {}
  codec::FilmDecoder decoder;
  codec::Image picture;
};

struct FilmPlayer::Job {
  std::shared_ptr<Reel> reel;
  Waiting in;
  bool good = false;
  float ms = 0;
};

template <class Use>
void FilmPlayer::for_slots_under(const Rect& area, Use use) const {
  const codec::SlotGrid& grid = canvas_->grid();
  for (int y = area.y / codec::kSlotSide; y <= (area.bottom() - 1) / codec::kSlotSide; ++y)
    for (int x = area.x / codec::kSlotSide; x <= (area.right() - 1) / codec::kSlotSide; ++x)
      use(SlotId{static_cast<std::uint32_t>(y * grid.columns() + x)});
}

void FilmPlayer::reset(const codec::Canvas& canvas) {
  canvas_ = &canvas;
  picture_ = {};
  films_ = {};
  live_ = 0;
}

void FilmPlayer::lacks(Film& film, Instant now) {
  film.broken = true;
  film.waiting.clear();
  film.waiting_bytes = 0;
  if (film.asked != Instant{} && now - film.asked < kAskGap) return;
  film.asked = now;
  calls_.ask({wire::film_asked(SlotId{static_cast<std::uint32_t>(&film - films_.data())})});
}

/// Whether the frame can be decoded now; asks for a key frame where that alone helps.
bool FilmPlayer::fits(Film& film, const wire::PictureFields& fields, const wire::Film& in) const {
  if (fields.key) return true;
  if (film.broken || in.area != film.area) return false;
  std::uint32_t newest = std::max(film.built_on[0], film.built_on[1]);
  return in.base == (fields.rank == 2 ? newest : film.built_on[0]);
}

bool FilmPlayer::take(const wire::PictureFields& fields, ByteView payload, const wire::PacketHash& hash, bool proven,
                      Instant now) {
  now_ = now;
  if (canvas_ == nullptr || fields.slot.value() >= films_.size()) return false;
  Film& film = films_[fields.slot.value()];
  std::uint32_t version = fields.version.value();
  auto in = wire::parse_film(payload);
  Size screen = canvas_->grid().size();
  if (!in || in->area.right() > screen.width || in->area.bottom() > screen.height || version <= film.newest)
    return false;
  // Newer slots have come: it is from before its film's end.
  bool late = false;
  for_slots_under(in->area, [&](SlotId slot) {
    Rect rect = canvas_->grid().rect(slot);
    late = late || (rect.intersect(in->area) == rect && calls_.slot_version(slot) > version);
  });
  if (late) return false;
  if (!fits(film, fields, *in)) {
    // Of a layer that is left out now and then the next one helps.
    bool harmless = fields.rank == 2 && !film.broken && in->area == film.area && in->base > film.built_on[0];
    if (!harmless) lacks(film, now);
    return false;
  }
  if (fields.key) {
    if (in->area != film.area) drop(film);
    if (!film.reel) film.reel = std::make_shared<Reel>(wire::frame_area(in->area).size());
    film.area = in->area;
    film.broken = false;
    film.built_on = {};
    film.waiting.clear();
    film.waiting_bytes = 0;
  }
  film.newest = version;
  film.over = false;
  if (fields.rank < 2) film.built_on[fields.rank] = version;
  if (!proven) film.unproven.emplace_back(now, hash);
  if (film.unproven.size() > kMostUnproven) film.unproven.pop_front();
  if (fields.rank == 2 && film.waiting.size() >= kManyWaiting) return true;
  film.waiting_bytes += in->frame.size();
  film.waiting.push_back({std::move(in->frame), fields.rank, fields.key, version});
  if (film.waiting.size() > kMostWaiting || film.waiting_bytes > wire::kDecodeBacklog) return lacks(film, now), true;
  dispatch(film);
  return true;
}

void FilmPlayer::dispatch(Film& film) {
  if (film.job || film.waiting.empty()) return;
  auto job = std::make_shared<Job>();
  job->reel = film.reel;
  job->in = std::move(film.waiting.front());
  film.waiting.pop_front();
  film.waiting_bytes -= job->in.frame.size();
  film.job = job;
  host_.decode([job, this, &film, alive = std::weak_ptr<int>(alive_)] {
    auto start = std::chrono::steady_clock::now();
    job->good = job->reel->decoder.decode(job->in.frame, job->reel->picture.writable()).has_value();
    job->ms = std::chrono::duration<float, std::milli>(std::chrono::steady_clock::now() - start).count();
    return [job, this, &film, alive] {
      if (!alive.expired() && film.job == job) decoded(film, job);
    };
  });
}

void FilmPlayer::decoded(Film& film, const std::shared_ptr<Job>& job) {
  film.job.reset();
  calls_.decoded(job->ms);
  if (job->reel != film.reel) return dispatch(film);  // of a film before this one
  if (!job->good) {
    calls_.refused();
    lacks(film, now_);
    return;
  }
  if (!film.over) draw(film);
  dispatch(film);
}

void FilmPlayer::draw(Film& film) {
  if (live_ == 0) {
    picture_ = codec::Image(canvas_->grid().size());
    codec::copy_pixels(canvas_->view(), picture_.writable());
  }
  live_ += !film.live;
  film.live = true;
  Rect frame = wire::frame_area(film.area),
       shown{film.area.x - frame.x, film.area.y - frame.y, film.area.width, film.area.height};
  codec::copy_pixels(film.reel->picture.view().part(shown), picture_.writable().part(film.area));
  ++frames_;
  calls_.drawn(film.area);
}

bool FilmPlayer::hides(const Film& film, SlotId slot) const {
  return film.live && !(film.over && calls_.slot_version(slot) > film.newest);
}

void FilmPlayer::slot_drawn(SlotId slot) {
  if (live_ == 0) return;
  Rect rect = canvas_->grid().rect(slot);
  for (Film& film : films_) {
    bool under = film.live && rect.intersect(film.area) == rect;
    if (under && calls_.slot_version(slot) > film.newest) film.over = true;
  }
  // All of it but for what lies under a film.
  std::vector<Rect> parts{rect};
  for (const Film& film : films_)
    if (hides(film, slot)) parts = codec::parts_outside(parts, film.area);
  for (const Rect& part : parts) codec::copy_pixels(canvas_->view().part(part), picture_.writable().part(part));
  for (Film& film : films_) {
    if (!film.live || !film.over) continue;
    bool any = false;
    for_slots_under(film.area, [&](SlotId under) { any = any || hides(film, under); });
    if (!any) drop(film);
  }
}

/// Its frames count for nothing from now on, those of a next film in its place do.
void FilmPlayer::drop(Film& film) {
  film.broken = true;
  film.waiting.clear();
  film.waiting_bytes = 0;
  film.unproven.clear();
  film.reel.reset();
  if (!std::exchange(film.live, false)) return;
  if (--live_ == 0)
    picture_ = {};
  else
    codec::copy_pixels(canvas_->view().part(film.area), picture_.writable().part(film.area));
  calls_.uncovered(film.area);
}

void FilmPlayer::end(std::uint32_t version) {
  for (Film& film : films_)
    if (film.newest <= version) drop(film);
}

void FilmPlayer::prove(const std::vector<wire::PacketHash>& hashes) {
  for (Film& film : films_) {
    if (film.unproven.empty()) continue;
    std::erase_if(film.unproven, [&](const auto& waits) {
      return std::find(hashes.begin(), hashes.end(), waits.second) != hashes.end();
    });
  }
}

Instant FilmPlayer::waiting_since() const {
  Instant since = Instant::never();
  for (const Film& film : films_)
    if (!film.unproven.empty()) since = std::min(since, film.unproven.front().first);
  return since;
}

std::size_t FilmPlayer::doubt(Instant horizon, Instant now) {
  std::size_t count = 0;
  for (Film& film : films_) {
    if (film.unproven.empty() || film.unproven.front().first > horizon) continue;
    ++count;
    drop(film);
    film.newest = 0;  // a forged version locks nothing
    lacks(film, now);
  }
  return count;
}

void FilmPlayer::excuse(Instant horizon, Instant now) {
  for (Film& film : films_)
    for (auto& [since, hash] : film.unproven)
      if (since <= horizon) since = now;
}

}  // namespace lotse::session
