// The viewer's side of one screen: packets in, a canvas out, and the knowledge whether it is exact.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "session/film_player.h"
#include "session/freshness.h"
#include "session/host.h"
#include "session/marks_seen.h"
#include "session/picture_decoding.h"
#include "session/shortfall.h"
#include "session/slot_proofs.h"
#include "wire/limits.h"
#include "wire/packet.h"

namespace lotse::session {

/// Takes only what is newer, shows whole frames, asks for what is missing. Decoding runs on the host's workers, the
/// rest on the session's thread.
class PictureReceiver {
 public:
  PictureReceiver(SessionHost& host, ParticipantId presenter, ScreenId screen);
  ~PictureReceiver();

  /// A packet of this screen, opened; all but keys and deltas came with their signature. `hash`: of
  /// their complete packet.
  /// Hostile members exist: everything is checked again.
  void consume(wire::PacketKind kind, const wire::PictureFields& fields, Bytes payload, const wire::PacketHash& hash,
               Instant now);
  /// Hands on what is due: decodes, shows, asks.
  void poll(Instant now);
  Instant next_deadline() const;

  bool sharing() const { return sharing_; }
  bool complete() const { return complete_; }
  bool exact() const { return exact_; }
  bool stale() const { return stale_; }
  Size size() const { return decoding_.canvas().grid().size(); }
  Generation generation() const { return generation_; }
  codec::FrameView picture() const { return films_.view(); }
  /// Versions of the picture that are here and not shown yet.
  std::uint32_t versions_behind() const { return newest_version_ - shown_version_; }
  const CursorImage& cursor() const { return cursor_; }
  std::optional<Point> cursor_position() const { return cursor_position_; }
  const MarksSeen& marks() const { return marks_; }

  struct Stats {
    std::uint64_t updates = 0, frames = 0, films = 0, refused = 0;
    std::uint64_t signed_bad = 0;  // times that a slot's proof did not come in time
    std::uint64_t wrong = 0;       // times that all was proven and its hash not the presenter's
    std::vector<float> decode_ms;  // of the last jobs, at most 256
  };
  const Stats& stats() const { return stats_; }

 private:
  void consume_state(const wire::PictureFields& fields, const Bytes& payload);
  void consume_geometry(const wire::PictureFields& fields, const Bytes& payload);
  void consume_cursor_shape(const Bytes& payload);
  void consume_key(const wire::PictureFields& fields, Bytes payload, const wire::PacketHash& hash);
  void consume_delta(const wire::PictureFields& fields, const Bytes& payload, const wire::PacketHash& hash);
  std::size_t slots() const { return decoding_.canvas().grid().count(); }
  void is_exact_at(std::uint32_t version, std::uint64_t digest);
  bool may_be_exact() const;
  void judge_unfit();
  void consume_film(const wire::PictureFields& fields, const Bytes& payload, const wire::PacketHash& hash);
  FilmPlayer::Calls film_calls();
  void note_decoded(float ms);
  void taken(const wire::PictureFields& fields);
  void consume_manifest(const wire::PictureFields& fields, const wire::Manifest& manifest);
  void compare_versions(const wire::Manifest& manifest);
  void judge_shortfall();
  void judge_freshness(Instant now);
  void consume_sign(const Bytes& payload);
  void proofs_came();
  void consume_frame_end(const wire::PictureFields& fields, const Bytes& payload);
  void start_generation(Generation generation, Size size);
  void decoded(const PictureDecoding::Outcome& outcome);
  void show();
  void judge_exactness(Instant now);
  void judge_proofs(Instant now);
  Instant proofs_due() const;
  void set_exact(bool exact);
  void ask(Generation generation, std::vector<SlotId> slots);

  SessionHost& host_;
  ParticipantId presenter_;
  ScreenId screen_;
  Generation generation_;
  PictureDecoding decoding_;
  SlotProofs proofs_;
  FilmPlayer films_;
  Freshness freshness_;
  Shortfall shortfall_;
  std::vector<Rect> changed_;  // on the canvas, not shown yet
  std::array<std::uint32_t, wire::kStateChannels> state_versions_{};
  bool sharing_ = false, paused_ = false, complete_ = false, exact_ = false;
  std::string name_;
  std::uint32_t newest_version_ = 0, shown_version_ = 0;
  std::uint32_t end_version_ = 0, judged_version_ = 0;  // of FRAME_END
  bool frame_due_ = false;                              // a whole frame was drawn and is to be shown
  bool end_due_ = false;                                // whether the picture is exact is to be judged
  std::uint64_t end_digest_ = 0;
  std::set<SlotId> unfit_;                // targets of deltas that did not fit
  Instant unfit_at_{};                    // they are asked for then
  Instant show_by_ = Instant::never();    // whatever is there is shown then
  Instant repair_at_ = Instant::never();  // what is missing or wrong by then is asked for
  Instant now_{};
  Instant proofs_judged_{}, doubted_at_{};
  Instant withheld_at_{};
  bool told_unproven_ = false, told_withheld_ = false, stale_ = false;
  CursorImage cursor_;
  std::optional<Point> cursor_position_;
  MarksSeen marks_;
  Stats stats_;
};

}  // namespace lotse::session
