// Packets of one watched screen become pixels on its canvas, in the order that their meaning asks for.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "codec/canvas.h"
#include "session/host.h"
#include "wire/packet.h"

namespace lotse::session {

/// Keys are decoded side by side. A delta waits for all before it, and all behind it wait for the delta: it is made
/// from what they left on the canvas. Decoding runs on the host's decoders, the rest on the session's thread.
class PictureDecoding {
 public:
  struct Outcome {
    std::vector<SlotId> drawn;   // on the canvas now
    std::vector<SlotId> broken;  // whose newest packet was of no use: they keep what they had
    bool ends_frame = false;     // the last packet of a frame was among them
    bool whole = false;          // and all before it is on the canvas, nothing behind it
    float ms = 0;
  };
  PictureDecoding(SessionHost& host, std::function<void(const Outcome&)> done);
  ~PictureDecoding();

  /// A new generation: black, nothing drawn; what is under way is dropped.
  void reset(Size size);
  bool has_room(std::size_t payload) const;
  /// There is room, and the slots exist. `last`: of its frame.
  void key(SlotId slot, Bytes payload, bool last);
  void delta(const wire::Footprint& footprint, Bytes payload, bool last);
  /// Hands on what may be decoded now.
  void dispatch();

  bool idle() const { return waiting_.empty() && decoding_ == 0; }
  const codec::Canvas& canvas() const { return *canvas_; }
  std::uint64_t digest() { return canvas_->digest(); }
  /// Slots of which nothing was drawn since reset() or doubt_all().
  std::size_t missing() const { return missing_; }
  /// These, and the broken ones.
  std::vector<SlotId> lacking() const;
  /// What is on the canvas counts for nothing.
  void doubt_all();

 private:
  struct Slot {
    std::uint32_t taken = 0, drawn = 0;  // orders: of the last packet taken, and of the one on the canvas; 0: none
    bool broken = false;                 // the last packet taken was of no use
  };
  struct Waiting {
    std::vector<SlotId> slots;          // one: a key; else a delta's targets
    std::vector<std::uint32_t> orders;  // among the packets of each slot that were taken
    std::vector<SlotId> sources;
    bool is_delta = false, last = false;
    Bytes payload;
  };
  struct Job;

  void take(Waiting packet);
  bool complete(const Waiting& delta) const;
  void start(std::shared_ptr<Job> job);
  void finish(Job& job);
  void judge(const Waiting& packet, std::size_t at, const codec::Image* pixels, Outcome& outcome);

  SessionHost& host_;
  std::function<void(const Outcome&)> done_;
  std::shared_ptr<codec::Canvas> canvas_ = std::make_shared<codec::Canvas>();  // a new one with each generation
  std::vector<Slot> slots_;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t decoding_ = 0;  // jobs at the decoders
  bool delta_runs_ = false;   // it is the only one
  std::size_t missing_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::session
