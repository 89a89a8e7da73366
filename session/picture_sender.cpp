#include "session/picture_sender.h"

#include <algorithm>

#include "codec/canvas.h"
#include "session/frame_budget.h"
#include "session/picture_manifest.h"
#include "session/slot_proofs.h"
#include "wire/film.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kKeysInJob = 12;   // of a frame, for one worker
constexpr std::size_t kKeysAtOnce = 64;  // that nobody waits for: refinement, answers
constexpr Duration kStill = 300ms;       // without change before a slot is sent without loss,
constexpr Duration kManyStill = 1200ms;  // or where many wait for that: a photo may be followed by the next
constexpr std::size_t kMany = 32;
constexpr Duration kRest = 200ms;       // without anything sent before the picture is said to be exact
constexpr Duration kMotionGap = 200ms;  // changes closer than this are motion
constexpr int kMotionChanges = 3;
constexpr Duration kReplaceAfter = 15ms;        // newer pixels replace what waits for a frame,
constexpr Duration kReplaceQueued = 50ms;       // or for the link
constexpr Duration kRequestGap = 250ms;         // a slot is sent again on request at most so often
constexpr double kAnswerRate = 256 << 10;       // bytes a second of answers to requests, which may be anybody's
constexpr double kAnswerBurst = 2 << 20;        // bytes: a whole picture, whatever is on it
constexpr double kShareOfOld = 0.5;             // of the queue for what is sent once more: news finds room
constexpr double kLeastQueued = 4 << 10;        // bytes that may wait on the slowest link
constexpr Duration kLookAgain = 10ms;           // whether the link has become idle
constexpr std::size_t kLeastCodes = 24u << 10;  // bytes of a delta before it is packed, on the slowest link
constexpr SlotId kManifest{3};                  // its channel among the states
constexpr std::size_t kStatsKept = 256;

float milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<float, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

struct PictureSender::Slot {
  SlotPixels pixels;                       // captured since the last frame was begun
  bool dirty = false;                      // what was captured may differ from what was sent
  bool wanted = false;                     // in `wanted_keys_`
  bool granted = false;                    // for a new epoch, not by request
  Instant changed{}, requested{}, sent{};  // the last: in a new version
  int burst = 0;                           // changes in quick succession
  // What was sent last.
  std::uint32_t version = 0;  // 0: nothing
  codec::Rank rank = codec::Rank::rough;
  bool exact = false;      // viewers have its pixels
  bool text = false;       // it looks like that
  std::uint64_t hash = 0;  // of the pixels
  Bytes payload;           // where that was a key
};

/// A frame under way.
struct PictureSender::Job {
  std::shared_ptr<FrameCoder> coder;
  FrameCoder::Wish wish;
  FrameCoder::Frame frame;
  std::uint32_t version = 0;
  struct Again {  // as it was sent, once more
    SlotId slot;
    codec::Rank rank;
  };
  std::vector<Again> again;
  std::vector<codec::Motion> motion;  // of each slot
  std::vector<codec::Rank> rank;      // of each slot, should it go as a key
  std::vector<FrameCoder::Key> keys;  // coded where it was begun
  std::size_t to_code = 0;            // keys that did not come back yet
  bool begun = false;                 // the workers code its keys
  float ms = 0;

  std::size_t count() const { return frame.keys.size() + again.size(); }
  FrameCoder::Key code(std::size_t at) const {
    if (at >= frame.keys.size()) {
      const Again& a = again[at - frame.keys.size()];
      return coder->key(a.slot, true, a.rank, codec::Motion::still);
    }
    SlotId slot = frame.keys[at];
    return coder->key(slot, false, rank[slot.value()], motion[slot.value()]);
  }
};

PictureSender::PictureSender(SessionHost& host, LinkRate& link, ScreenId screen, Generation generation, PictureOut out)
    : host_(host),
      rate_(link),
      out_(std::move(out)),
      screen_(screen),
      generation_(generation),
      filming_(host, [this](const Filming::Frame& frame) { return send_film(frame); }) {}
PictureSender::~PictureSender() = default;

void PictureSender::set_watched(bool watched, Instant now) {
  if (watched_ == watched) return;
  watched_ = watched;
  manifest_at_ = now;
  poll(now);
}

void PictureSender::update(Size size, std::vector<SlotUpdate> slots, Instant now) {
  wanted_ = false;
  updated_ = now;
  if (size != grid_.size()) start_generation(size);
  ++version_;
  filming_.captured(now);
  for (SlotUpdate& update : slots) {
    auto index = update.slot.value();
    if (index >= slots_.size() || !update.pixels || update.pixels->size() != grid_.rect(update.slot).size()) continue;
    if (filming_.take(update, now)) continue;
    Slot& slot = slots_[index];
    slot.burst = now - slot.changed < kMotionGap ? slot.burst + 1 : 0;
    slot.changed = now;
    if (!slot.dirty) dirty_.push_back(index);
    slot.dirty = true;
    if (!slot.pixels) captured_.push_back(update.slot);
    slot.pixels = std::move(update.pixels);
  }
}

void PictureSender::start_generation(Size size) {
  sign_batch();
  if (!grid_.size().empty()) generation_ = Generation{generation_.value() + 1};
  grid_ = codec::SlotGrid(size);
  slots_ = std::vector<Slot>(grid_.count());
  dirty_.clear();
  wanted_keys_.clear();
  captured_.clear();
  coder_ = std::make_shared<FrameCoder>(size);
  filming_.reset(grid_);
  job_.reset();  // what comes back of it belongs to the old generation
  unsent_ = unsharp_ = grid_.count();
  end_due_ = false;
  frame_end_ = {};
  set_geometry();
  manifest_at_ = polled_;
}

void PictureSender::set_geometry() { states_.set_geometry({grid_.size(), name_, sharing_, paused_, colors_}); }

void PictureSender::set_cursor(CursorImage shape) { states_.set_cursor(std::move(shape)); }

void PictureSender::set_cursor_position(Point position) {
  states_.set_cursor_position(position);
  refinement_.set_pointer(position);
}

void PictureSender::set_paused(bool paused, Instant now) {
  paused_ = paused;
  if (!grid_.size().empty()) set_geometry();
  poll(now);
}

void PictureSender::finish() {
  sharing_ = false;
  if (grid_.size().empty()) return;
  set_geometry();
  send_states();
}

void PictureSender::reseal(Instant now) { requested(generation_, {}, now); }

void PictureSender::requested(Generation generation, const std::vector<SlotId>& slots, Instant now) {
  if (generation != generation_) return;
  for (std::uint32_t i = 0; slots.empty() && i < slots_.size(); ++i) slots_[i].granted = true, want_key(i);
  if (slots.empty()) filming_.requested_all();
  for (SlotId slot : slots) {
    if (auto film = wire::asked_film(slot)) filming_.requested(*film);
    if (slot.value() >= slots_.size() || now - slots_[slot.value()].requested < kRequestGap) continue;
    slots_[slot.value()].requested = now;
    want_key(slot.value());
  }
  frame_end_.due = frame_end_.due || (!frame_end_.payload.empty() && !end_due_);
  if (!slots.empty() && now - states_requested_ < kRequestGap) return;
  states_requested_ = manifest_at_ = now;
  states_.repeat();
}

void PictureSender::want_key(std::uint32_t index) {
  if (slots_[index].version == 0 || slots_[index].wanted) return;
  slots_[index].wanted = true;
  wanted_keys_.push_back(index);
}

bool PictureSender::link_takes(double share) const {
  double window = static_cast<double>(wire::kPictureWindow);
  double carried = rate_.rate() * std::chrono::duration<double>(kFrameTime).count();
  return static_cast<double>(host_.queued()) < share * std::clamp(carried, kLeastQueued, window);
}

void PictureSender::poll(Instant now) {
  answers_ = std::min(kAnswerBurst, answers_ + kAnswerRate * std::chrono::duration<double>(now - polled_).count());
  polled_ = now;
  rate_.look(host_.queued(), now);
  if (now >= batch_.due()) sign_batch();
  if (!watched_ || !sharing_) return;
  send_states();
  if (now >= manifest_at_) send_manifest(now);
  if (paused_) return;
  end_films(now);
  send_wanted();
  start_frame(now);
  if (link_takes()) filming_.poll(rate_.rate(), now);
  judge_rest(now);
  ask_for_frame(now);
}

Duration PictureSender::still_after() const { return unsharp_ > kMany ? kManyStill : kStill; }

Duration PictureSender::replace_after() const { return link_takes() ? kReplaceAfter : kReplaceQueued; }

void PictureSender::ask_for_frame(Instant now) {
  if (wanted_ || !watched_ || (job_ && !job_->begun)) return;
  if ((!dirty_.empty() || filming_.waiting()) && now - updated_ < replace_after()) return;
  wanted_ = true;
  host_.want_frame_of(screen_);
}

void PictureSender::send_states() {
  if (grid_.size().empty()) return;
  states_.send_due([this](std::uint32_t channel, std::uint32_t version, ByteView payload) {
    wire::PictureFields fields{generation_, screen_, 0, SlotId{channel}, SlotVersion{version}};
    return out_(wire::PacketKind::state, fields, payload).has_value();
  });
}

/// Goes out while paused, too: the picture is still what it is.
void PictureSender::send_manifest(Instant now) {
  if (grid_.size().empty()) return;
  manifest_at_ = now + Duration(wire::kManifestGap);
  wire::Manifest manifest;
  manifest.clock = clock_;
  manifest.time =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.since_start()).count());
  std::vector<SentSlot> sent;
  for (const Slot& slot : slots_) sent.push_back({slot.version, slot.sent});
  describe(sent, now, manifest);
  if (!end_due_ && !frame_end_.payload.empty()) manifest.picture = picture_digest();
  wire::PictureFields fields{generation_, screen_, 0, kManifest, SlotVersion{++manifests_}, 0};
  out_(wire::PacketKind::state, fields, wire::encode(manifest));
}

/// Keys that are at hand as they were sent. The others are coded with the next frame.
void PictureSender::send_wanted() {
  for (std::size_t left = std::min(wanted_keys_.size(), kKeysAtOnce); left > 0 && link_takes(kShareOfOld); --left) {
    std::uint32_t index = wanted_keys_.front();
    wanted_keys_.pop_front();
    Slot& slot = slots_[index];
    bool may = slot.granted || answers_ > 0;
    if (!slot.wanted) continue;  // it went out meanwhile
    if (slot.payload.empty() || !may || !send_key(index, wanted_keys_.empty()))
      wanted_keys_.push_back(index);
    else
      answered(index);
  }
  if (!frame_end_.due || !wanted_keys_.empty()) return;
  sign_batch();
  wire::PictureFields fields{generation_, screen_, 0, SlotId{0}, SlotVersion{frame_end_.version}};
  if (out_(wire::PacketKind::frame_end, fields, frame_end_.payload)) frame_end_.due = false;
}

void PictureSender::answered(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (slot.wanted && !slot.granted) answers_ -= static_cast<double>(slot.payload.size());
  slot.wanted = slot.granted = false;
}

std::size_t PictureSender::key_budget() const { return std::max(kFewKeys, frame_budget(rate_) / (1 + key_bytes_)); }

void PictureSender::choose_ranks(Job& job) const {
  auto moves = [&](SlotId slot) { return job.motion[slot.value()] == codec::Motion::moving; };
  auto moving = std::count_if(job.wish.dirty.begin(), job.wish.dirty.end(), moves);
  KeyRanks ranks = key_ranks(rate_, {key_bytes_, job.wish.dirty.size(), static_cast<std::size_t>(moving), unsent_});
  job.rank.assign(slots_.size(), codec::Rank::normal);
  for (SlotId slot : job.wish.dirty) {
    codec::Rank& rank = job.rank[slot.value()];
    rank = moves(slot) ? ranks.moving : ranks.still;
    if (slots_[slot.value()].version == 0) rank = std::min(rank, ranks.first);
  }
}

void PictureSender::start_frame(Instant now) {
  if (job_ || !coder_ || !link_takes()) return;
  auto job = gather(now);
  if (job->wish.dirty.empty() && job->wish.copy.empty() && (job->again.empty() || !link_takes(kShareOfOld))) return;
  job_ = job;
  host_.work([job, this, alive = std::weak_ptr<int>(alive_)] {
    auto start = std::chrono::steady_clock::now();
    job->frame = job->coder->begin(job->wish);
    for (std::size_t i = 0; i < job->count() && job->count() <= kFewKeys; ++i) job->keys.push_back(job->code(i));
    job->ms = milliseconds_since(start);
    return [job, this, alive] {
      if (!alive.expired() && job == job_) begun(job);
    };
  });
}

std::shared_ptr<PictureSender::Job> PictureSender::gather(Instant now) {
  auto job = std::make_shared<Job>();
  job->coder = coder_;
  job->version = version_;
  job->wish.whole = unsent_ == 0;
  job->wish.keys = key_budget();
  job->wish.codes = std::max(kLeastCodes, frame_budget(rate_));
  job->wish.lossy.resize(slots_.size());
  job->wish.anew.resize(slots_.size());
  job->motion.resize(slots_.size());
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    job->wish.lossy[i] = !slot.exact;
    job->wish.anew[i] = slot.version == 0 || slot.wanted;
    if (slot.burst >= kMotionChanges) job->motion[i] = codec::Motion::moving;
  }
  for (SlotId slot : std::exchange(captured_, {}))
    job->wish.updates.push_back({slot, std::exchange(slots_[slot.value()].pixels, nullptr)});
  for (std::uint32_t index : std::exchange(dirty_, {})) {
    slots_[index].dirty = false;
    if (!filming_.covers(SlotId{index})) job->wish.dirty.push_back(SlotId{index});
  }
  choose_ranks(*job);
  job->wish.films = filming_.areas();
  auto photo = [&](SlotId slot) { return !slots_[slot.value()].exact && !slots_[slot.value()].payload.empty(); };
  if (job->wish.whole) job->wish.copy = filming_.wanted(photo, now).value_or(Rect{});
  gather_again(*job, now);
  return job;
}

/// What was sent before goes once more: for those who lack it, or without loss.
void PictureSender::gather_again(Job& job, Instant now) {
  std::vector<bool> taken(slots_.size());
  for (SlotId slot : job.wish.dirty) taken[slot.value()] = true;
  std::size_t most = std::min(kKeysAtOnce, key_budget());
  for (std::uint32_t index : wanted_keys_) {
    const Slot& slot = slots_[index];
    if (job.again.size() >= most) return;
    if (!slot.wanted || taken[index] || !slot.payload.empty() || !(slot.granted || answers_ > 0)) continue;
    job.again.push_back({SlotId{index}, slot.exact ? codec::Rank::lossless : slot.rank});
  }
  if (unsharp_ > 0 && job.wish.dirty.empty() && wanted_keys_.empty() && host_.queued() == 0) refine(job, now, most);
}

/// On a slow link coarse slots become normal ones first.
void PictureSender::refine(Job& job, Instant now, std::size_t most) {
  if (!refinement_.may(rate_.rate(), now - updated_, now)) return;
  std::vector<Refinement::Candidate> candidates;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.version == 0 || slot.exact || now - slot.changed < still_after() || filming_.covers(SlotId{i})) continue;
    candidates.push_back({SlotId{i}, std::min(slot.rank, codec::Rank::normal), slot.text, grid_.rect(SlotId{i})});
  }
  refinement_.order(candidates, std::min(most, 1 + frame_budget(rate_) / (1 + again_bytes_)));
  bool slow = rate_.rate() != LinkRate::kUnlimited;
  for (const Refinement::Candidate& c : candidates)
    job.again.push_back({c.slot, slow && c.rank < codec::Rank::normal ? codec::Rank::normal : codec::Rank::lossless});
}

void PictureSender::begun(const std::shared_ptr<Job>& job) {
  job->begun = true;
  for (SlotId slot : job->frame.left) {
    if (!slots_[slot.value()].dirty) dirty_.push_back(slot.value());
    slots_[slot.value()].dirty = true;
  }
  if (job->frame.copied) filming_.start(job->frame.copied, polled_);
  job->to_code = job->count();
  if (!job->frame.patch.empty()) send_delta(*job);
  if (job->to_code == job->keys.size()) return coded(*job, std::exchange(job->keys, {}));
  code_keys(job);
}

void PictureSender::code_keys(const std::shared_ptr<Job>& job) {
  for (std::size_t from = 0; from < job->count(); from += kKeysInJob) {
    std::size_t to = std::min(from + kKeysInJob, job->count());
    host_.work([job, from, to, this, alive = std::weak_ptr<int>(alive_)] {
      auto start = std::chrono::steady_clock::now();
      auto keys = std::make_shared<std::vector<FrameCoder::Key>>();
      for (std::size_t i = from; i < to; ++i) keys->push_back(job->code(i));
      float ms = milliseconds_since(start);
      return [job, keys, ms, this, alive] {
        if (alive.expired() || job != job_) return;
        job->ms += ms;
        coded(*job, *keys);
      };
    });
  }
}

void PictureSender::coded(Job& job, const std::vector<FrameCoder::Key>& keys) {
  std::size_t fresh = job.frame.keys.size();
  std::vector<bool> anew(slots_.size());
  for (std::size_t i = 0; i < fresh; ++i) anew[job.frame.keys[i].value()] = true;
  for (const FrameCoder::Key& key : keys) {
    std::uint32_t index = key.slot.value();
    Slot& slot = slots_[index];
    bool exact = key.coded.rank == codec::Rank::lossless;
    sent(index, anew[index] ? job.version : slot.version, key.coded.rank, exact, key.hash);
    slot.payload = key.coded.payload;
    slot.text = key.coded.text;
    if (!anew[index] && !slot.wanted) refinement_.spent(slot.payload.size());
    std::size_t& average = anew[index] ? key_bytes_ : again_bytes_;
    average = (average * 15 + slot.payload.size()) / 16;
    bool went = send_key(index, --job.to_code == 0);
    answered(index);
    if (!went) slot.granted = true, want_key(index);
  }
  if (job.to_code == 0) finish_frame(job);
}

void PictureSender::sent(std::uint32_t index, std::uint32_t version, codec::Rank rank, bool exact, std::uint64_t hash) {
  Slot& slot = slots_[index];
  unsent_ -= slot.version == 0;
  unsharp_ += static_cast<std::size_t>(slot.exact) - static_cast<std::size_t>(exact);
  if (version != slot.version) slot.sent = polled_;
  slot.version = version;
  slot.rank = rank;
  slot.exact = exact;
  slot.hash = hash;
  slot.payload.clear();
  sent_at_ = polled_;
  end_due_ = true;
  ++stats_.updates;
}

void PictureSender::send_delta(Job& job) {
  const FrameCoder::Frame& frame = job.frame;
  SlotProofs::Base base;
  auto add = [&](SlotId slot) {
    const Slot& s = slots_[slot.value()];
    base.add(slot, s.version, static_cast<std::uint8_t>(s.rank));
  };
  wire::for_each_slot(frame.footprint.targets, add);
  wire::for_each_slot(frame.footprint.sources, add);
  Bytes payload;
  ByteWriter(payload).put(base.value()).put(frame.patch);
  wire::PictureFields fields{generation_,
                             screen_,
                             static_cast<std::uint8_t>(frame.patch_rank),
                             SlotId{0},
                             SlotVersion{job.version},
                             batch_.number(),
                             job.to_code == 0,
                             frame.footprint};
  auto hash = out_(wire::PacketKind::delta, fields, payload);
  rate_.handed(payload.size(), polled_);
  for (const FrameCoder::Patched& slot : frame.patched) {
    sent(slot.slot.value(), job.version, frame.patch_rank, slot.exact, slot.hash);
    if (!hash) slots_[slot.slot.value()].granted = true, want_key(slot.slot.value());
  }
  if (hash) count_in_batch(*hash, payload.size());
}

void PictureSender::finish_frame(const Job& job) {
  if (stats_.encode_ms.size() >= kStatsKept) stats_.encode_ms.erase(stats_.encode_ms.begin());
  stats_.encode_ms.push_back(job.ms);
  ++stats_.frames;
  job_.reset();
}

bool PictureSender::send_key(std::uint32_t index, bool last) {
  const Slot& slot = slots_[index];
  wire::PictureFields fields{generation_,
                             screen_,
                             static_cast<std::uint8_t>(slot.rank),
                             SlotId{index},
                             SlotVersion{slot.version},
                             batch_.number(),
                             last,
                             {}};
  auto hash = out_(wire::PacketKind::key, fields, slot.payload);
  if (!hash) return false;
  rate_.handed(slot.payload.size(), polled_);
  count_in_batch(*hash, slot.payload.size());
  return true;
}

/// Each in a version of its own, which is higher than that of any slot so far.
std::optional<std::uint32_t> PictureSender::send_film(const Filming::Frame& frame) {
  wire::PictureFields fields{generation_,     screen_, frame.layer, frame.film, SlotVersion{++version_},
                             batch_.number(), false,   {},          frame.key};
  auto hash = out_(wire::PacketKind::film, fields, frame.payload);
  if (!hash) return std::nullopt;
  rate_.handed(frame.payload.size(), polled_);
  count_in_batch(*hash, frame.payload.size());
  sent_at_ = polled_;
  end_due_ = true;
  ++stats_.films;
  return version_;
}

/// The slots of a film that is over go anew, all of them: by that viewers see that it is.
void PictureSender::end_films(Instant now) {
  auto slots = filming_.ended(now);
  if (!slots.empty()) ++version_;
  for (SlotUpdate& update : slots) {
    std::uint32_t index = update.slot.value();
    Slot& slot = slots_[index];
    slot.changed = now;
    slot.burst = 0;
    slot.payload.clear();
    slot.granted = true;
    want_key(index);
    if (!slot.dirty) dirty_.push_back(index);
    slot.dirty = true;
    if (!update.pixels) continue;
    if (!slot.pixels) captured_.push_back(update.slot);
    slot.pixels = std::move(update.pixels);
  }
}

void PictureSender::set_films(Films films, std::size_t least_slots) {
  filming_.set(films);
  filming_.set_least_slots(least_slots);
}

void PictureSender::count_in_batch(const wire::PacketHash& hash, std::size_t bytes) {
  batch_.add(hash, bytes, polled_);
  if (batch_.full()) sign_batch();
}

/// A SIGN that cannot be sent is not made up for: what it was to prove is asked for, or sealed anew with the next
/// epoch.
void PictureSender::sign_batch() {
  if (batch_.empty()) return;
  wire::PictureFields fields{generation_, screen_, 0, SlotId{0}, SlotVersion{0}, batch_.number()};
  out_(wire::PacketKind::sign, fields, batch_.close());
}

bool PictureSender::at_rest() const {
  return end_due_ && filming_.none() && !job_ && dirty_.empty() && wanted_keys_.empty() && unsharp_ == 0;
}

void PictureSender::judge_rest(Instant now) {
  if (at_rest() && now - sent_at_ >= kRest) send_frame_end();
}

std::uint64_t PictureSender::picture_digest() const {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(slots_.size());
  for (const Slot& slot : slots_) hashes.push_back(slot.hash);
  return codec::digest_of(hashes);
}

/// Viewers have every pixel: they are told what the picture's hash is.
void PictureSender::send_frame_end() {
  wire::pb::FrameEnd end;
  end.set_exact(true);
  end.set_digest(picture_digest());
  std::string payload = end.SerializeAsString();
  frame_end_.payload.assign(payload.begin(), payload.end());
  frame_end_.version = 0;
  for (const Slot& slot : slots_) frame_end_.version = std::max(frame_end_.version, slot.version);
  sign_batch();
  wire::PictureFields fields{generation_, screen_, 0, SlotId{0}, SlotVersion{frame_end_.version}};
  frame_end_.due = !out_(wire::PacketKind::frame_end, fields, frame_end_.payload);
  end_due_ = false;
}

Instant PictureSender::next_deadline() const {
  Instant next = batch_.due();
  if (watched_ && sharing_ && !grid_.size().empty()) next = std::min(next, manifest_at_);
  if (!watched_ || paused_ || !sharing_) return next;
  if (rate_.busy()) next = std::min(next, polled_ + LinkRate::kSpan);
  if ((!dirty_.empty() || filming_.waiting()) && !wanted_) next = std::min(next, updated_ + replace_after());
  Instant films = filming_.next_deadline();
  next = std::min(next, link_takes() ? films : std::max(films, polled_ + kLookAgain));
  if (job_) return next;
  if (at_rest()) next = std::min(next, sent_at_ + kRest);
  if (!wanted_keys_.empty()) return std::min(next, polled_ + kLookAgain);
  if (unsharp_ == 0 || !dirty_.empty()) return next;
  Instant still = Instant::never();
  for (const Slot& slot : slots_)
    if (slot.version != 0 && !slot.exact && !filming_.covers(SlotId{static_cast<std::uint32_t>(&slot - slots_.data())}))
      still = std::min(still, slot.changed + still_after());
  if (still == Instant::never()) return next;
  return std::min(next, still > polled_ ? still : polled_ + kLookAgain);  // else it was looked at just now
}

}  // namespace lotse::session
