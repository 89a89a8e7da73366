#include "relay/core.h"

#include "base/log.h"
#include "crypto/signing.h"

namespace lotse::relay {

using wire::RelayError;

namespace {

constexpr Duration kSeenInterval = std::chrono::minutes(1), kSweepInterval = std::chrono::minutes(1);

/// OPEN or ATTACH of another version of the protocol: worth another answer than garbage.
bool is_other_version(ByteView frame) {
  return frame.size() > 1 && (frame[0] == 0x10 || frame[0] == 0x11) && frame[1] != wire::kVersion;
}

}  // namespace

struct Core::Room {
  Room(Hub& hub, const SessionRecord& record, Instant now) : session(hub, record, now) {}
  Session session;
  std::string address;  // of the master: whose share of sessions this is
  std::string holder;   // of the master's token, where one is demanded
  Instant deadline = Instant::never();
  std::size_t bytes = 0;  // of its pictures, as counted in cache_bytes_
  std::list<Room*>::iterator activity;
  bool stored = true;
};

Core::Core(Links& links, NumberSource& numbers, SessionStore& store, const Limits& limits, Instant now)
    : links_(links), numbers_(numbers), store_(store), limits_(limits) {
  next_seen_ = now + kSeenInterval;
  next_sweep_ = now + kSweepInterval;
  for (const SessionRecord& record : store_.load(wire::kNumberKept)) add_room(record, now);
}

Core::~Core() = default;

// --- connections -----------------------------------------------------------------------------------------------------

void Core::send(ConnId conn, SharedBytes frame) {
  ++counters_.frames_out;
  counters_.bytes_out += frame->size();
  links_.send(conn, std::move(frame));
}

void Core::cut(ConnId conn, RelayError why, std::uint32_t detail) {
  ++counters_.errors[static_cast<std::size_t>(why)];
  send(conn, std::make_shared<const Bytes>(wire::encode(wire::Error{why, detail})));
  links_.close(conn);
  forget_conn(conn);
}

void Core::forget_conn(ConnId id) {
  auto at = conns_.find(id);
  if (at == conns_.end()) return;
  Address& address = addresses_[at->second.address];
  --address.links;
  if (at->second.room == nullptr) --address.opening;
  conns_.erase(at);
}

void Core::on_connect(ConnId id, const std::string& address, Instant now) {
  ++counters_.connections;
  Conn& conn = conns_[id];
  conn.address = address;
  conn.nonce = numbers_.nonce();
  Address& there = addresses_[address];
  ++there.links;
  ++there.opening;
  bool too_many = there.links > limits_.links_per_address || there.opening > wire::kMaxOpeningPerAddress;
  send(id, std::make_shared<const Bytes>(wire::encode(wire::Welcome{conn.nonce})));
  if (too_many || conns_.size() > limits_.links) return cut(id, RelayError::full, 0);
  opening_.push_back({id, now + Duration(wire::kOpeningTime)});
}

void Core::on_disconnect(ConnId id, Instant now) {
  auto at = conns_.find(id);
  if (at == conns_.end()) return;
  Room* room = at->second.room;
  LinkId link = at->second.link;
  forget_conn(id);
  if (room == nullptr) return;
  room->session.on_gone(link, now);
  settle(*room, now);
}

void Core::on_writable(ConnId id, Instant now) {
  auto at = conns_.find(id);
  if (at == conns_.end() || at->second.room == nullptr) return;
  Room& room = *at->second.room;
  room.session.on_writable(at->second.link);
  settle(room, now);
}

void Core::on_frame(ConnId id, Bytes frame, Instant now) {
  auto at = conns_.find(id);
  if (at == conns_.end()) return;
  ++counters_.frames_in;
  counters_.bytes_in += frame.size();
  Conn& conn = at->second;
  if (conn.room != nullptr) {
    Room& room = *conn.room;
    next_frame(id, conn, std::move(frame), now);
    return settle(room, now);
  }
  if (auto decoded = wire::decode(frame)) return first_frame(id, conn, *decoded, now);
  ++counters_.bad_frames;
  cut(id, is_other_version(frame) ? RelayError::version : RelayError::bad_request, 0);
}

void Core::first_frame(ConnId id, Conn& conn, const wire::Frame& frame, Instant now) {
  auto* opened = std::get_if<wire::Open>(&frame);
  auto* attached = std::get_if<wire::Attach>(&frame);
  if (opened && !conn.asking) return open(id, conn, *opened, now);
  if (attached && !conn.asking) return attach(id, conn, *attached, now);
  if (auto* token = std::get_if<wire::HostToken>(&frame)) return take_token(id, conn, *token);
  if (auto* ping = std::get_if<wire::Ping>(&frame)) {
    if (links_.queued(id) > wire::kPendingFrame) return cut(id, RelayError::too_slow, 0);
    return send(id, std::make_shared<const Bytes>(wire::encode(wire::Pong{ping->value})));
  }
  ++counters_.bad_frames;
  cut(id, RelayError::bad_request, 0);
}

/// May end in the connection's end: `conn` is not touched after the session was called.
void Core::next_frame(ConnId id, Conn& conn, Bytes bytes, Instant now) {
  Session& session = conn.room->session;
  LinkId link = conn.link;
  if (wire::is_board_frame(bytes))
    if (auto board = wire::decode_board(bytes)) return session.on_board(link, *board, now);
  auto frame = wire::decode(bytes);
  bool known = true;
  if (!frame) {
    known = false;
  } else if (auto* packet = std::get_if<wire::Packet>(&*frame)) {
    auto parsed = wire::parse_packet(packet->bytes);
    if (parsed)
      session.on_packet(link, parsed->header, std::move(bytes), now);
    else
      known = false;
  } else if (auto* handshake = std::get_if<wire::Handshake>(&*frame)) {
    session.on_handshake(link, *handshake, now);
  } else if (auto* request = std::get_if<wire::TunnelRequest>(&*frame)) {
    session.on_tunnel(link, *request, now);
  } else if (auto* wish = std::get_if<wire::TakeOver>(&*frame)) {
    if (session.take_over(link, *wish, conn.nonce, now)) {
      store_.put(session.record());
      log_info("session taken over session=" + log_name(session.record()));
    }
  } else if (auto* asked = std::get_if<wire::KeyRequest>(&*frame)) {
    session.on_key_request(link, *asked, now);
  } else if (auto* elsewhere = std::get_if<wire::Elsewhere>(&*frame)) {
    session.on_elsewhere(link, *elsewhere, now);
  } else if (auto* ping = std::get_if<wire::Ping>(&*frame)) {
    // Who sends pings and reads nothing must not fill our memory with the answers.
    if (links_.queued(id) < wire::kReceiverBacklog)
      send(id, std::make_shared<const Bytes>(wire::encode(wire::Pong{ping->value})));
  } else {
    known = std::holds_alternative<wire::Pong>(*frame);
  }
  if (known) return;
  ++counters_.bad_frames;
  cut(id, RelayError::bad_request, 0);
  session.on_gone(link, now);
}

// --- sessions --------------------------------------------------------------------------------------------------------

wire::Number Core::free_number() {
  for (;;) {
    wire::Number number = wire::number_of(std::to_string(numbers_.number()));
    if (!sessions_.contains(number)) return number;  // 10,000 of 900 million: never more than a few rounds
  }
}

Core::Room& Core::add_room(const SessionRecord& record, Instant now) {
  Hub& hub = *this;  // the core shows this side to its sessions alone
  auto room = std::make_unique<Room>(hub, record, now);
  Room& added = *room;
  sessions_[record.number] = std::move(room);
  added.activity = by_activity_.insert(by_activity_.end(), &added);
  settle(added, now);
  return added;
}

void Core::claim(Room& room, const std::string& address) {
  if (room.address == address) return;
  if (!room.address.empty()) --addresses_[room.address].sessions;
  room.address = address;
  if (!address.empty()) ++addresses_[address].sessions;
}

void Core::enter(ConnId id, Room& room, LinkId link) {
  auto at = conns_.find(id);
  if (at == conns_.end()) return;  // cut again while it came in
  if (at->second.room == nullptr) --addresses_[at->second.address].opening;
  at->second.room = &room;
  at->second.link = link;
}

/// `holder` empty: nobody's any more.
void Core::hold(Room& room, const std::string& holder, const HostLimits& limits) {
  if (auto at = holders_.find(room.holder); at != holders_.end()) {
    at->second.erase(&room);
    if (at->second.empty()) holders_.erase(at);
  }
  room.holder = holder;
  if (!holder.empty()) holders_[holder].insert(&room);
  room.session.limit_participants(limits.participants);
}

bool Core::is_led(const Room& room) { return room.session.master_present(); }

void Core::end_sessions_of(const std::string& holder, Instant now) {
  std::set<Room*> rooms = holders_[holder];  // a copy: settle() lets them go
  for (Room* room : rooms) {
    room->session.end(RelayError::ended, now);
    settle(*room, now);
  }
}

void Core::open(ConnId id, Conn& conn, const wire::Open& open, Instant now) {
  if (accounts_ && !is_heirs(open.number)) return ask_accounts(id, conn, open, now);
  open.number == wire::Number{} ? open_new(id, conn, open, now) : resume(id, conn, open, now);
}

/// Whoever leads a session after another one has no token: the session was let in by that of its first master.
bool Core::is_heirs(const wire::Number& number) const {
  auto at = sessions_.find(number);
  return at != sessions_.end() && !at->second->session.record().heirs.empty();
}

void Core::open_new(ConnId id, Conn& conn, const wire::Open& open, Instant now) {
  if (holds_too_many(conn, nullptr)) return cut(id, RelayError::full, 0);
  if (sessions_.size() >= limits_.sessions || addresses_[conn.address].sessions >= limits_.sessions_per_address)
    return cut(id, RelayError::full, 0);
  if (!crypto::verify(open.key, crypto::Purpose::tunnel, {wire::signed_part(open.request, open.uuid, conn.nonce)},
                      open.request.signature)) {
    ++counters_.bad_signatures;
    return cut(id, RelayError::not_allowed, 0);
  }
  SessionRecord record{free_number(), open.uuid, open.key, {}};
  Room& room = add_room(record, now);
  claim(room, conn.address);
  hold(room, conn.holder, conn.host_limits);
  store_.put(record);
  ++counters_.sessions_opened;
  log_info("session opened session=" + log_name(record) + " conn=" + std::to_string(id.value()) +
           (conn.holder.empty() ? "" : " token=" + conn.holder));
  enter(id, room, room.session.open(id, conn.nonce, open.request, now));
  settle(room, now);
}

void Core::resume(ConnId id, Conn& conn, const wire::Open& open, Instant now) {
  std::uint32_t wait = !conn.holder.empty() ? 0 : addresses_[conn.address].joins.take(limits_.joins_per_minute, now);
  if (wait > 0) return cut(id, RelayError::rate_limited, wait);
  auto at = sessions_.find(open.number);
  if (at == sessions_.end()) return cut(id, RelayError::no_session, 0);
  Room& room = *at->second;
  const SessionRecord& known = room.session.record();
  if (known.uuid == open.uuid &&
      known.had(open.key)) {  // it may not know yet that another one leads: attaching is next
    if (links_.queued(id) > wire::kPendingFrame) return cut(id, RelayError::too_slow, 0);
    return send(id, std::make_shared<const Bytes>(wire::encode(wire::Superseded{known.heirs})));
  }
  if (known.uuid != open.uuid || known.speaker() != open.key || !room.session.may_open(open.request, conn.nonce))
    return cut(id, RelayError::not_allowed, 0);
  if (room.session.is_over()) return cut(id, RelayError::ended, 0);
  if (holds_too_many(conn, &room)) return cut(id, RelayError::full, 0);
  claim(room, conn.address);
  if (!conn.holder.empty()) hold(room, conn.holder, conn.host_limits);
  store_.put(known);
  ++counters_.sessions_resumed;
  log_info("session resumed session=" + log_name(known) + " conn=" + std::to_string(id.value()));
  enter(id, room, room.session.open(id, conn.nonce, open.request, now));
  settle(room, now);
}

void Core::attach(ConnId id, Conn& conn, const wire::Attach& attach, Instant now) {
  if (std::uint32_t wait = addresses_[conn.address].joins.take(limits_.joins_per_minute, now))
    return cut(id, RelayError::rate_limited, wait);
  auto at = sessions_.find(attach.number);
  if (at == sessions_.end()) return cut(id, RelayError::no_session, 0);
  Room& room = *at->second;
  if (auto refused = room.session.refuses_client(conn.address, now)) return cut(id, refused->code, refused->detail);
  ++counters_.attached;
  enter(id, room, room.session.attach(id, conn.address, now));
  settle(room, now);
}

/// After anything that a session did: its deadline, its memory, its end.
void Core::settle(Room& room, Instant now) {
  if (room.session.is_over() && room.stored) finish(room);
  std::size_t bytes = room.session.bytes();
  if (bytes > room.bytes) by_activity_.splice(by_activity_.end(), by_activity_, room.activity);
  cache_bytes_ = cache_bytes_ - room.bytes + bytes;
  room.bytes = bytes;
  Instant deadline = room.session.next_deadline();
  if (deadline != room.deadline) {
    deadlines_.erase({room.deadline, &room});
    room.deadline = deadline;
    if (deadline != Instant::never()) deadlines_.insert({deadline, &room});
  }
  keep_within_budget(now);
}

void Core::finish(Room& room) {
  room.stored = false;
  hold(room, {}, {});
  store_.erase(room.session.record().number);
  ++counters_.sessions_ended;
  log_info("session ended session=" + log_name(room.session.record()));
}

void Core::drop_room(Room& room) {
  if (room.stored) {
    store_.erase(room.session.record().number);
    ++counters_.sessions_forgotten;
    log_info("session forgotten, its master stayed away session=" + log_name(room.session.record()));
  }
  claim(room, {});
  hold(room, {}, {});
  deadlines_.erase({room.deadline, &room});
  by_activity_.erase(room.activity);
  cache_bytes_ -= room.bytes;
  wire::Number number = room.session.record().number;  // a copy: the key must outlive the room
  sessions_.erase(number);
}

/// The session that was quiet for the longest gives its pictures up; its presenters send them again when asked.
void Core::keep_within_budget(Instant now) {
  for (Room* room : by_activity_) {
    if (cache_bytes_ <= limits_.relay_cache) return;
    if (room->bytes == 0) continue;
    room->session.drop_pictures(now);
    std::size_t bytes = room->session.bytes();
    cache_bytes_ = cache_bytes_ - room->bytes + bytes;
    room->bytes = bytes;
  }
}

// --- time ------------------------------------------------------------------------------------------------------------

void Core::keep_boards(BoardStore& boards, Instant now) {
  boards_ = &boards;
  std::set<SessionUuid> known;
  for (const auto& [number, room] : sessions_) known.insert(room->session.record().uuid);
  boards.keep_only(known);
  for (const auto& [number, room] : sessions_) {
    room->session.load_board(now);
    settle(*room, now);
  }
}

void Core::poll(Instant now) {
  poll_openings(now);
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Room& room = *deadlines_.begin()->second;
    if (!room.session.is_due(now)) {
      room.session.poll(now);
      settle(room, now);
      continue;
    }
    if (!room.session.is_over()) room.session.end(RelayError::ended, now);
    drop_room(room);
  }
  if (now >= next_seen_) tell_store(now);
  if (now >= next_sweep_) sweep_addresses(now);
  if (accounts_ && now >= next_revocation_) poll_revocations(now);
}

void Core::poll_openings(Instant now) {
  while (!opening_.empty()) {
    auto [id, until] = opening_.front();
    auto at = conns_.find(id);
    bool waiting = at != conns_.end() && at->second.room == nullptr;
    if (waiting && until > now) return;
    opening_.pop_front();
    if (waiting) cut(id, RelayError::bad_request, 0);
  }
}

void Core::tell_store(Instant now) {
  next_seen_ = now + kSeenInterval;
  std::vector<wire::Number> here;
  for (const auto& [number, room] : sessions_)
    if (room->session.master_present()) here.push_back(number);
  if (!here.empty()) store_.seen(here);
}

void Core::sweep_addresses(Instant now) {
  next_sweep_ = now + kSweepInterval;
  std::erase_if(addresses_, [&](const auto& item) {
    const Address& address = item.second;
    return address.links == 0 && address.sessions == 0 && address.joins.used(limits_.joins_per_minute, now) <= 0;
  });
}

Instant Core::next_deadline() const {
  Instant next = Instant::never();
  if (!sessions_.empty()) next = std::min(next, next_seen_);
  if (!addresses_.empty()) next = std::min(next, next_sweep_);
  if (accounts_ && !holders_.empty()) next = std::min(next, next_revocation_);
  if (!opening_.empty()) next = std::min(next, opening_.front().until);
  if (!deadlines_.empty()) next = std::min(next, deadlines_.begin()->first);
  return next;
}

void Core::shut_down(Instant now) {
  tell_store(now);
  std::vector<ConnId> all;
  for (const auto& [id, conn] : conns_) all.push_back(id);
  for (ConnId id : all) cut(id, RelayError::shutting_down, 0);
}

}  // namespace lotse::relay
