#include "relay/picture_cache.h"

#include <queue>
#include <tuple>

namespace lotse::relay {
namespace {

// Measured sizes of the nodes, rounded up: what an attacker's smallest packets really cost.
constexpr std::size_t kEntryCost = 192, kStreamCost = 256, kBatchCost = 96;

}  // namespace

void PictureCache::charge(Stream& stream, std::size_t cost) {
  stream.bytes += cost;
  bytes_ += cost;
}

void PictureCache::credit(Stream& stream, std::size_t cost) {
  stream.bytes -= cost;
  bytes_ -= cost;
}

void PictureCache::put_frame(Stream& stream, ItemId item, Entry& entry, SharedBytes frame) {
  charge(stream, frame->size());
  frame_bytes_ += frame->size();
  entry.frame = std::move(frame);
  entry.age = stream.by_age.insert(stream.by_age.end(), item);
  if (entry.batch == 0) return;
  auto [batch, fresh] = stream.batches.try_emplace(entry.batch);
  if (fresh) charge(stream, kBatchCost);
  ++batch->second.keys;
}

void PictureCache::leave_batch(Stream& stream, std::uint32_t number) {
  auto at = stream.batches.find(number);
  if (at == stream.batches.end() || --at->second.keys > 0) return;
  std::size_t size = at->second.sign ? at->second.sign->size() : 0;
  credit(stream, kBatchCost + size);
  frame_bytes_ -= size;
  stream.batches.erase(at);
}

bool PictureCache::take_sign(const wire::PacketHeader& header, const SharedBytes& frame) {
  auto at = streams_.find(stream_of(header));
  if (at == streams_.end() || at->second.generation != header.picture.generation) return false;
  Stream& stream = at->second;
  auto batch = stream.batches.find(header.picture.batch);
  if (batch == stream.batches.end()) return true;
  SharedBytes& sign = batch->second.sign;
  std::size_t before = sign ? sign->size() : 0;
  credit(stream, before);
  charge(stream, frame->size());
  frame_bytes_ = frame_bytes_ - before + frame->size();
  sign = frame;
  return true;
}

SharedBytes PictureCache::sign_of(StreamId id, std::uint32_t number) const {
  auto at = streams_.find(id);
  if (at == streams_.end()) return nullptr;
  auto batch = at->second.batches.find(number);
  return batch == at->second.batches.end() ? nullptr : batch->second.sign;
}

void PictureCache::release(StreamId id, ItemId item) {
  auto at = streams_.find(id);
  if (at == streams_.end()) return;
  auto entry = at->second.items.find(item.value());
  if (entry != at->second.items.end() && entry->second.frame) drop_frame(at->second, entry->second);
}

void PictureCache::drop_frame(Stream& stream, Entry& entry) {
  credit(stream, entry.frame->size());
  frame_bytes_ -= entry.frame->size();
  stream.by_age.erase(entry.age);
  entry.frame.reset();
  if (entry.batch != 0) leave_batch(stream, entry.batch);
}

void PictureCache::clear(Stream& stream) {
  for (auto& [item, entry] : stream.items)
    if (entry.frame) frame_bytes_ -= entry.frame->size();
  for (auto& [number, batch] : stream.batches)
    if (batch.sign) frame_bytes_ -= batch.sign->size();
  credit(stream, stream.bytes);
  stream.items.clear();
  stream.batches.clear();
  stream.by_age.clear();
  charge(stream, kStreamCost);
}

/// The stream of a packet, emptied when its generation has risen; null when the packet is of an older one.
PictureCache::Stream* PictureCache::open_stream(const wire::PacketHeader& header, bool& risen) {
  auto [at, fresh] = streams_.try_emplace(stream_of(header));
  Stream& stream = at->second;
  if (fresh) charge(stream, kStreamCost);
  if (!fresh && header.picture.generation < stream.generation) return nullptr;
  risen = fresh || header.picture.generation > stream.generation;
  if (risen) {
    clear(stream);
    stream.generation = header.picture.generation;
    stream.incomplete = false;
  }
  return &stream;
}

PictureCache::Taken PictureCache::take_delta(const wire::PacketHeader& header) {
  const wire::PictureFields& picture = header.picture;
  bool risen = false, stale = false;
  Stream* stream = open_stream(header, risen);
  if (stream == nullptr) return Taken::stale;
  wire::for_each_slot(picture.footprint.targets, [&](SlotId slot) {
    auto at = stream->items.find(slot.value());
    stale = stale || (at != stream->items.end() && at->second.version >= picture.version);
  });
  if (stale) return Taken::stale;
  wire::for_each_slot(picture.footprint.targets, [&](SlotId slot) {
    auto [at, fresh] = stream->items.try_emplace(slot.value());
    Entry& entry = at->second;
    if (fresh) charge(*stream, kEntryCost);
    if (entry.frame) drop_frame(*stream, entry);
    entry.epoch = header.epoch;
    entry.version = picture.version;
    entry.rank = picture.rank;
    entry.batch = 0;
  });
  return risen ? Taken::new_generation : Taken::newer;
}

PictureCache::Taken PictureCache::take(const wire::PacketHeader& header, SharedBytes frame) {
  const wire::PictureFields& picture = header.picture;
  bool risen = false;
  Stream* opened = open_stream(header, risen);
  if (opened == nullptr) return Taken::stale;
  Stream& stream = *opened;
  ItemId item = item_of(header);
  auto [entry_at, fresh] = stream.items.try_emplace(item.value());
  Entry& entry = entry_at->second;
  if (fresh) charge(stream, kEntryCost);
  auto known = std::tie(entry.version, entry.rank);
  auto offered = std::tie(picture.version, picture.rank);
  bool resealed = !fresh && offered == known && (!entry.frame || header.epoch > entry.epoch);
  if (!fresh && !resealed && offered <= known) return Taken::stale;
  if (entry.frame) drop_frame(stream, entry);
  entry.batch = picture.batch;
  put_frame(stream, item, entry, std::move(frame));
  entry.epoch = header.epoch;
  entry.version = picture.version;
  entry.rank = picture.rank;
  return risen ? Taken::new_generation : resealed ? Taken::resealed : Taken::newer;
}

const PictureCache::Entry* PictureCache::find(StreamId stream, ItemId item) const {
  auto at = streams_.find(stream);
  if (at == streams_.end()) return nullptr;
  auto entry = at->second.items.find(item.value());
  return entry == at->second.items.end() ? nullptr : &entry->second;
}

PictureCache::Items PictureCache::expire(Epoch oldest) {
  Items lost;
  for (auto& [id, stream] : streams_)
    for (auto& [item, entry] : stream.items)
      if (entry.frame && entry.epoch < oldest) {
        drop_frame(stream, entry);
        lost.emplace_back(id, ItemId{item});
      }
  return lost;
}

PictureCache::Items PictureCache::evict(std::size_t bytes) {
  std::priority_queue<std::pair<std::size_t, StreamId>> largest;
  for (const auto& [id, stream] : streams_)
    if (!stream.by_age.empty()) largest.emplace(stream.bytes, id);
  Items lost;
  std::size_t before = bytes_;
  while (!largest.empty() && before - bytes_ < bytes) {
    StreamId id = largest.top().second;
    largest.pop();
    Stream& stream = streams_.at(id);
    ItemId item = stream.by_age.front();
    drop_frame(stream, stream.items.at(item.value()));
    lost.emplace_back(id, item);
    if (!stream.by_age.empty()) largest.emplace(stream.bytes, id);
  }
  return lost;
}

void PictureCache::asked_for_all(StreamId id) {
  if (auto at = streams_.find(id); at != streams_.end()) at->second.incomplete = false;
}

void PictureCache::began_before(StreamId id) {
  if (auto at = streams_.find(id); at != streams_.end()) at->second.incomplete = true;
}

void PictureCache::empty(StreamId id) {
  auto at = streams_.find(id);
  if (at == streams_.end()) return;
  clear(at->second);
  at->second.incomplete = true;
}

void PictureCache::drop(StreamId id) {
  auto at = streams_.find(id);
  if (at == streams_.end()) return;
  clear(at->second);
  credit(at->second, at->second.bytes);
  streams_.erase(at);
}

}  // namespace lotse::relay
