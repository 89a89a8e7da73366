#include "session/picture_receiver.h"

#include "base/text.h"
#include "crypto/signing.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"
#include "wire/relay_frame.h"

namespace lotse::session {
namespace {

using namespace std::chrono_literals;

constexpr Duration kShowAnyway = 16ms;    // an unfinished frame is shown after that
constexpr Duration kUnfitGap = 250ms;     // between requests for what deltas did not fit
constexpr Duration kRepairAfter = 700ms;  // a wrong or incomplete picture asks for repair after that
constexpr Duration kSilence = 1600ms;     // without a manifest: it may be gone, or we are
constexpr Duration kProofTimeSlow = 30s;  // for a SIGN on the slowest link
constexpr Duration kProofsGap = 100ms;    // between looks at what waits for its proof
constexpr Duration kIncident = SlotProofs::kDoubtsForgotten;
constexpr std::size_t kStatsKept = 256;

}  // namespace

PictureReceiver::PictureReceiver(SessionHost& host, ParticipantId presenter, ScreenId screen)
    : host_(host),
      presenter_(presenter),
      screen_(screen),
      decoding_(host, [this](const PictureDecoding::Outcome& outcome) { decoded(outcome); }),
      films_(host, film_calls()) {
  films_.reset(decoding_.canvas());
}
PictureReceiver::~PictureReceiver() = default;

void PictureReceiver::consume(wire::PacketKind kind, const wire::PictureFields& fields, Bytes payload,
                              const wire::PacketHash& hash, Instant now) {
  now_ = now;
  if (fields.generation < generation_) return;
  switch (kind) {
    case wire::PacketKind::state:
      return consume_state(fields, payload);
    case wire::PacketKind::key:
      return consume_key(fields, std::move(payload), hash);
    case wire::PacketKind::delta:
      return consume_delta(fields, payload, hash);
    case wire::PacketKind::film:
      return consume_film(fields, payload, hash);
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
  } else if (channel == 2) {
    consume_cursor_shape(payload);
  } else if (marks_.take(channel, payload)) {
    host_.show_marks(presenter_, screen_, marks_.arrows(), marks_.strokes());
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
  decoding_.reset(size);
  films_.reset(decoding_.canvas());
  proofs_.reset(decoding_.missing());
  shortfall_.reset();
  unfit_.clear();
  changed_.clear();
  state_versions_ = {};
  newest_version_ = shown_version_ = end_version_ = judged_version_ = 0;
  end_due_ = complete_ = false;
  cursor_position_.reset();
  bool marked = !marks_.arrows().empty() || !marks_.strokes().empty();
  marks_ = {};
  if (marked) host_.show_marks(presenter_, screen_, {}, {});
  set_exact(false);
}

void PictureReceiver::consume_key(const wire::PictureFields& fields, Bytes payload, const wire::PacketHash& hash) {
  if (fields.generation != generation_ || fields.slot.value() >= slots()) return;
  if (!decoding_.has_room(payload.size())) return;
  if (!proofs_.take(fields.slot, {fields.version.value(), fields.rank, hash}, now_)) return;
  shortfall_.came(fields.slot.value(), fields.version.value(), now_);
  unfit_.erase(fields.slot);
  decoding_.key(fields.slot, std::move(payload), fields.last);
  taken(fields);
}

void PictureReceiver::consume_delta(const wire::PictureFields& fields, const Bytes& payload,
                                    const wire::PacketHash& hash) {
  ByteReader in(payload);
  auto base = in.get<std::uint64_t>();
  bool inside = fields.generation == generation_ && in.ok();
  auto look = [&](SlotId slot) { inside = inside && slot.value() < slots(); };
  wire::for_each_slot(fields.footprint.targets, look);
  wire::for_each_slot(fields.footprint.sources, look);
  if (!inside || !decoding_.has_room(payload.size())) return;
  if (!proofs_.take(fields.footprint, base, {fields.version.value(), fields.rank, hash}, now_)) {
    if (unfit_.empty()) unfit_at_ = std::max(now_, unfit_at_);
    wire::for_each_slot(fields.footprint.targets, [&](SlotId slot) {
      if (proofs_.version(slot) < fields.version.value()) unfit_.insert(slot);
    });
    return;
  }
  wire::for_each_slot(fields.footprint.targets,
                      [&](SlotId slot) { shortfall_.came(slot.value(), fields.version.value(), now_); });
  ByteView patch = in.rest();
  decoding_.delta(fields.footprint, Bytes(patch.begin(), patch.end()), fields.last);
  taken(fields);
}

FilmPlayer::Calls PictureReceiver::film_calls() {
  return {
      .drawn =
          [this](const Rect& area) {
            ++stats_.frames, ++stats_.films;
            host_.show(presenter_, screen_, picture(), {area}, false);
          },
      .uncovered =
          [this](const Rect& area) {
            changed_.push_back(area);
            show_by_ = std::min(show_by_, now_ + kShowAnyway);
          },
      .slot_version = [this](SlotId slot) { return proofs_.version(slot); },
      .ask = [this](std::vector<SlotId> films) { ask(generation_, std::move(films)); },
      .decoded = [this](float ms) { note_decoded(ms); },
      .refused = [this] { ++stats_.refused; },
  };
}

void PictureReceiver::consume_film(const wire::PictureFields& fields, const Bytes& payload,
                                   const wire::PacketHash& hash) {
  if (fields.generation != generation_) return;
  if (films_.take(fields, payload, hash, proofs_.knows(hash), now_)) set_exact(false);
}

void PictureReceiver::taken(const wire::PictureFields& fields) {
  newest_version_ = std::max(newest_version_, fields.version.value());
  set_exact(false);
  proofs_came();
}

/// Slots whose deltas did not fit: something before them was lost, or held back.
void PictureReceiver::judge_unfit() {
  if (unfit_.empty() || now_ < unfit_at_) return;
  unfit_at_ = now_ + kUnfitGap;
  std::vector<SlotId> slots(unfit_.begin(), unfit_.end());
  if (slots.size() > wire::kMaxSlotsAsked) slots.resize(wire::kMaxSlotsAsked);
  unfit_.clear();  // the next one that does not fit asks again
  ask(generation_, std::move(slots));
}

void PictureReceiver::consume_sign(const Bytes& payload) {
  auto hashes = wire::parse_sign(payload);
  if (!hashes) return;
  proofs_.prove(*hashes);
  films_.prove(*hashes);
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
  std::vector<std::uint32_t> versions(slots());
  for (std::uint32_t i = 0; i < versions.size(); ++i) versions[i] = proofs_.version(SlotId{i});
  for (const wire::ChangedSlots& run : manifest.changed) {
    std::uint32_t version = run.version.value();
    wire::for_each_slot({run.slots}, [&](SlotId id) {
      std::uint32_t slot = id.value();
      if (slot >= versions.size()) return;
      if (versions[slot] < version)
        shortfall_.lacks(slot, version, now_);
      else
        shortfall_.came(slot, version, now_);
      versions[slot] = version;
    });
  }
  // What changed before that is in the digest. While something else lacks or is not proven, it says nothing.
  if (!manifest.complete || !shortfall_.none_named() || !proofs_.all_proven()) return;
  if (crypto::sha256({wire::versions_of(versions)}) == manifest.digest) {
    if (manifest.picture && !exact_) is_exact_at(std::max(newest_version_, end_version_), *manifest.picture);
    return shortfall_.came(Shortfall::kWhole, 0, now_);
  }
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

bool PictureReceiver::may_be_exact() const {
  return end_version_ != 0 && end_version_ == newest_version_ && !exact_ && judged_version_ == end_version_;
}

void PictureReceiver::proofs_came() {
  if (!proofs_.all_proven()) return;
  end_due_ = end_due_ || may_be_exact();  // it may be so now
}

void PictureReceiver::consume_frame_end(const wire::PictureFields& fields, const Bytes& payload) {
  wire::pb::FrameEnd end;
  if (fields.generation != generation_ || slots() == 0 || fields.version.value() <= end_version_) return;
  if (!end.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
  if (end.exact()) is_exact_at(fields.version.value(), end.digest());
}

/// The presenter says: who has all up to `version` has every pixel, and this is the picture's hash.
void PictureReceiver::is_exact_at(std::uint32_t version, std::uint64_t digest) {
  films_.end(version);
  end_version_ = version;
  end_digest_ = digest;
  end_due_ = true;
  repair_at_ = now_ + kRepairAfter;
}

void PictureReceiver::note_decoded(float ms) {
  if (stats_.decode_ms.size() >= kStatsKept) stats_.decode_ms.erase(stats_.decode_ms.begin());
  stats_.decode_ms.push_back(ms);
}

void PictureReceiver::decoded(const PictureDecoding::Outcome& outcome) {
  note_decoded(outcome.ms);
  for (SlotId slot : outcome.broken) {
    ++stats_.refused;
    proofs_.drop(slot);  // anything is welcome again; the repair asks for it
    repair_at_ = std::min(repair_at_, now_ + kRepairAfter);
  }
  for (SlotId slot : outcome.drawn) films_.slot_drawn(slot);
  for (SlotId slot : outcome.drawn) changed_.push_back(decoding_.canvas().grid().rect(slot));
  stats_.updates += outcome.drawn.size();
  frame_due_ = frame_due_ || outcome.ends_frame;
  if (show_by_ == Instant::never()) show_by_ = now_ + kShowAnyway;
  if (outcome.ends_frame && outcome.whole) show();
}

void PictureReceiver::poll(Instant now) {
  now_ = now;
  decoding_.dispatch();
  if (((frame_due_ || end_due_) && decoding_.idle()) || now >= show_by_) show();
  judge_unfit();
  judge_exactness(now);
  judge_proofs(now);
  judge_freshness(now);
}

void PictureReceiver::show() {
  bool judges = end_due_ && decoding_.idle();
  show_by_ = Instant::never();
  frame_due_ = false;
  if (judges) {
    end_due_ = false;
    judged_version_ = end_version_;
    // Whatever came before it: slots that were withheld leave the picture as it was, and no longer what is shown there.
    set_exact(end_version_ == newest_version_ && decoding_.missing() == 0 && proofs_.all_proven() && films_.none() &&
              decoding_.digest() == end_digest_);
  }
  if (decoding_.idle()) shown_version_ = newest_version_;
  bool completes = !complete_ && decoding_.missing() == 0 && slots() > 0;
  complete_ = complete_ || completes;  // before it is shown: who waits for it looks then
  if (!changed_.empty()) {
    host_.show(presenter_, screen_, picture(), changed_, exact_);
    changed_.clear();
    ++stats_.frames;
  } else if (judges && exact_) {
    host_.show(presenter_, screen_, picture(), {}, exact_);
  }
  if (completes) host_.notify(PictureComplete{presenter_, screen_, size()});
}

void PictureReceiver::judge_exactness(Instant now) {
  if (now < repair_at_) return;
  repair_at_ = Instant::never();
  if (!decoding_.idle()) return void(repair_at_ = now + kRepairAfter);
  std::vector<SlotId> lacking = decoding_.lacking();
  bool wrong = may_be_exact() && proofs_.all_proven();
  if (lacking.empty() && !wrong) return;
  if (lacking.empty()) {  // the digest does not fit: every slot is doubted
    ++stats_.wrong;
    proofs_.drop_all();
    decoding_.doubt_all();
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
  if (freshness_.silence(now) > kSilence) return films_.excuse(horizon, now), proofs_.excuse(horizon, now);
  auto doubts = proofs_.overdue(horizon, now);
  stats_.signed_bad += doubts.slots.size() + films_.doubt(horizon, now);
  if (doubts.slots.empty()) return;
  ask(generation_, std::move(doubts.slots));
  if (now - std::exchange(doubted_at_, now) > kIncident) told_unproven_ = false;
  if (!doubts.again || std::exchange(told_unproven_, true)) return;
  host_.notify(Warning{"picture_unproven",
                       "Part of the picture is not proven to come from its presenter. It may have been altered on its "
                       "way: do not rely on what you see."});
}

Instant PictureReceiver::proofs_due() const {
  Instant since = std::min(proofs_.waiting_since(), films_.waiting_since());
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
  Instant unfit = unfit_.empty() ? Instant::never() : unfit_at_;
  return std::min({show_by_, repair_at_, proofs_due(), stale, unfit});
}

}  // namespace lotse::session
