#include "files/transfers.h"

#include <algorithm>

#include "wire/limits.h"

namespace lotse::files {
namespace {

constexpr std::size_t kMostUnderWay = 32u << 20;  // bytes of all files: what waits in the own connection at most

template <class... F>
struct Cases : F... {
  using F::operator()...;
};
template <class... F>
Cases(F...) -> Cases<F...>;

template <class Map>
auto* at(const Map& map, const FileId& id) {
  auto found = map.find(id);
  return found == map.end() ? nullptr : found->second.get();
}

Transfer transfer_of(const wire::FileOffer& offer, ParticipantId peer) {
  Transfer transfer;
  transfer.id = offer.id;
  transfer.peer = peer;
  transfer.name = offer.name;
  transfer.size = offer.size;
  transfer.is_folder = offer.is_folder;
  transfer.files = offer.files;
  return transfer;
}

}  // namespace

void Pace::start(std::uint64_t done, Instant now) {
  from_ = done;
  since_ = now;
  rate_ = 0;
}

void Pace::update(std::uint64_t done, Instant now) {
  constexpr Duration kSpan = std::chrono::seconds(1);
  Duration span = now - since_;
  if (span < kSpan) return;
  double lately = static_cast<double>(done - from_) / std::chrono::duration<double>(span).count();
  rate_ = rate_ == 0 ? lately : 0.6 * rate_ + 0.4 * lately;
  from_ = done;
  since_ = now;
}

Sending* Transfers::outgoing(const FileId& id) const { return at(out_, id); }
Receiving* Transfers::incoming(const FileId& id) const { return at(in_, id); }

std::size_t Transfers::unfinished(std::optional<ParticipantId> from) const {
  auto counts = [&](const auto& entry) {
    const Transfer& transfer = entry.second->transfer();
    return !is_over(transfer.state) && (!from || transfer.peer == *from);
  };
  auto count = [&](const auto& map) { return static_cast<std::size_t>(std::count_if(map.begin(), map.end(), counts)); };
  return count(in_) + (from ? 0 : count(out_));
}

/// What is over is remembered for who asks again; of too many, any goes.
void Transfers::forget_oldest() {
  auto thin = [](auto& map) {
    for (auto entry = map.begin(); entry != map.end() && map.size() > wire::kMaxFiles;)
      entry = is_over(entry->second->transfer().state) ? map.erase(entry) : std::next(entry);
  };
  thin(in_);
  thin(out_);
}

// --- what the person wants -------------------------------------------------------------------------------------------

bool Transfers::offer(const wire::FileOffer& offer, ParticipantId to, const std::string& path, Instant now) {
  const FileId& id = offer.id;
  if (unfinished({}) >= wire::kMaxFiles || in_.contains(id)) return false;
  if (Sending* known = outgoing(id); known != nullptr && !is_over(known->transfer().state)) return false;
  forget_oldest();
  Transfer transfer = transfer_of(offer, to);
  transfer.outgoing = true;
  transfer.path = path;
  auto& sending = out_[id] = std::make_unique<Sending>(host_, windows_[to], std::move(transfer));
  host_.changed(sending->transfer());
  sending->set_here(here_.contains(to), now);
  return true;
}

void Transfers::go_on(const wire::FileOffer& offer, ParticipantId from, const std::string& folder, Instant now) {
  if (in_.contains(offer.id) || out_.contains(offer.id) || unfinished({}) >= wire::kMaxFiles) return;
  incoming_from(from, offer).accept(folder, now);
}

bool Transfers::accept(const FileId& id, const std::string& folder, Instant now) {
  Receiving* file = incoming(id);
  if (file == nullptr || file->transfer().state != State::offered) return false;
  file->accept(folder, now);
  return true;
}

bool Transfers::refuse(const FileId& id, Instant now) {
  Receiving* file = incoming(id);
  if (file == nullptr || file->transfer().state != State::offered) return false;
  file->refuse(now);
  return true;
}

bool Transfers::pause(const FileId& id, bool on, Instant now) {
  const Transfer* transfer = find(id);
  if (transfer == nullptr || is_over(transfer->state)) return false;
  if (Sending* file = outgoing(id))
    file->pause(on, now);
  else
    incoming(id)->pause(on, now);
  spread(now);
  return true;
}

bool Transfers::cancel(const FileId& id, Instant now) {
  const Transfer* transfer = find(id);
  if (transfer == nullptr || is_over(transfer->state)) return false;
  if (Sending* file = outgoing(id)) {
    host_.say(transfer->peer, wire::FileCancel{id, Why::wanted});
    file->end(State::cancelled, {}, now);
  } else {
    incoming(id)->refuse(now);
  }
  spread(now);
  return true;
}

const Transfer* Transfers::find(const FileId& id) const {
  if (Sending* file = outgoing(id)) return &file->transfer();
  Receiving* file = incoming(id);
  return file == nullptr ? nullptr : &file->transfer();
}

std::vector<const Transfer*> Transfers::all() const {
  std::vector<const Transfer*> list;
  for (const auto& [id, file] : out_) list.push_back(&file->transfer());
  for (const auto& [id, file] : in_) list.push_back(&file->transfer());
  return list;
}

// --- what others say -------------------------------------------------------------------------------------------------

void Transfers::on_message(ParticipantId from, wire::FileMessage message, bool may_send, Instant now) {
  auto of_sender = [&](const FileId& id) {
    Receiving* file = incoming(id);
    return file != nullptr && file->transfer().peer == from ? file : nullptr;
  };
  auto of_receiver = [&](const FileId& id) {
    Sending* file = outgoing(id);
    return file != nullptr && file->transfer().peer == from ? file : nullptr;
  };
  std::visit(Cases{[&](wire::FileOffer& m) { on_offer(from, m, may_send, now); },
                   [&](wire::FileChunk& m) {
                     if (Receiving* file = of_sender(m.id)) file->on_chunk(std::move(m), now);
                   },
                   [&](wire::FileEnd& m) {
                     if (Receiving* file = of_sender(m.id)) file->on_end(m, now);
                   },
                   [&](wire::FileAnswer& m) {
                     if (Sending* file = outgoing(m.id); file != nullptr && file->is_left() && m.accepted)
                       file->come_back(from, windows_[from]);
                     if (Sending* file = of_receiver(m.id)) return file->on_answer(m, now);
                     if (m.accepted) host_.say(from, wire::FileCancel{m.id, Why::wanted});  // we know of none
                   },
                   [&](wire::FileTaken& m) {
                     if (Sending* file = of_receiver(m.id)) file->on_taken(m.have, now);
                   },
                   [&](wire::FileResult& m) {
                     if (Sending* file = of_receiver(m.id)) file->on_result(m.whole, now);
                   },
                   [&](wire::FilePause& m) {
                     if (Sending* file = of_receiver(m.id)) return file->on_pause(m.on, now);
                     if (Receiving* file = of_sender(m.id)) file->on_pause(m.on, now);
                   },
                   [&](wire::FileCancel& m) { on_cancel(from, m, now); }},
             message);
  spread(now);
}

void Transfers::spread(Instant now) {
  std::size_t in_all = 0;
  for (const auto& [id, file] : out_) in_all += file->under_way();
  while (in_all < kMostUnderWay) {
    Sending* next = nullptr;
    for (const auto& [id, file] : out_)
      if (file->wants() && file->window().has_room() && (next == nullptr || file->last_turn() < next->last_turn()))
        next = file.get();
    if (next == nullptr) return;
    in_all -= next->under_way();
    next->send_next(++turns_, now);
    in_all += next->under_way();
  }
}

void Transfers::on_offer(ParticipantId from, const wire::FileOffer& offer, bool may_send, Instant now) {
  if (Receiving* known = incoming(offer.id)) {
    if (known->is_left()) known->come_back(from);
    if (known->transfer().peer == from) known->on_offer(now);
    return;
  }
  if (outgoing(offer.id) != nullptr) return;
  if (!may_send) return void(host_.say(from, wire::FileCancel{offer.id, Why::not_allowed}));
  if (unfinished(from) >= wire::kMaxFilesFrom || unfinished({}) >= wire::kMaxFiles)
    return void(host_.say(from, wire::FileCancel{offer.id, Why::too_many}));
  Receiving& file = incoming_from(from, offer);
  if (auto folder = host_.accepted_before(offer)) return file.accept(*folder, now);
  host_.changed(file.transfer());
}

Receiving& Transfers::incoming_from(ParticipantId from, const wire::FileOffer& offer) {
  forget_oldest();
  Transfer transfer = transfer_of(offer, from);
  auto& file = in_[offer.id] = std::make_unique<Receiving>(host_, std::move(transfer));
  return *file;
}

void Transfers::on_cancel(ParticipantId from, const wire::FileCancel& cancel, Instant now) {
  const State state = cancel.why == Why::wanted ? State::cancelled : State::failed;
  if (Sending* file = outgoing(cancel.id); file != nullptr && file->transfer().peer == from)
    if (!is_over(file->transfer().state)) file->end(state, cancel.why, now);
  if (Receiving* file = incoming(cancel.id); file != nullptr && file->transfer().peer == from)
    if (!is_over(file->transfer().state)) file->end(state, cancel.why, false);
}

void Transfers::on_members(const std::set<ParticipantId>& members, const std::set<ParticipantId>& here, Instant now) {
  here_ = here;
  for (const auto& [id, file] : out_) {
    const Transfer& transfer = file->transfer();
    if (is_over(transfer.state)) continue;
    members.contains(transfer.peer) ? file->set_here(here.contains(transfer.peer), now) : file->leave(now);
  }
  for (const auto& [id, file] : in_) {
    const Transfer& transfer = file->transfer();
    if (is_over(transfer.state)) continue;
    if (!members.contains(transfer.peer))
      file->leave(now);
    else if (!here.contains(transfer.peer))
      file->interrupt();
  }
  spread(now);
}

void Transfers::on_connection(Instant now) {
  for (const auto& [id, file] : out_) file->interrupt(now);
}

// --- the disk --------------------------------------------------------------------------------------------------------

void Transfers::on_read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, const Bytes* bytes,
                        Instant now) {
  if (Sending* file = outgoing(id)) file->on_read(attempt, offset, bytes, now);
  if (bytes == nullptr) spread(now);  // it has ended, and others may have its room
}

void Transfers::on_digest(const FileId& id, const std::array<std::uint8_t, 32>* sha256, Instant now) {
  if (Sending* file = outgoing(id)) file->on_digest(sha256, now);
}

void Transfers::on_target(const FileId& id, std::optional<std::uint64_t> have, Why why, Instant now) {
  if (Receiving* file = incoming(id)) file->on_target(have, why, now);
}

void Transfers::on_written(const FileId& id, std::optional<std::uint64_t> have, Why why, Instant now) {
  if (Receiving* file = incoming(id)) file->on_written(have, why, now);
}

void Transfers::on_finished(const FileId& id, const std::optional<std::string>& path, std::optional<Why> why) {
  if (Receiving* file = incoming(id)) file->on_finished(path, why);
}

void Transfers::poll(Instant now) {
  for (const auto& [id, file] : out_) file->poll(now);
  for (const auto& [id, file] : in_) file->poll(now);
  spread(now);
}

Instant Transfers::next_deadline() const {
  Instant next = Instant::never();
  for (const auto& [id, file] : out_) next = std::min(next, file->next_deadline());
  for (const auto& [id, file] : in_) next = std::min(next, file->next_deadline());
  return next;
}

}  // namespace lotse::files
