#include "session/filming.h"

#include <algorithm>
#include <stdexcept>

#include "codec/film.h"
#include "codec/parts.h"
#include "wire/film.h"
#include "wire/limits.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kAtOnce = 2;     // films of one screen: each takes a quarter of a core
constexpr Duration kRest = 500ms;      // without much change before the slots are sent again
constexpr std::size_t kFew = 12;       // less than a twelfth of its slots is not much
constexpr Duration kKeyGap = 500ms;    // between key frames on request
constexpr double kBitsOfPixel = 0.1;   // of each frame
constexpr double kFramesASecond = 30;  // that these bits are meant for
constexpr double kMostBits = 12e6;     // a second: key frames have to fit a packet
constexpr double kLeastBits = 150e3;
constexpr double kShareOfLink = 0.7;

}  // namespace

struct Filming::Coder {
  std::unique_ptr<codec::FilmEncoder> encoder;  // made by the first job
};

struct Filming::Reel {
  SlotId number;
  Rect area;
  std::vector<SlotPixels> newest;               // of each slot of the screen; null: unchanged since the start
  std::vector<std::uint32_t> slots;             // that it touches
  std::vector<std::uint32_t> undrawn;           // changed since the last frame
  std::shared_ptr<const codec::Image> picture;  // until the first frame
  std::shared_ptr<Coder> coder = std::make_shared<Coder>();
  std::shared_ptr<Job> job;
  bool wants_key = true;
  std::uint32_t built_on[2] = {};  // versions of the newest frames of layers 0 and 1
  std::size_t changed = 0;         // slots, by this capture
  Instant lively, coded_at, key_at;
};

/// A frame under way.
struct Filming::Job {
  Rect frame_area;  // of the screen
  std::shared_ptr<Coder> coder;
  std::shared_ptr<const codec::Image> picture;
  struct Piece {
    Rect place;  // of the screen
    SlotPixels pixels;
  };
  std::vector<Piece> pieces;
  bool key = false;
  double bits = 0;
  Duration span{};
  std::optional<codec::FilmFrame> frame;

  void run() try {
    if (!coder->encoder) coder->encoder = std::make_unique<codec::FilmEncoder>(frame_area.size());
    if (picture) coder->encoder->draw(picture->view(), {0, 0});
    for (const Piece& piece : pieces) {
      Rect part = piece.place.intersect(frame_area);
      coder->encoder->draw(
          piece.pixels->view().part({part.x - piece.place.x, part.y - piece.place.y, part.width, part.height}),
          {part.x - frame_area.x, part.y - frame_area.y});
    }
    frame = coder->encoder->encode(key ? codec::FilmEncoder::Key::now : codec::FilmEncoder::Key::if_due, bits, span);
  } catch (const std::runtime_error&) {
    frame.reset();  // no coder: the film ends
  }
};

Filming::Filming(SessionHost& host, Out out) : host_(host), out_(std::move(out)) {}
Filming::~Filming() = default;

void Filming::reset(const codec::SlotGrid& grid) {
  grid_ = grid;
  director_ = FilmDirector(least_slots_);
  director_.reset(grid);
  border_.reset();
  reels_.clear();
  meanwhile_.clear();
  starting_.reset();
}

void Filming::captured(Instant now) {
  director_.captured(now);
  if (border_) border_->captured();
  for (auto& reel : reels_) reel->changed = 0;
}

bool Filming::take(const SlotUpdate& update, Instant now) {
  if (films_ == Films::off) return false;
  director_.changed(update.slot, now);
  if (border_) border_->look(update.slot, update.pixels);
  if (starting_) meanwhile_.emplace_back(update.slot, update.pixels);
  Rect rect = grid_.rect(update.slot);
  std::vector<Rect> outside{rect};
  SlotPixels before;
  for (auto& reel : reels_) {
    Rect part = rect.intersect(reel->area);
    if (part.empty()) continue;
    outside = codec::parts_outside(outside, reel->area);
    before = reel->newest[update.slot.value()];
    SlotPixels& newest = reel->newest[update.slot.value()];
    newest = update.pixels;
    auto& undrawn = reel->undrawn;
    if (std::find(undrawn.begin(), undrawn.end(), update.slot.value()) == undrawn.end())
      undrawn.push_back(update.slot.value());
    if (++reel->changed * kFew >= reel->slots.size()) reel->lively = now;
  }
  return std::all_of(outside.begin(), outside.end(), [&](const Rect& part) {
    Rect inner{part.x - rect.x, part.y - rect.y, part.width, part.height};
    return before && codec::same_pixels(before->view().part(inner), update.pixels->view().part(inner));
  });
}

std::optional<Rect> Filming::wanted(const FilmDirector::Judge& photo, Instant now) {
  if (films_ == Films::off || broken_ || starting_ || reels_.size() >= kAtOnce) return std::nullopt;
  if (!border_) {
    auto taken = [&](SlotId slot) { return find(grid_.rect(slot)) != nullptr; };
    auto box = director_.moving(photo, taken, now);
    if (box) border_.emplace(grid_, *box);
    return std::nullopt;
  }
  auto area = border_->looked();
  if (!area) return std::nullopt;
  border_.reset();
  bool fits = area->width >= wire::kLeastFilmSide && area->height >= wire::kLeastFilmSide &&
              wire::frame_area(*area).width * wire::frame_area(*area).height <= wire::kMostFilmPixels && !find(*area);
  if (!fits) return std::nullopt;
  starting_ = area;
  return wire::frame_area(*area).intersect({0, 0, grid_.size().width, grid_.size().height});
}

void Filming::start(std::shared_ptr<const codec::Image> picture, Instant now) {
  auto since = std::exchange(meanwhile_, {});
  auto area = std::exchange(starting_, std::nullopt);
  if (!area || films_ == Films::off) return;
  auto reel = std::make_unique<Reel>();
  while (std::any_of(reels_.begin(), reels_.end(), [&](const auto& other) { return other->number == reel->number; }))
    reel->number = SlotId{reel->number.value() + 1};
  reel->area = *area;
  reel->newest.resize(grid_.count());
  for (std::uint32_t i = 0; i < grid_.count(); ++i)
    if (!grid_.rect(SlotId{i}).intersect(*area).empty()) reel->slots.push_back(i);
  reel->picture = std::move(picture);
  reel->lively = now;
  reels_.push_back(std::move(reel));
  for (const auto& [slot, pixels] : since) take({slot, pixels}, now);
}

std::vector<SlotUpdate> Filming::ended(Instant now) {
  std::vector<SlotUpdate> back;
  std::erase_if(reels_, [&](const auto& reel) {
    if (films_ == Films::on && !broken_ && now - reel->lively < kRest) return false;
    for (std::uint32_t slot : reel->slots) back.push_back({SlotId{slot}, reel->newest[slot]});
    return true;
  });
  return back;
}

Filming::Reel* Filming::find(const Rect& area) {
  for (auto& reel : reels_)
    if (!reel->area.intersect(area).empty()) return reel.get();
  return nullptr;
}

bool Filming::covers(SlotId slot) const {
  Rect rect = grid_.rect(slot);
  return std::any_of(reels_.begin(), reels_.end(),
                     [&](const auto& reel) { return reel->area.intersect(rect) == rect; });
}

std::vector<Rect> Filming::areas() const {
  std::vector<Rect> all;
  for (const auto& reel : reels_) all.push_back(reel->area);
  return all;
}

bool Filming::waiting() const {
  return std::any_of(reels_.begin(), reels_.end(), [](const auto& reel) { return !reel->undrawn.empty(); });
}

void Filming::requested(SlotId film) {
  for (auto& reel : reels_)
    if (reel->number == film) reel->wants_key = true;
}

void Filming::requested_all() {
  for (auto& reel : reels_) reel->wants_key = true;
}

bool Filming::due(const Reel& reel, Instant now) const {
  if (reel.job) return false;
  bool key = reel.wants_key && now - reel.key_at >= kKeyGap;
  return key || (!reel.undrawn.empty() && reel.key_at != Instant{});
}

void Filming::poll(double bytes_a_second, Instant now) {
  for (auto& reel : reels_)
    if (due(*reel, now)) code(*reel, bytes_a_second, now);
}

void Filming::code(Reel& reel, double bytes_a_second, Instant now) {
  auto job = std::make_shared<Job>();
  job->frame_area = wire::frame_area(reel.area);
  job->coder = reel.coder;
  job->picture = std::exchange(reel.picture, nullptr);
  for (std::uint32_t slot : std::exchange(reel.undrawn, {}))
    job->pieces.push_back({grid_.rect(SlotId{slot}), reel.newest[slot]});
  double pixels = static_cast<double>(reel.area.width) * reel.area.height;
  job->bits = std::min({pixels * kBitsOfPixel * kFramesASecond, kMostBits, bytes_a_second * 8 * kShareOfLink});
  job->bits = std::max(job->bits, kLeastBits);
  job->span = now - reel.coded_at;
  job->key = reel.wants_key && now - reel.key_at >= kKeyGap;
  reel.coded_at = now;
  if (job->key) reel.key_at = now, reel.wants_key = false;
  reel.job = job;
  host_.work([job, this, alive = std::weak_ptr<int>(alive_)] {
    job->run();
    return [job, this, alive] {
      if (!alive.expired()) coded(job);
    };
  });
}

void Filming::coded(const std::shared_ptr<Job>& job) {
  auto at = std::find_if(reels_.begin(), reels_.end(), [&](const auto& reel) { return reel->job == job; });
  if (at == reels_.end()) return;
  Reel& reel = **at;
  reel.job.reset();
  if (!job->frame) return void(broken_ = true);
  const codec::FilmFrame& coded = *job->frame;
  std::uint32_t newest = std::max(reel.built_on[0], reel.built_on[1]);
  std::uint32_t base = coded.key ? 0 : coded.layer == 2 ? newest : reel.built_on[0];
  Frame frame{reel.number, coded.layer, coded.key, wire::encode(wire::Film{reel.area, base, coded.data})};
  auto version = frame.payload.size() <= wire::kMostFilmBytes ? out_(frame) : std::nullopt;
  if (!version) return void(reel.wants_key = true);  // what follows would be built on it
  if (coded.layer < 2) reel.built_on[coded.layer] = *version;
}

Instant Filming::next_deadline() const {
  Instant next = Instant::never();
  for (const auto& reel : reels_) {
    next = std::min(next, reel->lively + kRest);
    if (reel->wants_key && !reel->job) next = std::min(next, reel->key_at + kKeyGap);
  }
  return next;
}

}  // namespace lotse::session
