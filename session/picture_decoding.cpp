#include "session/picture_decoding.h"

#include <algorithm>

#include "codec/patch.h"
#include "codec/slot_codec.h"
#include "wire/limits.h"

namespace lotse::session {
namespace {

constexpr std::size_t kJobsAtOnce = 2;
constexpr std::size_t kBatch = 32;  // keys in one job

}  // namespace

struct PictureDecoding::Job {
  struct One {
    Waiting in;
    std::vector<codec::Image> pixels;  // of its slots
    bool good = false;
  };
  std::shared_ptr<const codec::Canvas> canvas;  // nobody writes to it while a delta is decoded
  std::vector<One> packets;
  float ms = 0;

  void decode_key(One& one) {
    thread_local codec::SlotDecoder decoder;
    one.good = decoder.decode(one.in.payload, one.pixels[0].writable()).has_value();
  }
  void decode_delta(One& one) {
    thread_local codec::PatchDecoder decoder;
    auto moves = codec::PatchDecoder::moves(one.in.payload, canvas->grid().size());
    if (!moves) return;
    std::vector<codec::MutableFrameView> views;
    for (std::size_t i = 0; i < one.pixels.size(); ++i) {
      views.push_back(one.pixels[i].writable());
      codec::predict(canvas->view(), *moves, canvas->grid().rect(one.in.slots[i]), views.back());
    }
    one.good = decoder.decode(one.in.payload, views).has_value();
  }
  void run() {
    auto start = std::chrono::steady_clock::now();
    for (One& one : packets) one.in.is_delta ? decode_delta(one) : decode_key(one);
    ms = std::chrono::duration<float, std::milli>(std::chrono::steady_clock::now() - start).count();
  }
};

PictureDecoding::PictureDecoding(SessionHost& host, std::function<void(const Outcome&)> done)
    : host_(host), done_(std::move(done)) {}
PictureDecoding::~PictureDecoding() = default;

void PictureDecoding::reset(Size size) {
  canvas_ = std::make_shared<codec::Canvas>();
  canvas_->reset(size);
  slots_.assign(canvas_->grid().count(), Slot{});
  missing_ = slots_.size();
  waiting_.clear();
  waiting_bytes_ = 0;
  decoding_ = 0;  // what returns belongs to another canvas
  delta_runs_ = false;
}

bool PictureDecoding::has_room(std::size_t payload) const { return waiting_bytes_ + payload <= wire::kDecodeBacklog; }

void PictureDecoding::take(Waiting packet) {
  waiting_bytes_ += packet.payload.size();
  for (SlotId slot : packet.slots) packet.orders.push_back(++slots_[slot.value()].taken);
  waiting_.push_back(std::move(packet));
}

void PictureDecoding::key(SlotId slot, Bytes payload, bool last) {
  take({{slot}, {}, {}, false, last, std::move(payload)});
}

void PictureDecoding::delta(const wire::Footprint& footprint, Bytes payload, bool last) {
  Waiting packet{{}, {}, {}, true, last, std::move(payload)};
  wire::for_each_slot(footprint.targets, [&](SlotId slot) { packet.slots.push_back(slot); });
  wire::for_each_slot(footprint.sources, [&](SlotId slot) { packet.sources.push_back(slot); });
  take(std::move(packet));
}

/// Whether all that a delta builds on is on the canvas.
bool PictureDecoding::complete(const Waiting& delta) const {
  auto there = [&](SlotId slot) { return slots_[slot.value()].drawn != 0 && !slots_[slot.value()].broken; };
  return std::all_of(delta.slots.begin(), delta.slots.end(), there) &&
         std::all_of(delta.sources.begin(), delta.sources.end(), there);
}

void PictureDecoding::dispatch() {
  while (!waiting_.empty() && decoding_ < kJobsAtOnce && !delta_runs_) {
    bool delta = waiting_.front().is_delta;
    if (delta && decoding_ > 0) return;
    auto job = std::make_shared<Job>();
    job->canvas = canvas_;
    std::size_t free_jobs = kJobsAtOnce - decoding_, keys = 0;
    while (keys < waiting_.size() && !waiting_[keys].is_delta && keys <= kBatch * free_jobs) ++keys;
    std::size_t share = delta ? 1 : std::clamp(keys / free_jobs, std::size_t{1}, kBatch);
    for (; share > 0; --share) {
      Waiting packet = std::move(waiting_.front());
      waiting_.pop_front();
      waiting_bytes_ -= packet.payload.size();
      if (delta && !complete(packet)) packet.payload.clear();  // then it comes to nothing, in its turn
      std::vector<codec::Image> pixels;
      for (SlotId slot : packet.slots) pixels.emplace_back(canvas_->grid().rect(slot).size());
      job->packets.push_back({std::move(packet), std::move(pixels), false});
    }
    delta_runs_ = delta;
    start(std::move(job));
  }
}

void PictureDecoding::start(std::shared_ptr<Job> job) {
  ++decoding_;
  host_.decode([job, this, alive = std::weak_ptr<int>(alive_)] {
    job->run();
    return [job, this, alive] {
      if (!alive.expired() && job->canvas == canvas_) finish(*job);
    };
  });
}

void PictureDecoding::finish(Job& job) {
  --decoding_;
  Outcome outcome;
  outcome.ms = job.ms;
  outcome.whole = delta_runs_;
  delta_runs_ = false;
  for (Job::One& one : job.packets) {
    outcome.ends_frame = outcome.ends_frame || one.in.last;
    for (std::size_t i = 0; i < one.in.slots.size(); ++i)
      judge(one.in, i, one.good ? &one.pixels[i] : nullptr, outcome);
  }
  done_(outcome);
}

void PictureDecoding::judge(const Waiting& packet, std::size_t at, const codec::Image* pixels, Outcome& outcome) {
  SlotId id = packet.slots[at];
  Slot& slot = slots_[id.value()];
  std::uint32_t order = packet.orders[at];
  if (pixels == nullptr) {
    slot.broken =
        slot.broken || slot.taken == order || packet.is_delta;  // who builds on a delta that failed fails, too
    if (slot.broken) outcome.broken.push_back(id);
    return;
  }
  if (order <= slot.drawn) return;  // a newer one came out first
  canvas_->put(id, pixels->view());
  if (slot.drawn == 0) --missing_;
  slot.drawn = order;
  slot.broken = false;
  outcome.drawn.push_back(id);
}

std::vector<SlotId> PictureDecoding::lacking() const {
  std::vector<SlotId> out;
  for (std::uint32_t i = 0; i < slots_.size() && out.size() < wire::kMaxSlotsAsked; ++i)
    if (slots_[i].drawn == 0 || slots_[i].broken) out.push_back(SlotId{i});
  return out;
}

void PictureDecoding::doubt_all() {
  for (Slot& slot : slots_) slot.drawn = 0;
  missing_ = slots_.size();
}

}  // namespace lotse::session
