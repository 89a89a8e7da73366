#include "session/picture_sender.h"

#include "codec/canvas.h"
#include "crypto/signing.h"

#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxEncoding = 96;  // slots at the workers: some 20 ms of work for two
constexpr std::size_t kBatch = 16;        // slots in one job
constexpr std::size_t kRefineBatch = 32;
constexpr Duration kStill = 300ms;      // without change before a slot is sent without loss
constexpr Duration kMotionGap = 200ms;  // changes closer than this are motion
constexpr int kMotionChanges = 3;
constexpr Duration kReplaceAfter = 50ms;        // on a slow link newer pixels replace what waits
constexpr Duration kRequestGap = 250ms;         // a slot is sent again on request at most so often
constexpr Duration kLookAgain = 10ms;           // whether the link has become idle
constexpr std::size_t kBatchBytes = 16u << 10;  // of keys, before they are signed
constexpr Duration kBatchTime = 100ms;          // at most from a key to its SIGN
constexpr std::size_t kStatsKept = 256;

codec::SlotEncoder& worker_encoder() {
  thread_local codec::SlotEncoder encoder;
  return encoder;
}

}  // namespace

struct PictureSender::Slot {
  SlotPixels pixels;
  std::uint32_t version = 0;  // of `pixels`
  bool dirty = false, encoding = false, resealing = false;
  Instant changed{}, requested{}, sent{};  // the last: in a new version
  int burst = 0;                           // changes in quick succession
  // What was sent last.
  Bytes payload;
  std::uint32_t sent_version = 0;
  codec::Rank sent_rank = codec::Rank::rough;
  std::uint64_t hash = 0;  // of the pixels in `payload`, true where it is lossless
  bool sharp() const { return !payload.empty() && sent_rank == codec::Rank::lossless; }
};

struct PictureSender::Job {
  struct One {
    std::uint32_t index;
    std::uint32_t version;
    SlotPixels pixels;
    codec::Motion motion;
    codec::EncodedSlot out;
    std::uint64_t hash = 0;
  };
  Generation generation;
  codec::Rank rank;
  std::vector<One> slots;
  float ms = 0;
};

PictureSender::PictureSender(SessionHost& host, ScreenId screen, Generation generation, PictureOut out)
    : host_(host), out_(std::move(out)), screen_(screen), generation_(generation) {}
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
  frames_.push_back({version_, 0});
  for (SlotUpdate& update : slots) {
    auto index = update.slot.value();
    if (index >= slots_.size() || !update.pixels || update.pixels->size() != grid_.rect(update.slot).size()) continue;
    slots_[index].pixels = std::move(update.pixels);
    mark_dirty(index, now);
  }
}

void PictureSender::start_generation(Size size) {
  sign_batch();
  if (!grid_.size().empty()) generation_ = Generation{generation_.value() + 1};
  grid_ = codec::SlotGrid(size);
  slots_ = std::vector<Slot>(grid_.count());
  dirty_.clear();
  reseals_.clear();
  frames_.clear();
  encoding_ = 0;  // jobs of the old generation are dropped when they return
  unsharp_ = grid_.count();
  set_geometry();
  manifest_at_ = polled_;
}

void PictureSender::mark_dirty(std::uint32_t index, Instant now) {
  Slot& slot = slots_[index];
  slot.burst = now - slot.changed < kMotionGap ? slot.burst + 1 : 0;
  slot.changed = now;
  if (slot.dirty)
    count_sent(slot.version);  // it will never be sent as it was: this frame replaces it
  else
    dirty_.push_back(index);
  slot.dirty = true;
  slot.version = version_;
  ++frames_.back().left;
}

void PictureSender::count_sent(std::uint32_t version) {
  for (FrameInFlight& frame : frames_)
    if (frame.version == version && frame.left > 0) --frame.left;
}

void PictureSender::set_state(StateChannel channel, std::string payload) {
  State& state = states_[channel];
  state.payload.assign(payload.begin(), payload.end());
  ++state.version;
  state.due = true;
}

void PictureSender::set_geometry() {
  wire::pb::ScreenState state;
  state.set_width(static_cast<std::uint32_t>(grid_.size().width));
  state.set_height(static_cast<std::uint32_t>(grid_.size().height));
  state.set_name(name_);
  state.set_sharing(sharing_);
  state.set_paused(paused_);
  state.set_colors(static_cast<std::uint32_t>(colors_));
  set_state(kGeometry, state.SerializeAsString());
  for (auto channel : {kCursorPosition, kCursorShape}) states_[channel].due = !states_[channel].payload.empty();
}

void PictureSender::set_cursor(CursorImage shape) {
  wire::pb::CursorShape out;
  if (shape.size.width > wire::kMaxCursorSide || shape.size.height > wire::kMaxCursorSide) shape = {};
  out.set_width(static_cast<std::uint32_t>(shape.size.width));
  out.set_height(static_cast<std::uint32_t>(shape.size.height));
  out.set_hot_x(shape.hotspot.x);
  out.set_hot_y(shape.hotspot.y);
  out.set_argb(shape.argb.data(), shape.argb.size());
  set_state(kCursorShape, out.SerializeAsString());
}

void PictureSender::set_cursor_position(Point position) {
  wire::pb::CursorPosition out;
  out.set_x(position.x);
  out.set_y(position.y);
  set_state(kCursorPosition, out.SerializeAsString());
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
  auto want = [&](std::uint32_t index, bool always) {
    Slot& slot = slots_[index];
    if (slot.payload.empty() || slot.resealing) return;
    if (!always && now - slot.requested < kRequestGap) return;
    slot.requested = now;
    slot.resealing = true;
    reseals_.push_back(index);
  };
  for (std::uint32_t i = 0; slots.empty() && i < slots_.size(); ++i) want(i, true);
  for (SlotId slot : slots)
    if (slot.value() < slots_.size()) want(slot.value(), false);
  frame_end_.due = frame_end_.due || !frame_end_.payload.empty();
  if (!slots.empty() && now - states_requested_ < kRequestGap) return;
  states_requested_ = manifest_at_ = now;
  for (State& state : states_) state.due = !state.payload.empty();
}

bool PictureSender::link_takes() const { return host_.queued() < wire::kPictureWindow; }

void PictureSender::poll(Instant now) {
  polled_ = now;
  if (now - batch_.opened >= kBatchTime) sign_batch();
  if (!watched_ || !sharing_) return;
  send_states();
  if (now >= manifest_at_) send_manifest(now);
  if (paused_) return;
  dispatch_dirty();
  if (dirty_.empty()) {
    send_reseals();
    dispatch_refinement(now);
  }
  end_frames();
  ask_for_frame(now);
}

void PictureSender::ask_for_frame(Instant now) {
  if (wanted_ || !watched_) return;
  if (!dirty_.empty() && now - updated_ < kReplaceAfter) return;
  wanted_ = true;
  host_.want_frame();
}

void PictureSender::send_states() {
  for (std::uint32_t channel = 0; channel < kStates; ++channel) {
    State& state = states_[channel];
    if (!state.due || grid_.size().empty()) continue;
    wire::PictureFields fields{generation_, screen_, 0, SlotId{channel}, SlotVersion{state.version}};
    if (out_(wire::PacketKind::state, fields, state.payload)) state.due = false;
  }
}

/// Goes out while paused, too: the picture is still what it is.
void PictureSender::send_manifest(Instant now) {
  if (grid_.size().empty()) return;
  manifest_at_ = now + Duration(wire::kManifestGap);
  wire::Manifest manifest;
  manifest.clock = clock_;
  manifest.time =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.since_start()).count());
  std::vector<std::uint32_t> versions, changed;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    versions.push_back(slots_[i].sent_version);
    if (slots_[i].sent_version > 0 && now - slots_[i].sent < Duration(wire::kManifestSpan)) changed.push_back(i);
  }
  manifest.digest = crypto::sha256({wire::versions_of(versions)});
  manifest.complete = changed.size() <= wire::kManifestSlots;
  if (!manifest.complete) {
    auto end = changed.begin() + wire::kManifestSlots;
    std::nth_element(changed.begin(), end, changed.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return slots_[a].sent > slots_[b].sent; });
    changed.erase(end, changed.end());
  }
  for (std::uint32_t i : changed) manifest.changed.push_back({SlotId{i}, SlotVersion{versions[i]}});
  wire::PictureFields fields{generation_, screen_, 0, SlotId{kManifest}, SlotVersion{++manifests_}, 0};
  out_(wire::PacketKind::state, fields, wire::encode(manifest));
}

void PictureSender::dispatch_dirty() {
  std::size_t share = std::clamp(dirty_.size() / 4, std::size_t{1}, kBatch);
  std::vector<std::uint32_t> batch;
  std::deque<std::uint32_t> busy;  // at the workers with older pixels: their turn comes afterwards
  while (!dirty_.empty() && encoding_ < kMaxEncoding && link_takes()) {
    std::uint32_t index = dirty_.front();
    dirty_.pop_front();
    Slot& slot = slots_[index];
    if (slot.encoding) {
      busy.push_back(index);
      continue;
    }
    batch.push_back(index);
    if (batch.size() >= share) encode(std::exchange(batch, {}), codec::Rank::normal);
  }
  if (!batch.empty()) encode(batch, codec::Rank::normal);
  dirty_.insert(dirty_.begin(), busy.begin(), busy.end());
}

void PictureSender::dispatch_refinement(Instant now) {
  if (unsharp_ == 0 || encoding_ > 0 || host_.queued() > 0 || !reseals_.empty()) return;
  std::vector<std::uint32_t> due;
  for (std::uint32_t i = 0; i < slots_.size() && due.size() < kRefineBatch; ++i)
    if (slots_[i].pixels && !slots_[i].sharp() && now - slots_[i].changed >= kStill) due.push_back(i);
  auto half = due.begin() + static_cast<std::ptrdiff_t>(due.size() / 2);
  if (half != due.begin()) encode({due.begin(), half}, codec::Rank::lossless);
  if (half != due.end()) encode({half, due.end()}, codec::Rank::lossless);
}

void PictureSender::encode(const std::vector<std::uint32_t>& slots, codec::Rank rank) {
  auto job = std::make_shared<Job>();
  job->generation = generation_;
  job->rank = rank;
  for (std::uint32_t index : slots) {
    Slot& slot = slots_[index];
    slot.dirty = false;
    slot.encoding = true;
    auto motion = slot.burst >= kMotionChanges ? codec::Motion::moving : codec::Motion::still;
    job->slots.push_back({index, slot.version, slot.pixels, motion, {}, 0});
  }
  encoding_ += slots.size();
  host_.work([job, this, alive = std::weak_ptr<int>(alive_)] {
    auto start = std::chrono::steady_clock::now();
    for (Job::One& one : job->slots) {
      one.out = worker_encoder().encode(one.pixels->view(), job->rank, one.motion);
      one.hash = codec::picture_hash(one.pixels->view());
    }
    job->ms = std::chrono::duration<float, std::milli>(std::chrono::steady_clock::now() - start).count();
    return [job, this, alive] {
      if (!alive.expired()) encoded(*job);
    };
  });
}

void PictureSender::encoded(const Job& job) {
  if (job.generation != generation_) return;
  encoding_ -= job.slots.size();
  if (stats_.encode_ms.size() >= kStatsKept) stats_.encode_ms.erase(stats_.encode_ms.begin());
  stats_.encode_ms.push_back(job.ms);
  for (const Job::One& one : job.slots) {
    Slot& slot = slots_[one.index];
    slot.encoding = false;
    bool was_sharp = slot.sharp();
    if (one.version != slot.sent_version) slot.sent = polled_;
    slot.payload = one.out.payload;
    slot.sent_version = one.version;
    slot.sent_rank = one.out.rank;
    slot.hash = one.hash;
    unsharp_ += static_cast<std::size_t>(was_sharp) - static_cast<std::size_t>(slot.sharp());
    if (!send_key(one.index) && !slot.resealing) {
      slot.resealing = true;
      reseals_.push_back(one.index);
    }
    if (job.rank != codec::Rank::lossless) count_sent(one.version);
    ++stats_.updates;
  }
  end_due_ = true;
}

bool PictureSender::send_key(std::uint32_t index) {
  const Slot& slot = slots_[index];
  wire::PictureFields fields{
      generation_,  screen_, static_cast<std::uint8_t>(slot.sent_rank), SlotId{index}, SlotVersion{slot.sent_version},
      batch_.number};
  auto hash = out_(wire::PacketKind::key, fields, slot.payload);
  if (!hash) return false;
  if (batch_.hashes.empty()) batch_.opened = polled_;
  append(batch_.hashes, *hash);
  batch_.bytes += slot.payload.size();
  if (batch_.hashes.size() >= wire::kBatchPackets * hash->size() || batch_.bytes >= kBatchBytes) sign_batch();
  return true;
}

/// A SIGN that cannot be sent is not made up for: what it was to prove is asked for, or sealed anew with the next
/// epoch.
void PictureSender::sign_batch() {
  if (batch_.hashes.empty()) return;
  wire::PictureFields fields{generation_, screen_, 0, SlotId{0}, SlotVersion{0}, batch_.number};
  out_(wire::PacketKind::sign, fields, batch_.hashes);
  batch_ = {batch_.number + 1, {}, 0, {}};
}

void PictureSender::send_reseals() {
  while (!reseals_.empty() && link_takes()) {
    std::uint32_t index = reseals_.front();
    if (!send_key(index)) return;
    reseals_.pop_front();
    slots_[index].resealing = false;
  }
  if (reseals_.empty()) sign_batch();
  if (!reseals_.empty() || !frame_end_.due) return;
  wire::PictureFields fields{generation_, screen_, 0, SlotId{0}, SlotVersion{frame_end_.version}};
  if (out_(wire::PacketKind::frame_end, fields, frame_end_.payload)) frame_end_.due = false;
}

void PictureSender::end_frames() {
  bool frame_done = false;
  while (!frames_.empty() && frames_.front().left == 0) {
    frames_.pop_front();
    frame_done = true;
    ++stats_.frames;
  }
  bool refined = frames_.empty() && encoding_ == 0;
  if (end_due_ && (frame_done || refined)) send_frame_end();
}

void PictureSender::send_frame_end() {
  bool exact = unsharp_ == 0 && dirty_.empty() && encoding_ == 0;
  wire::pb::FrameEnd end;
  end.set_exact(exact);
  if (exact) {
    std::vector<std::uint64_t> hashes;
    hashes.reserve(slots_.size());
    for (const Slot& slot : slots_) hashes.push_back(slot.hash);
    end.set_digest(codec::digest_of(hashes));
  }
  std::string payload = end.SerializeAsString();
  frame_end_.payload.assign(payload.begin(), payload.end());
  if (frame_end_.payload.empty()) frame_end_.payload.push_back(0x08), frame_end_.payload.push_back(0);  // exact: no
  ++frame_end_.version;
  sign_batch();
  wire::PictureFields fields{generation_, screen_, 0, SlotId{0}, SlotVersion{frame_end_.version}};
  frame_end_.due = !out_(wire::PacketKind::frame_end, fields, frame_end_.payload);
  end_due_ = false;
}

Instant PictureSender::next_deadline() const {
  Instant next = batch_.hashes.empty() ? Instant::never() : batch_.opened + kBatchTime;
  if (watched_ && sharing_ && !grid_.size().empty()) next = std::min(next, manifest_at_);
  if (!watched_ || paused_ || !sharing_) return next;
  if (!dirty_.empty() && !wanted_) next = std::min(next, updated_ + kReplaceAfter);
  if (unsharp_ == 0 || !dirty_.empty() || encoding_ > 0 || !reseals_.empty()) return next;
  for (const Slot& slot : slots_)
    if (slot.pixels && !slot.sharp()) next = std::min(next, slot.changed + kStill);
  return host_.queued() > 0 ? std::max(next, polled_ + kLookAgain) : next;
}

}  // namespace lotse::session
