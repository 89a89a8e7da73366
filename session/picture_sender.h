// The presenter's side of one screen: what changed, what of it was sent, at which quality, what comes next.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "codec/frame.h"
#include "codec/slot_codec.h"
#include "session/host.h"
#include "wire/packet.h"
#include "wire/picture_proof.h"

namespace lotse::session {

using SlotPixels = std::shared_ptr<const codec::Image>;
struct SlotUpdate {
  SlotId slot;
  SlotPixels pixels;
};

/// Seals and sends one packet of the picture; says the hash of a key. Nothing when it can't be sent now (no epoch).
using PictureOut =
    std::function<std::optional<wire::PacketHash>(wire::PacketKind, const wire::PictureFields&, ByteView payload)>;

/// Nothing old is ever queued: it keeps which slots are dirty, and encodes the newest pixels when the link takes more.
/// Not thread-safe. Encoding runs on the host's workers; everything else on the session's thread.
class PictureSender {
 public:
  PictureSender(SessionHost& host, ScreenId screen, Generation generation, PictureOut out);
  ~PictureSender();

  /// Somebody watches (or nobody does any more): nothing is captured or sent to nobody.
  void set_watched(bool watched, Instant now);
  /// Newer pixels of some slots. A new size raises the generation; then every slot must be among them.
  void update(Size size, std::vector<SlotUpdate> slots, Instant now);
  void set_name(std::string name) { name_ = std::move(name); }
  void set_colors(codec::Colors colors) { colors_ = colors; }
  void set_cursor(CursorImage shape);
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
    std::uint64_t updates = 0, frames = 0;
    std::vector<float> encode_ms;  // of the last frames, at most 256
  };
  const Stats& stats() const { return stats_; }

 private:
  struct Slot;
  struct Job;
  /// A captured frame of which `left` slots are not sent yet.
  struct FrameInFlight {
    std::uint32_t version;
    std::size_t left;
  };
  /// A conflated value beside the picture; a new epoch sends it again as it is.
  struct State {
    Bytes payload;
    std::uint32_t version = 0;
    bool due = false;
  };
  /// Keys that went out since the last SIGN.
  struct Batch {
    std::uint32_t number = 1;
    Bytes hashes;
    std::size_t bytes = 0;
    Instant opened{};
  };
  enum StateChannel : std::uint32_t {
    kGeometry = 0,
    kCursorPosition = 1,
    kCursorShape = 2,
    kStates = 3,
    kManifest = 3
  };

  void set_state(StateChannel channel, std::string payload);
  void set_geometry();
  void start_generation(Size size);
  void mark_dirty(std::uint32_t index, Instant now);
  void count_sent(std::uint32_t version);
  void dispatch_dirty();
  void dispatch_refinement(Instant now);
  void encode(const std::vector<std::uint32_t>& slots, codec::Rank rank);
  void encoded(const Job& job);
  bool send_key(std::uint32_t index);
  void sign_batch();
  void send_manifest(Instant now);
  void send_states();
  void send_reseals();
  void end_frames();
  void send_frame_end();
  bool link_takes() const;
  void ask_for_frame(Instant now);

  SessionHost& host_;
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
  std::deque<std::uint32_t> dirty_;    // in the order of becoming dirty
  std::deque<std::uint32_t> reseals_;  // sent before, to be sealed under the newest epoch
  std::deque<FrameInFlight> frames_;
  std::array<State, kStates> states_;
  State frame_end_;
  Batch batch_;
  std::uint32_t clock_ = 0, manifests_ = 0;
  Instant manifest_at_{};      // the next one
  bool end_due_ = false;       // something was sent since the last FRAME_END
  std::size_t unsharp_ = 0;    // slots whose last packet was not lossless
  std::size_t encoding_ = 0;   // slots at the workers
  std::uint32_t version_ = 0;  // the frame counter
  Instant updated_{};          // when the last frame came
  Instant polled_{}, states_requested_{};
  Stats stats_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // jobs that return after our end see it gone
};

}  // namespace lotse::session
