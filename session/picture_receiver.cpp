#include "session/picture_receiver.h"

#include "base/text.h"
#include "crypto/signing.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"
#include "wire/relay_frame.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kJobsAtOnce = 2;
constexpr std::size_t kBatch = 32;        // slots in one job
constexpr Duration kShowAnyway = 16ms;    // an unfinished frame is shown after that
constexpr Duration kRepairAfter = 700ms;  // a wrong or incomplete picture asks for repair after that
constexpr Duration kSilence = 1600ms;     // without a manifest: it may be gone, or we are
constexpr Duration kProofTimeSlow = 30s;  // for a SIGN on the slowest link
constexpr Duration kProofsGap = 100ms;    // between looks at what waits for its proof
constexpr Duration kIncident = SlotProofs::kDoubtsForgotten;
constexpr std::size_t kStatsKept = 256;

codec::SlotDecoder& worker_decoder() {
  thread_local codec::SlotDecoder decoder;
  return decoder;
}

}  // namespace

struct PictureReceiver::Slot {
  std::uint32_t taken = 0, drawn = 0;  // orders: of the last packet taken, and of the one on the canvas; 0: none
  bool broken = false;                 // the last packet taken could not be decoded
};

struct PictureReceiver::Job {
  struct One {
    Waiting in;
    codec::Image pixels;
    bool good = false;
  };
  Generation generation;
  std::vector<One> slots;
  float ms = 0;
};

PictureReceiver::PictureReceiver(SessionHost& host, ParticipantId presenter, ScreenId screen)
    : host_(host), presenter_(presenter), screen_(screen) {}
PictureReceiver::~PictureReceiver() = default;

std::uint32_t PictureReceiver::versions_behind() const { return end_version_ - shown_version_; }

void PictureReceiver::consume(wire::PacketKind kind, const wire::PictureFields& fields, Bytes payload,
                              const wire::PacketHash& hash, Instant now) {
  now_ = now;
  if (fields.generation < generation_) return;
  switch (kind) {
    case wire::PacketKind::state:
      return consume_state(fields, payload);
    case wire::PacketKind::key:
      return consume_key(fields, std::move(payload), hash);
    case wire::PacketKind::frame_end:
      return consume_frame_end(fields, payload);
    case wire::PacketKind::sign:
      return consume_sign(payload);
    case wire::PacketKind::message:
      return;
  }
}

void PictureReceiver::consume_state(const wire::PictureFields& fields, const Bytes& payload) {
  auto channel = fields.slot.value();
  if (channel >= state_versions_.size()) return;
  bool new_generation = fields.generation > generation_;
  if (channel == 3) {
    auto manifest = wire::parse_manifest(payload);
    return manifest ? consume_manifest(fields, *manifest) : void();
  }
  if (!new_generation && fields.version.value() <= state_versions_[channel]) return;
  if (channel == 0) {
    consume_geometry(fields, payload);
  } else if (new_generation) {
    return;  // its geometry comes first
  } else if (channel == 1) {
    wire::pb::CursorPosition position;
    if (!position.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    cursor_position_ =
        Point{std::clamp(position.x(), -1, codec::kMaxSide), std::clamp(position.y(), -1, codec::kMaxSide)};
    host_.show_cursor(presenter_, screen_, nullptr, cursor_position_);
  } else {
    consume_cursor_shape(payload);
  }
  state_versions_[channel] = fields.version.value();
}

void PictureReceiver::consume_cursor_shape(const Bytes& payload) {
  wire::pb::CursorShape shape;
  if (!shape.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
  auto side = static_cast<std::uint32_t>(wire::kMaxCursorSide);
  if (shape.width() > side || shape.height() > side) return;
  if (shape.argb().size() != std::size_t{shape.width()} * shape.height() * 4) return;
  cursor_.size = {static_cast<int>(shape.width()), static_cast<int>(shape.height())};
  cursor_.hotspot = {std::clamp(shape.hot_x(), 0, wire::kMaxCursorSide),
                     std::clamp(shape.hot_y(), 0, wire::kMaxCursorSide)};
  cursor_.argb.assign(shape.argb().begin(), shape.argb().end());
  host_.show_cursor(presenter_, screen_, &cursor_, cursor_position_);
}

void PictureReceiver::consume_geometry(const wire::PictureFields& fields, const Bytes& payload) {
  wire::pb::ScreenState state;
  if (!state.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
  if (state.width() < 1 || state.height() < 1 || state.width() > codec::kMaxSide || state.height() > codec::kMaxSide)
    return;
  Size size{static_cast<int>(state.width()), static_cast<int>(state.height())};
  if (fields.generation > generation_ || size != this->size()) start_generation(fields.generation, size);
  if (!sharing_ && state.sharing()) freshness_.start(now_);
  sharing_ = state.sharing();
  paused_ = state.paused();
  name_ = clean_text(state.name(), wire::kMaxName);
  host_.notify(ScreenChanged{presenter_, screen_, name_, size, sharing_, paused_});
}

void PictureReceiver::start_generation(Generation generation, Size size) {
  generation_ = generation;
  canvas_.reset(size);
  slots_.assign(canvas_.grid().count(), Slot{});
  proofs_.reset(slots_.size());
  missing_ = slots_.size();
  shortfall_.reset();
  waiting_.clear();
  waiting_bytes_ = 0;
  decoding_ = 0;  // jobs of the old generation are dropped when they return
  changed_.clear();
  state_versions_ = {};
  end_version_ = shown_version_ = 0;
  end_due_ = end_exact_ = complete_ = false;
  cursor_position_.reset();
  set_exact(false);
}

void PictureReceiver::consume_key(const wire::PictureFields& fields, Bytes payload, const wire::PacketHash& hash) {
  auto index = fields.slot.value();
  if (fields.generation != generation_ || index >= slots_.size()) return;
  if (waiting_bytes_ + payload.size() > wire::kDecodeBacklog) return;
  if (!proofs_.take(fields.slot, {fields.version.value(), fields.rank, hash}, now_)) return;
  shortfall_.came(index, fields.version.value(), now_);
  waiting_bytes_ += payload.size();
  waiting_.push_back({fields.slot, ++slots_[index].taken, std::move(payload)});
  set_exact(false);
  proofs_came();
}

void PictureReceiver::consume_sign(const Bytes& payload) {
  auto hashes = wire::parse_sign(payload);
  if (!hashes) return;
  proofs_.prove(*hashes);
  proofs_came();
}

/// The sequence of manifests is their version as a state.
void PictureReceiver::consume_manifest(const wire::PictureFields& fields, const wire::Manifest& manifest) {
  bool lost_geometry = fields.generation > generation_;
  if (!sharing_ || (!lost_geometry && fields.version.value() <= state_versions_[3])) return;
  freshness_.heard(manifest, now_);
  judge_freshness(now_);
  if (lost_geometry) {  // states go first: it should be here
    shortfall_.lacks(Shortfall::kWhole, 0, now_);
  } else {
    state_versions_[3] = fields.version.value();
    compare_versions(manifest);
  }
  judge_shortfall();
}

void PictureReceiver::compare_versions(const wire::Manifest& manifest) {
  std::vector<std::uint32_t> versions(slots_.size());
  for (std::uint32_t i = 0; i < versions.size(); ++i) versions[i] = proofs_.version(SlotId{i});
  for (const wire::SlotAt& at : manifest.changed) {
    std::uint32_t slot = at.slot.value(), version = at.version.value();
    if (slot >= versions.size()) continue;
    if (versions[slot] < version)
      shortfall_.lacks(slot, version, now_);
    else
      shortfall_.came(slot, version, now_);
    versions[slot] = version;
  }
  // What changed before that is in the digest. While something else lacks or is not proven, it says nothing.
  if (!manifest.complete || !shortfall_.none_named() || !proofs_.all_proven()) return;
  if (crypto::sha256({wire::versions_of(versions)}) == manifest.digest)
    return shortfall_.came(Shortfall::kWhole, 0, now_);
  for (std::uint32_t i = 0; i < versions.size(); ++i)
    if (versions[i] == 0) shortfall_.lacks(i, 1, now_);
  if (shortfall_.none_named()) shortfall_.lacks(Shortfall::kWhole, 0, now_);
}

void PictureReceiver::judge_shortfall() {
  auto due = shortfall_.due(now_);
  if (due.whole) ask(Generation{}, {});
  if (!due.slots.empty()) ask(generation_, std::move(due.slots));
  if (!due.withheld || stale_) return;  // what is stale came late, and lacks for that
  if (now_ - std::exchange(withheld_at_, now_) > kIncident) told_withheld_ = false;
  if (std::exchange(told_withheld_, true)) return;
  host_.notify(Warning{"picture_withheld",
                       "Parts of the picture do not arrive: they are held back on their way, or the connection is far "
                       "too slow. What you see is not complete."});
}

void PictureReceiver::judge_freshness(Instant now) {
  bool stale = sharing_ && freshness_.stale(now);
  if (std::exchange(stale_, stale) != stale) host_.notify(StaleChanged{presenter_, screen_, stale});
}

void PictureReceiver::proofs_came() {
  if (!proofs_.all_proven()) return;
  end_due_ = end_due_ || (end_exact_ && !exact_ && shown_version_ == end_version_);  // it may be exact now
}

void PictureReceiver::consume_frame_end(const wire::PictureFields& fields, const Bytes& payload) {
  wire::pb::FrameEnd end;
  if (fields.generation != generation_ || slots_.empty() || fields.version.value() <= end_version_) return;
  if (!end.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
  end_version_ = fields.version.value();
  end_exact_ = end.exact();
  end_digest_ = end.digest();
  end_due_ = true;
  if (missing_ > waiting_.size() || end_exact_) repair_at_ = now_ + kRepairAfter;
}

void PictureReceiver::dispatch() {
  while (!waiting_.empty() && decoding_ < kJobsAtOnce) {
    auto job = std::make_shared<Job>();
    job->generation = generation_;
    std::size_t share =
        std::min({waiting_.size(), kBatch, std::max<std::size_t>(1, waiting_.size() / (kJobsAtOnce - decoding_))});
    for (std::size_t i = 0; i < share; ++i) {
      Size size = canvas_.grid().rect(waiting_[i].slot).size();
      waiting_bytes_ -= waiting_[i].payload.size();
      job->slots.push_back({std::move(waiting_[i]), codec::Image(size), false});
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(share));
    ++decoding_;
    host_.decode([job, this, alive = std::weak_ptr<int>(alive_)] {
      auto start = std::chrono::steady_clock::now();
      for (Job::One& one : job->slots)
        one.good = worker_decoder().decode(one.in.payload, one.pixels.writable()).has_value();
      job->ms = std::chrono::duration<float, std::milli>(std::chrono::steady_clock::now() - start).count();
      return [job, this, alive] {
        if (!alive.expired()) decoded(*job);
      };
    });
  }
}

void PictureReceiver::decoded(Job& job) {
  if (job.generation != generation_) return;
  --decoding_;
  if (stats_.decode_ms.size() >= kStatsKept) stats_.decode_ms.erase(stats_.decode_ms.begin());
  stats_.decode_ms.push_back(job.ms);
  for (Job::One& one : job.slots) {
    Slot& slot = slots_[one.in.slot.value()];
    if (!one.good) {
      ++stats_.refused;
      if (slot.taken != one.in.order) continue;
      slot.broken = true;
      proofs_.drop(one.in.slot);  // anything is welcome again; the repair asks for it
      repair_at_ = std::min(repair_at_, now_ + kRepairAfter);
      continue;
    }
    if (one.in.order <= slot.drawn) continue;  // a newer one came out first
    canvas_.put(one.in.slot, one.pixels.view());
    if (slot.drawn == 0) --missing_;
    slot.drawn = one.in.order;
    slot.broken = false;
    changed_.push_back(canvas_.grid().rect(one.in.slot));
    ++stats_.updates;
  }
  if (show_by_ == Instant::never()) show_by_ = now_ + kShowAnyway;
}

void PictureReceiver::poll(Instant now) {
  now_ = now;
  dispatch();
  bool settled = waiting_.empty() && decoding_ == 0;
  if ((end_due_ && settled) || now >= show_by_) show();
  judge_exactness(now);
  judge_proofs(now);
  judge_freshness(now);
}

void PictureReceiver::show() {
  bool ended = end_due_ && waiting_.empty() && decoding_ == 0;
  show_by_ = Instant::never();
  if (ended) {
    end_due_ = false;
    shown_version_ = end_version_;
    // Whatever came before it: slots that were withheld leave the picture as it was, and no longer what is shown there.
    set_exact(end_exact_ && missing_ == 0 && proofs_.all_proven() && canvas_.digest() == end_digest_);
  }
  bool completes = !complete_ && missing_ == 0 && !slots_.empty();
  complete_ = complete_ || completes;  // before it is shown: who waits for it looks then
  if (!changed_.empty()) {
    host_.show(presenter_, screen_, canvas_.view(), changed_, exact_);
    changed_.clear();
    ++stats_.frames;
  } else if (ended && exact_) {
    host_.show(presenter_, screen_, canvas_.view(), {}, exact_);
  }
  if (completes) host_.notify(PictureComplete{presenter_, screen_, size()});
}

void PictureReceiver::judge_exactness(Instant now) {
  if (now < repair_at_) return;
  repair_at_ = Instant::never();
  if (!waiting_.empty() || decoding_ > 0) return void(repair_at_ = now + kRepairAfter);
  std::vector<SlotId> lacking;
  for (std::uint32_t i = 0; i < slots_.size() && lacking.size() < wire::kMaxSlotsAsked; ++i)
    if (slots_[i].drawn == 0 || slots_[i].broken) lacking.push_back(SlotId{i});
  bool wrong = end_exact_ && !exact_ && shown_version_ == end_version_ && proofs_.all_proven();
  if (lacking.empty() && !wrong) return;
  if (lacking.empty()) {  // the digest does not fit: every slot is doubted
    proofs_.drop_all();
    for (Slot& slot : slots_) slot.drawn = 0;
    missing_ = slots_.size();
    end_version_ = 0;  // and the end of the frame is welcome again
  }
  ask(generation_, std::move(lacking));
  repair_at_ = now + kRepairAfter;
}

/// Who lags behind, on a slow link, gets the SIGN that much later, too; a presenter that is gone sends none.
void PictureReceiver::judge_proofs(Instant now) {
  if (now < proofs_due()) return;
  proofs_judged_ = now;
  Instant horizon = now - std::min(Duration(wire::kProofTime) + freshness_.lag(), kProofTimeSlow);
  if (freshness_.silence(now) > kSilence) return proofs_.excuse(horizon, now);
  auto doubts = proofs_.overdue(horizon, now);
  if (doubts.slots.empty()) return;
  stats_.signed_bad += doubts.slots.size();
  ask(generation_, std::move(doubts.slots));
  if (now - std::exchange(doubted_at_, now) > kIncident) told_unproven_ = false;
  if (!doubts.again || std::exchange(told_unproven_, true)) return;
  host_.notify(Warning{"picture_unproven",
                       "Part of the picture is not proven to come from its presenter. It may have been altered on its "
                       "way: do not rely on what you see."});
}

Instant PictureReceiver::proofs_due() const {
  Instant since = proofs_.waiting_since();
  if (since == Instant::never()) return since;
  return std::max(since + Duration(wire::kProofTime), proofs_judged_ + kProofsGap);
}

void PictureReceiver::ask(Generation generation, std::vector<SlotId> slots) {
  host_.send(wire::encode(wire::KeyRequest{presenter_, screen_, generation, std::move(slots)}));
}

void PictureReceiver::set_exact(bool exact) {
  if (exact_ == exact) return;
  exact_ = exact;
  if (exact) repair_at_ = Instant::never();
  host_.notify(ExactChanged{presenter_, screen_, exact});
}

Instant PictureReceiver::next_deadline() const {
  Instant stale = stale_ ? Instant::never() : freshness_.next_deadline();
  return std::min({show_by_, repair_at_, proofs_due(), stale});
}

}  // namespace lotse::session
