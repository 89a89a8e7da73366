#include "relay/pictures.h"

#include "wire/film.h"

namespace lotse::relay {
/// Changes a receiver's bookkeeping and keeps its share of the memory counted.
template <class Change>
void Pictures::change(Seat& seat, Change change) {
  receiver_bytes_ -= seat.receiver.bytes();
  change(seat.receiver);
  receiver_bytes_ += seat.receiver.bytes();
}

bool Pictures::has_room(const Seat& seat) const { return hub_.queued(seat.conn) < wire::kPictureWindow; }

void Pictures::send(const Seat& seat, const SharedBytes& frame) {
  ++hub_.count().pictures_out;
  hub_.send(seat.conn, frame);
}

void Pictures::send_item(Seat& seat, StreamId stream, ItemId item, const PictureCache::Entry& entry) {
  if (item == kFrameEndItem) send_signs(seat, Signs::all);
  send(seat, entry.frame);
  if (entry.batch == 0) return;
  change(seat, [&](Receiver& r) {
    r.owe_sign(stream, entry.batch, entry.frame->size(), cache_.sign_of(stream, entry.batch));
  });
}

/// Those that are here; the others go out when they come.
void Pictures::send_signs(Seat& seat, Signs which) {
  std::vector<Receiver::OwedSign> owed = seat.receiver.owed_signs();
  for (const auto& sign : owed) {
    if (which == Signs::due && !seat.receiver.is_due(sign)) return;
    if (!sign.sign) continue;
    send(seat, sign.sign);
    change(seat, [&](Receiver& r) { r.sign_done(sign.stream, sign.batch); });
  }
}

void Pictures::drain(Seat& seat) {
  while (has_room(seat)) {
    send_signs(seat, Signs::due);
    auto next = seat.receiver.next();
    if (!next) return send_signs(seat, Signs::all);
    auto [stream, item] = *next;
    const PictureCache::Entry* entry = cache_.find(stream, item);
    if (entry != nullptr && entry->frame) send_item(seat, stream, item, *entry);
    change(seat, [&, stream = stream, item = item](Receiver& r) { r.done(stream, item); });
  }
}

void Pictures::offer(Seat& seat, StreamId stream, ItemId item, const PictureCache::Entry& entry, Instant now) {
  Receiver& receiver = seat.receiver;
  if (entry.epoch < receiver.first_epoch()) return lack(seat, stream, item, &entry, now);
  bool too_early = item == kFrameEndItem && receiver.lacks_slots(stream);
  if (receiver.idle() && !too_early && has_room(seat)) {
    send_item(seat, stream, item, entry);
    if (receiver.lacks(stream, item)) change(seat, [&](Receiver& r) { r.done(stream, item); });
    return drain(seat);  // a frame's end may have waited for just this slot
  }
  ++hub_.count().pictures_deferred;
  change(seat, [&](Receiver& r) { r.mark(stream, item); });
  drain(seat);
}

void Pictures::lack(Seat& seat, StreamId stream, ItemId item, const PictureCache::Entry* entry, Instant now) {
  if (entry != nullptr && entry->frame && entry->epoch >= seat.receiver.first_epoch())
    return change(seat, [&](Receiver& r) { r.mark(stream, item); });
  change(seat, [&](Receiver& r) { r.wait(stream, item); });
  requests_.want(stream, item, now);
}

void Pictures::lack_all(Seat& seat, StreamId stream, const PictureCache::Stream& known, Instant now) {
  for (const auto& [item, entry] : known.items) lack(seat, stream, ItemId{item}, &entry, now);
  if (known.incomplete) requests_.want_all(stream, now);
}

void Pictures::add_receiver(ParticipantId member, ConnId conn, Instant now, Holds holds) {
  remove_receiver(member);
  Seat& seat = seats_.emplace(member, Seat{conn, Receiver(epoch_)}).first->second;
  unwanted_.erase(member);  // on this connection it was not told
  review_wanted();
  if (holds == Holds::all) return;
  for (const auto& [id, stream] : cache_.streams())
    if (id.source != member) lack_all(seat, id, stream, now);
  drain(seat);
  keep_within_budget(now);
}

void Pictures::remove_receiver(ParticipantId member) {
  auto at = seats_.find(member);
  if (at == seats_.end()) return;
  receiver_bytes_ -= at->second.receiver.bytes();
  seats_.erase(at);
  review_wanted();
}

void Pictures::set_elsewhere(ParticipantId member, ParticipantId source, bool on, Instant now) {
  auto at = seats_.find(member);
  if (at == seats_.end() || source == member) return;
  Seat& seat = at->second;
  if (on == seat.elsewhere.contains(source)) return;
  if (on && seat.elsewhere.size() == wire::kMaxElsewhere) return;
  if (on)
    seat.elsewhere.insert(source);
  else
    seat.elsewhere.erase(source);
  for (const auto& [id, stream] : cache_.streams()) {
    if (id.source != source) continue;
    if (!on) {
      lack_all(seat, id, stream, now);
      continue;
    }
    change(seat, [&, id = id](Receiver& r) { r.forget(id); });
    seat.films.forget(id);
  }
  review_wanted();
  drain(seat);
  keep_within_budget(now);
}

void Pictures::review_wanted() {
  std::set<ParticipantId> sources = unwanted_;
  for (const auto& [member, seat] : seats_) sources.insert(seat.elsewhere.begin(), seat.elsewhere.end());
  for (ParticipantId source : sources) {
    if (!is_here(source)) continue;
    bool others = false, wanted = false;
    for (const auto& [member, seat] : seats_) {
      others = others || member != source;
      wanted = wanted || is_for(member, seat, source);
    }
    wanted = wanted || !others;
    if (wanted != unwanted_.contains(source)) continue;
    if (wanted) {
      unwanted_.erase(source);
    } else {
      unwanted_.insert(source);
      drop_source(source);  // they will be old when somebody wants them again
    }
    hub_.send(seats_.at(source).conn, std::make_shared<const Bytes>(wire::encode(wire::Wanted{wanted})));
  }
}

void Pictures::forget_stream(StreamId stream) {
  requests_.forget(stream);
  for (auto& [member, seat] : seats_) change(seat, [&](Receiver& r) { r.forget(stream); }), seat.films.forget(stream);
}

void Pictures::drop_source(ParticipantId source) {
  requests_.forget(source);
  std::vector<StreamId> gone;
  for (const auto& [id, stream] : cache_.streams())
    if (id.source == source) gone.push_back(id);
  for (StreamId id : gone) {
    forget_stream(id);
    cache_.drop(id);
  }
}

bool Pictures::announce(Epoch epoch, Instant now) {
  if (epoch < epoch_) return false;
  if (epoch == epoch_) return true;
  over_.push_back({epoch_, now + Duration(wire::kOldEpochKept)});
  epoch_ = epoch;
  return true;
}

void Pictures::forward_uncached(const wire::PacketHeader& header, const SharedBytes& frame) {
  for (auto& [member, seat] : seats_) {
    bool meant = header.destination == kEverybody || member == header.destination;
    if (!meant || !is_for(member, seat, header.source)) continue;
    if (seat.receiver.idle() && has_room(seat))
      send(seat, frame);
    else
      ++hub_.count().dropped_epoch;  // it is not kept, so it cannot wait
  }
}

void Pictures::on_packet(const wire::PacketHeader& header, SharedBytes frame, Instant now) {
  ++hub_.count().pictures_in;
  if (header.epoch < oldest_) {
    ++hub_.count().dropped_epoch;
    return;
  }
  if (unwanted_.contains(header.source)) return void(++hub_.count().pictures_stale);
  bool ahead = header.epoch.value() > epoch_.value() && header.epoch.value() - epoch_.value() > 1;
  if (header.destination != kEverybody || ahead) return forward_uncached(header, frame);
  if (header.kind == wire::PacketKind::sign) return on_sign(header, frame);
  if (header.kind == wire::PacketKind::delta) return on_delta(header, frame, now);
  if (header.kind == wire::PacketKind::film) return on_film(header, frame, now);
  auto taken = cache_.take(header, std::move(frame));
  if (taken == PictureCache::Taken::stale) {
    ++hub_.count().pictures_stale;
    return;
  }
  StreamId stream = stream_of(header);
  ItemId item = item_of(header);
  if (taken == PictureCache::Taken::new_generation) forget_stream(stream);
  requests_.came(stream, item);
  const PictureCache::Entry& entry = *cache_.find(stream, item);
  for (auto& [member, seat] : seats_) {
    if (!is_for(member, seat, header.source)) continue;
    if (taken == PictureCache::Taken::resealed && !seat.keeps && !seat.receiver.lacks(stream, item)) continue;
    offer(seat, stream, item, entry, now);
  }
  keep_within_budget(now);
}

/// Whether a receiver has all that a delta builds on, or has it in its socket.
bool Pictures::holds(const Seat& seat, const wire::PacketHeader& delta) const {
  if (delta.epoch < seat.receiver.first_epoch()) return false;
  StreamId stream = stream_of(delta);
  if (!seat.receiver.lacks_slots(stream)) return true;
  bool all = true;
  auto look = [&](SlotId slot) { all = all && !seat.receiver.lacks(stream, ItemId{slot.value()}); };
  wire::for_each_slot(delta.picture.footprint.targets, look);
  wire::for_each_slot(delta.picture.footprint.sources, look);
  return all;
}

/// Goes out at once or never: who cannot use it or has no room lacks its targets, as their source has them then.
void Pictures::on_delta(const wire::PacketHeader& header, const SharedBytes& frame, Instant now) {
  StreamId stream = stream_of(header);
  auto taken = cache_.take_delta(header);
  if (taken == PictureCache::Taken::stale) return void(++hub_.count().pictures_stale);
  if (taken == PictureCache::Taken::new_generation) forget_stream(stream);
  for (auto& entry : seats_) {
    Seat& seat = entry.second;
    if (!is_for(entry.first, seat, header.source)) continue;
    if (holds(seat, header) && hub_.queued(seat.conn) < wire::kDeltaWindow) {
      send(seat, frame);
      change(seat, [&](Receiver& r) { r.owe_sign(stream, header.picture.batch, frame->size(), nullptr); });
      continue;
    }
    ++hub_.count().pictures_deferred;
    wire::for_each_slot(header.picture.footprint.targets, [&](SlotId slot) {
      ItemId item{slot.value()};
      lack(seat, stream, item, cache_.find(stream, item), now);
    });
  }
  keep_within_budget(now);
}

/// Goes out at once or never, and is not kept: who cannot use it waits for the next key frame.
void Pictures::on_film(const wire::PacketHeader& header, const SharedBytes& frame, Instant now) {
  StreamId stream = stream_of(header);
  auto known = cache_.streams().find(stream);
  if (known == cache_.streams().end() || known->second.generation != header.picture.generation)
    return void(++hub_.count().pictures_stale);
  if (header.picture.key) requests_.came_film(stream, header.picture.slot);
  for (auto& [member, seat] : seats_) {
    if (!is_for(member, seat, header.source) || header.epoch < seat.receiver.first_epoch()) continue;
    auto pass = seat.films.pass(header, hub_.queued(seat.conn));
    if (pass == FilmGate::Pass::ask) requests_.want_film(stream, header.picture.slot, now);
    if (pass != FilmGate::Pass::yes) {
      ++hub_.count().pictures_deferred;
      continue;
    }
    send(seat, frame);
    change(seat, [&](Receiver& r) { r.owe_sign(stream, header.picture.batch, frame->size(), nullptr); });
  }
  keep_within_budget(now);
}

void Pictures::on_sign(const wire::PacketHeader& header, const SharedBytes& frame) {
  if (!cache_.take_sign(header, frame)) return void(++hub_.count().pictures_stale);
  StreamId stream = stream_of(header);
  std::uint32_t batch = header.picture.batch;
  for (auto& [member, seat] : seats_) {
    if (!seat.receiver.owes_sign(stream, batch)) continue;
    bool room = has_room(seat);
    if (room) send(seat, frame);
    change(seat, [&](Receiver& r) { room ? r.sign_done(stream, batch) : r.hold_sign(stream, batch, frame); });
  }
}

void Pictures::owe_sign(ParticipantId member, StreamId stream, std::uint32_t batch) {
  auto at = seats_.find(member);
  if (at == seats_.end() || at->second.receiver.owes_sign(stream, batch)) return;
  change(at->second, [&](Receiver& r) { r.owe_sign(stream, batch, 0, nullptr); });
}

void Pictures::on_request(ParticipantId member, const wire::KeyRequest& request, Instant now) {
  auto at = seats_.find(member);
  if (at == seats_.end() || !is_for(member, at->second, request.source) || !is_here(request.source)) return;
  StreamId stream{request.source, request.screen};
  auto known = cache_.streams().find(stream);
  if (known == cache_.streams().end()) return requests_.want_all(stream, now);
  Generation asked = request.generation;
  if (asked.value() != 0 && asked != known->second.generation) return;  // of a share that is over: nobody needs it
  Seat& seat = at->second;
  if (request.slots.empty()) lack_all(seat, stream, known->second, now);
  for (SlotId slot : request.slots) {
    if (auto film = wire::asked_film(slot)) {
      seat.films.lacks(stream, *film);
      requests_.want_film(stream, *film, now);
      continue;
    }
    ItemId item{slot.value()};
    if (const PictureCache::Entry* entry = cache_.find(stream, item)) {
      if (entry->frame && entry->batch != 0 && !cache_.sign_of(stream, entry->batch)) {
        cache_.release(stream, item);  // it cannot be proven
        lost({{stream, item}}, now);
      }
      lack(seat, stream, item, entry, now);
    } else
      requests_.want_all(stream, now);  // unknown here: by name it would grow our memory
  }
  drain(seat);
  keep_within_budget(now);
}

void Pictures::on_request_anew(ParticipantId member, const wire::KeyRequest& request, Instant now) {
  auto at = seats_.find(member);
  if (at == seats_.end()) return;
  const StreamId stream{request.source, request.screen};
  if (auto known = cache_.streams().find(stream); known != cache_.streams().end()) {
    // States and the end of the frame come with any slot.
    PictureCache::Items gone;
    const std::set<SlotId> named(request.slots.begin(), request.slots.end());
    for (const auto& [number, entry] : known->second.items) {
      const ItemId item{number};
      const bool meant = named.empty() || !is_slot(item) || named.contains(SlotId{number});
      if (!meant) continue;
      entry.epoch < epoch_ ? void(gone.emplace_back(stream, item)) : lack(at->second, stream, item, &entry, now);
    }
    for (const auto& [id, item] : gone) {
      cache_.release(id, item);
      change(at->second, [&, item = item](Receiver& r) { r.wait(stream, item); });
    }
    lost(gone, now);
  }
  on_request(member, request, now);
}

void Pictures::on_writable(ParticipantId member) {
  auto at = seats_.find(member);
  if (at != seats_.end()) drain(at->second);
}

/// The bytes of these are gone: who was to get them waits for the source.
void Pictures::lost(const PictureCache::Items& items, Instant now) {
  for (auto& [member, seat] : seats_) {
    if (seat.receiver.bytes() == 0) continue;
    for (auto [stream, item] : items) {
      if (!seat.receiver.is_marked(stream, item)) continue;
      change(seat, [&, stream = stream, item = item](Receiver& r) { r.wait(stream, item); });
      requests_.want(stream, item, now);
    }
  }
}

/// The whole stream is gone. Nobody here remembers who lacks what, so whoever lacked anything makes us ask for all.
void Pictures::empty_stream(StreamId stream, Instant now) {
  bool missed = std::any_of(seats_.begin(), seats_.end(),
                            [&](const auto& seat) { return seat.second.receiver.lacks_anything(stream); });
  forget_stream(stream);
  if (!is_here(stream.source)) return cache_.drop(stream);
  cache_.empty(stream);
  if (missed) requests_.want_all(stream, now);
}

void Pictures::drop_all(Instant now) {
  std::vector<StreamId> all;
  for (const auto& [id, stream] : cache_.streams()) all.push_back(id);
  for (StreamId id : all) empty_stream(id, now);
  hub_.count().evicted += all.size();
}

/// Streams of the sources whose packets are the most expensive to keep track of, `bytes` of them.
void Pictures::drop_costliest_to_track(std::size_t bytes, Instant now) {
  std::map<ParticipantId, std::size_t> costs;
  for (const auto& [member, seat] : seats_) seat.receiver.tally(costs);
  std::vector<std::pair<std::size_t, ParticipantId>> order;
  for (auto [source, cost] : costs) order.emplace_back(cost, source);
  std::sort(order.rbegin(), order.rend());
  std::size_t freed = 0;
  for (auto [cost, source] : order) {
    if (freed >= bytes) return;
    freed += cost;
    for (unsigned screen = 0; screen < wire::kMaxScreens; ++screen)
      empty_stream({source, ScreenId{static_cast<std::uint8_t>(screen)}}, now);
  }
}

/// Frees an eighth more than it must, so that it need not run for every packet.
void Pictures::keep_within_budget(Instant now) {
  std::size_t budget = hub_.limits().session_cache;
  if (bytes() <= budget) return;
  std::size_t excess = bytes() - (budget - budget / 8);
  if (receiver_bytes_ > cache_.bytes()) return drop_costliest_to_track(excess, now);
  auto evicted = cache_.evict(excess);
  hub_.count().evicted += evicted.size();
  lost(evicted, now);
  if (bytes() > budget) drop_all(now);  // it was the bookkeeping
}

void Pictures::poll(Instant now) {
  bool expired = false;
  while (!over_.empty() && over_.front().until <= now) {
    over_.pop_front();
    oldest_ = over_.empty() ? epoch_ : over_.front().epoch;
    expired = true;
  }
  if (expired) lost(cache_.expire(oldest_), now);
  ask_sources(now);
}

void Pictures::ask_sources(Instant now) {
  auto here = [this](ParticipantId member) { return is_here(member); };
  while (auto request = requests_.due(now, here)) {
    StreamId id{request->source, request->screen};
    if (auto stream = cache_.streams().find(id); stream != cache_.streams().end())
      request->generation = stream->second.generation;
    if (request->slots.empty()) cache_.asked_for_all(id);
    ++hub_.count().key_requests;
    hub_.send(seats_.at(request->source).conn, std::make_shared<const Bytes>(wire::encode(*request)));
  }
}

Instant Pictures::next_deadline() const {
  Instant requests = requests_.next_deadline([this](ParticipantId member) { return is_here(member); });
  return over_.empty() ? requests : std::min(requests, over_.front().until);
}

}  // namespace lotse::relay
