// The presenter's side of one screen: what changed, what of it was sent, at which quality, what comes next.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "session/filming.h"
#include "session/frame_coder.h"
#include "session/host.h"
#include "session/link_rate.h"
#include "session/proof_batch.h"
#include "session/refinement.h"
#include "session/screen_states.h"
#include "wire/packet.h"
#include "wire/picture_proof.h"

namespace lotse::session {

/// Seals and sends one packet of the picture; says the hash of a key or delta. Nothing when it can't be sent now (no
/// epoch).
using PictureOut =
    std::function<std::optional<wire::PacketHash>(wire::PacketKind, const wire::PictureFields&, ByteView payload)>;

/// Nothing old is ever queued: it keeps which slots are dirty, and codes the newest pixels when the link takes more, as
/// the difference from what was last sent. One frame is under way at a time. Not thread-safe. Coding runs on the host's
/// workers; everything else on the session's thread.
class PictureSender {
 public:
  /// `link`: of all screens that are sent.
  PictureSender(SessionHost& host, LinkRate& link, ScreenId screen, Generation generation, PictureOut out);
  ~PictureSender();

  /// Somebody watches (or nobody does any more): nothing is captured or sent to nobody.
  void set_watched(bool watched, Instant now);
  /// Newer pixels of some slots. A new size raises the generation; then every slot must be among them.
  void update(Size size, std::vector<SlotUpdate> slots, Instant now);
  void set_name(std::string name) { name_ = std::move(name); }
  void set_colors(codec::Colors colors) { colors_ = colors; }
  /// Whether what keeps moving goes as films. `least_slots`: so many side by side.
  void set_films(Films films, std::size_t least_slots = FilmDirector::kLeastSlots);
  void set_cursor(CursorImage shape);
  void set_marks(std::uint32_t channel, const std::string& payload) { states_.set_marks(channel, payload); }
  void set_cursor_position(Point position);
  void set_paused(bool paused, Instant now);
  /// Another number when the clock may have stood still since the last call: the machine may have slept.
  void set_clock(std::uint32_t clock) { clock_ = clock; }

  /// A new epoch for a join: everything is sealed again and sent once more, behind what is new.
  void reseal(Instant now);
  /// The relay or a viewer lacks these slots (none named: all). Untrusted: repeated requests cost little.
  void requested(Generation generation, const std::vector<SlotId>& slots, Instant now);

  /// Dispatches what the link takes. Call after every other call, when the link drained, and at next_deadline().
  void poll(Instant now);
  Instant next_deadline() const;

  Generation generation() const { return generation_; }
  Size size() const { return grid_.size(); }
  /// Tells all that the share is over. The object is of no use after that.
  void finish();

  struct Stats {
    std::uint64_t updates = 0, frames = 0, films = 0;  // the last: frames of films
    std::vector<float> encode_ms;                      // of the last frames, at most 256
  };
  const Stats& stats() const { return stats_; }

 private:
  struct Slot;
  struct Job;
  struct FrameEnd {
    Bytes payload;
    std::uint32_t version = 0;
    bool due = false;
  };

  void set_geometry();
  void start_generation(Size size);
  void start_frame(Instant now);
  std::shared_ptr<Job> gather(Instant now);
  void gather_again(Job& job, Instant now);
  void refine(Job& job, Instant now, std::size_t most);
  void begun(const std::shared_ptr<Job>& job);
  void code_keys(const std::shared_ptr<Job>& job);
  void coded(Job& job, const std::vector<FrameCoder::Key>& keys);
  void finish_frame(const Job& job);
  void sent(std::uint32_t index, std::uint32_t version, codec::Rank rank, bool exact, std::uint64_t hash);
  void send_delta(Job& job);
  bool send_key(std::uint32_t index, bool last);
  std::optional<std::uint32_t> send_film(const Filming::Frame& frame);
  void end_films(Instant now);
  void count_in_batch(const wire::PacketHash& hash, std::size_t bytes);
  void want_key(std::uint32_t index);
  std::size_t key_budget() const;
  void choose_ranks(Job& job) const;
  void sign_batch();
  void send_manifest(Instant now);
  void send_states();
  void send_wanted();
  void answered(std::uint32_t index);
  void judge_rest(Instant now);
  void send_frame_end();
  std::uint64_t picture_digest() const;
  bool at_rest() const;
  bool link_takes(double share = 1) const;
  Duration replace_after() const;
  Duration still_after() const;
  void ask_for_frame(Instant now);

  SessionHost& host_;
  LinkRate& rate_;
  PictureOut out_;
  ScreenId screen_;
  Generation generation_;
  std::string name_;
  codec::Colors colors_ = codec::Colors::full;
  bool sharing_ = true, paused_ = false;
  bool watched_ = false;  // somebody is there to see it
  bool wanted_ = false;   // a frame is asked for and has not come
  codec::SlotGrid grid_;
  std::vector<Slot> slots_;
  std::deque<std::uint32_t> dirty_;        // in the order of becoming dirty
  std::deque<std::uint32_t> wanted_keys_;  // sent before, needed as keys under the newest epoch
  std::vector<SlotId> captured_;           // since the last frame was begun
  std::shared_ptr<FrameCoder> coder_;      // a new one with each generation
  std::shared_ptr<Job> job_;               // the frame under way
  Refinement refinement_;
  Filming filming_;
  std::size_t key_bytes_ = 1200;    // of a key, on average,
  std::size_t again_bytes_ = 8000;  // and of one that is sent once more
  double answers_ = 0;              // bytes that may be sent on request
  ScreenStates states_;
  FrameEnd frame_end_;
  ProofBatch batch_;
  std::uint32_t clock_ = 0, manifests_ = 0;
  Instant manifest_at_{};      // the next one
  bool end_due_ = false;       // something was sent since the last FRAME_END
  std::size_t unsent_ = 0;     // slots that were never sent
  std::size_t unsharp_ = 0;    // slots that viewers have only nearly, or not at all
  std::uint32_t version_ = 0;  // the frame counter
  Instant updated_{};          // when the last frame came
  Instant sent_at_{};          // when something of a picture last went out
  Instant polled_{}, states_requested_{};
  Stats stats_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // jobs that return after our end see it gone
};

}  // namespace lotse::session
