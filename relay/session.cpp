#include "relay/session.h"

#include "base/log.h"
#include "base/text.h"
#include "crypto/signing.h"

namespace lotse::relay {

using wire::HandshakeMessage;
using wire::RelayError;

// Members may have missed their master a little longer than its connection is known to be gone.
constexpr Duration kClockSlack = std::chrono::seconds(5);
// A program answers within, over the slowest of links.
constexpr Duration kPromptly = std::chrono::seconds(3);

std::string log_name(const SessionRecord& record) { return to_hex(ByteView(record.uuid).first(4)); }

Session::Session(Hub& hub, SessionRecord record, Instant now)
    : hub_(hub),
      record_(record),
      tag_(wire::session_tag(record.uuid)),
      term_(record.term()),
      master_gone_(now),
      until_(now + Duration(wire::kNumberKept)),
      pictures_(hub),
      board_(hub, record.uuid) {}

Session::~Session() = default;

Session::Link* Session::find(LinkId id) {
  auto at = links_.find(id);
  return at == links_.end() ? nullptr : &at->second;
}

Session::Link* Session::member(ParticipantId id) {
  auto at = members_.find(id);
  return at == members_.end() ? nullptr : find(at->second);
}

// --- what goes out ---------------------------------------------------------------------------------------------------

void Session::send(Link& link, SharedBytes frame) {
  if (slow_.contains(link.id)) return;
  if (hub_.queued(link.conn) + frame->size() > wire::kReceiverBacklog) {
    slow_.insert(link.id);
    return;
  }
  hub_.send(link.conn, std::move(frame));
}

void Session::send(Link& link, const wire::Frame& frame) {
  send(link, metered(wire::encode(frame), meter_, hub_.meter()));
}

/// At most once a second: a confused program is told, a hostile one gets no echo.
void Session::refuse(Link& link, Instant now) {
  if (link.refused_at && now - *link.refused_at < std::chrono::seconds(1)) return;
  link.refused_at = now;
  ++hub_.count().errors[static_cast<std::size_t>(RelayError::not_allowed)];
  send(link, wire::Error{RelayError::not_allowed, 0});
}

/// Many receivers that are each within their limit can still be too much together: then the slowest goes.
void Session::relieve_backlog() {
  const Limits& limits = hub_.limits();
  bool session_fits = meter_->live - pictures_.frame_bytes() <= limits.session_backlog;
  if (session_fits && hub_.meter()->live <= limits.relay_backlog + limits.relay_cache) return;
  auto slowest = std::max_element(links_.begin(), links_.end(), [&](const auto& a, const auto& b) {
    return hub_.queued(a.second.conn) < hub_.queued(b.second.conn);
  });
  if (slowest != links_.end() && hub_.queued(slowest->second.conn) > wire::kPictureWindow) slow_.insert(slowest->first);
}

void Session::cut_slow(Instant now) {
  while (!slow_.empty()) {
    LinkId link = *slow_.begin();
    slow_.erase(slow_.begin());
    cut(link, RelayError::too_slow, now);
  }
}

// --- connections -----------------------------------------------------------------------------------------------------

Session::Link& Session::add_link(ConnId conn) {
  LinkId id{++last_link_};
  Link link;
  link.conn = conn;
  link.id = id;
  return links_.emplace(id, std::move(link)).first->second;
}

void Session::cut(LinkId id, RelayError why, Instant now) {
  Link* link = find(id);
  if (link == nullptr) return;
  hub_.cut(link->conn, why, 0);
  // One that was replaced is here again on another link: the master must not take it for gone.
  detach(id, now, why == RelayError::replaced ? std::nullopt : link->participant);
}

void Session::on_gone(LinkId id, Instant now) {
  if (Link* link = find(id)) detach(id, now, link->participant);
  cut_slow(now);
}

void Session::detach(LinkId id, Instant now, std::optional<ParticipantId> told_as) {
  auto at = links_.find(id);
  Link gone = std::move(at->second);
  links_.erase(at);
  slow_.erase(id);
  if (gone.participant) {
    members_.erase(*gone.participant);
    pictures_.remove_receiver(*gone.participant);
  } else {
    --not_admitted_;
  }
  if (master_ != id) return tell_master_gone(gone, told_as);
  master_.reset();
  master_gone_ = now;
  if (over_) return;
  until_ = now + Duration(wire::kNumberKept);
  tell_clients_presence();
}

void Session::tell_master_gone(const Link& link, std::optional<ParticipantId> told_as) {
  if (over_ || !link.heard_of) return;
  wire::LinkDown down{link.id, told_as.value_or(kEverybody)};
  if (master_) return send(*find(*master_), down);
  missed_.push_back(down);
  if (missed_.size() > wire::kMaxMembers + wire::kMaxPendingLinks) missed_.pop_front();
}

void Session::tell_clients_presence() {
  auto frame = metered(wire::encode(wire::MasterPresence{master_present()}), meter_, hub_.meter());
  for (auto& [id, link] : links_)
    if (!is_master(link)) send(link, frame);
}

bool Session::is_genuine(const wire::TunnelRequest& request, const wire::KeyBytes& key,
                         const wire::RelayNonce& nonce) const {
  bool genuine =
      request.term >= term_ && crypto::verify(key, crypto::Purpose::tunnel,
                                              {wire::signed_part(request, record_.uuid, nonce)}, request.signature);
  if (!genuine) ++hub_.count().bad_signatures;
  return genuine;
}

bool Session::may_open(const wire::TunnelRequest& request, const wire::RelayNonce& nonce) const {
  return is_genuine(request, record_.speaker(), nonce);
}

LinkId Session::open(ConnId conn, const wire::RelayNonce& nonce, const wire::TunnelRequest& request, Instant now) {
  if (master_) cut(*master_, RelayError::replaced, now);
  Link& link = add_link(conn);
  ++not_admitted_;
  begin_term(link, nonce, request, now);
  cut_slow(now);
  return master_.value_or(LinkId{});
}

void Session::begin_term(Link& master, const wire::RelayNonce& nonce, const wire::TunnelRequest& request, Instant now) {
  nonce_ = nonce;
  sequence_ = request.sequence;
  term_ = request.term;
  until_ = Instant::never();
  master_ = master.id;
  send(master, wire::SessionOpened{record_.number, record_.uuid, master.id});
  pictures_.announce(Epoch{request.value}, now);
  if (!master.participant) become(master, record_.master(), now);
  catch_up_master(master);
  tell_clients_presence();
}

bool Session::take_over(LinkId from, const wire::TakeOver& wish, const wire::RelayNonce& nonce, Instant now) {
  Link* link = find(from);
  if (link == nullptr) return false;
  const wire::Heir& heir = wish.heir;
  bool too_early = heir.order > 0 && (master_ || now - master_gone_ < Duration(wire::kTakeOverAfter) - kClockSlack);
  bool other = is_master(*link) || (link->participant && link->participant != heir.index);
  bool allowed = !over_ && !too_early && !other && !removed_.contains(heir.index) && record_.takes(heir) &&
                 is_genuine(wish.request, heir.ed, nonce);
  if (!allowed) {
    refuse(*link, now);
    cut_slow(now);
    return false;
  }
  record_.follow(heir);
  if (Link* before = member(heir.index); before != nullptr && before != link)
    cut(before->id, RelayError::replaced, now);
  begin_term(*link, nonce, wish.request, now);
  cut_slow(now);
  return true;
}

void Session::catch_up_master(Link& master) {
  for (const wire::LinkDown& down : missed_) send(master, down);
  missed_.clear();
  for (auto& [id, link] : links_) {
    for (SharedBytes& frame : link.held) {
      link.heard_of = true;
      send(master, std::move(frame));
    }
    link.held.clear();
  }
}

std::optional<wire::Error> Session::refuses_client(const std::string& address, Instant now) {
  if (over_) return wire::Error{RelayError::ended, 0};
  if (std::find(banned_.begin(), banned_.end(), address) != banned_.end()) return wire::Error{RelayError::banned, 0};
  if (std::uint32_t wait = joins_.take(hub_.limits().joins_per_minute_session, now))
    return wire::Error{RelayError::rate_limited, wait};
  if (!make_room(now)) return wire::Error{RelayError::rate_limited, 5};
  return std::nullopt;
}

/// Who has proven something to the master, or may just be about to, stays; the oldest that only knocked goes.
bool Session::make_room(Instant now) {
  if (not_admitted_ < wire::kMaxPendingLinks) return true;
  for (const auto& [id, until] : pending_) {
    Instant since = until - Duration(wire::kAdmissionTime);
    if (now - since < kPromptly) return false;
    Link* link = find(id);
    if (link == nullptr || link->participant || link->confirmed) continue;
    cut(id, RelayError::rate_limited, now);
    return true;
  }
  return false;
}

LinkId Session::attach(ConnId conn, const std::string& address, Instant now) {
  Link& link = add_link(conn);
  link.address = address;
  LinkId id = link.id;
  ++not_admitted_;
  pending_.push_back({id, now + Duration(wire::kAdmissionTime)});
  send(link, wire::SessionOpened{record_.number, record_.uuid, id});
  if (!master_) send(link, wire::MasterPresence{false});
  return id;
}

// --- handshakes ------------------------------------------------------------------------------------------------------

void Session::on_handshake(LinkId from, const wire::Handshake& handshake, Instant now) {
  Link* link = find(from);
  if (link == nullptr) return;
  if (is_master(*link))
    handshake_to_client(*link, handshake, now);
  else if (take_handshake(*link, handshake, now)) {
    wire::Handshake stamped = handshake;
    stamped.link = link->id;
    auto frame = metered(wire::encode(stamped), meter_, hub_.meter());
    if (master_) {
      link->heard_of = true;
      send(*find(*master_), std::move(frame));
    } else {
      link->held.push_back(std::move(frame));  // bounded by what the link may send at all
    }
  }
  relieve_backlog();
  cut_slow(now);
}

bool Session::take_handshake(Link& link, const wire::Handshake& handshake, Instant now) {
  HandshakeMessage message = handshake.message;
  bool any_time = message == HandshakeMessage::ready || message == HandshakeMessage::resume;
  bool before = message == HandshakeMessage::join || message == HandshakeMessage::confirm;
  constexpr std::size_t overhead = 64;  // so that empty ones are not free
  link.handshake_bytes += handshake.body.size() + overhead;
  if (link.handshake_bytes > wire::kPendingHandshakeBytes || !(any_time || (before && !link.participant))) {
    ++hub_.count().bad_frames;
    cut(link.id, RelayError::bad_request, now);
    return false;
  }
  link.confirmed = link.confirmed || message != HandshakeMessage::join;
  // Somebody new may not come in, but a member that lost its connection may come back.
  if (locked_ && message == HandshakeMessage::join) {
    cut(link.id, RelayError::locked, now);
    return false;
  }
  if (message == HandshakeMessage::join && is_full()) {
    cut(link.id, RelayError::full, now);
    return false;
  }
  return true;
}

void Session::handshake_to_client(Link& master, const wire::Handshake& handshake, Instant now) {
  switch (handshake.message) {
    case HandshakeMessage::offer:
    case HandshakeMessage::key:
    case HandshakeMessage::lobby:
    case HandshakeMessage::resume:
    case HandshakeMessage::refused:
      break;
    default:
      return refuse(master, now);
  }
  Link* to = find(handshake.link);
  if (to == nullptr || is_master(*to)) return;
  send(*to, handshake);
  if (handshake.message == HandshakeMessage::refused && !to->participant)
    refused_.push_back({to->id, now + Duration(wire::kOpeningTime)});  // its program goes by itself as a rule
}

// --- tunnel requests -------------------------------------------------------------------------------------------------

void Session::on_tunnel(LinkId from, const wire::TunnelRequest& request, Instant now) {
  Link* link = find(from);
  if (link == nullptr) return;
  bool allowed = is_master(*link) && request.sequence > sequence_ && is_genuine(request, record_.speaker(), nonce_);
  if (allowed) {
    sequence_ = request.sequence;
    term_ = request.term;
    allowed = perform(request, now);
    link = find(from);  // it may have asked for its own end
  }
  if (!allowed && link != nullptr) refuse(*link, now);
  cut_slow(now);
}

bool Session::perform(const wire::TunnelRequest& request, Instant now) {
  switch (request.operation) {
    case wire::Operation::admit:
      return admit(request.target_link, request.target, now);
    case wire::Operation::remove:
      return remove(request, now);
    case wire::Operation::end:
      end(RelayError::ended, now);
      return true;
    case wire::Operation::epoch:
      return pictures_.announce(Epoch{request.value}, now);
    case wire::Operation::lock:
      if (request.value > 1) return false;
      locked_ = request.value == 1;
      return true;
    case wire::Operation::open:
      break;
  }
  return false;
}

bool Session::admit(LinkId id, ParticipantId as, Instant now) {
  if (as == record_.master() || as == kEverybody || removed_.contains(as)) return false;
  Link* link = find(id);
  if (link == nullptr) return true;  // it just went, and the master was told
  if (is_master(*link) || (link->participant && link->participant != as)) return false;
  if (link->participant) return true;
  if (Link* before = member(as)) cut(before->id, RelayError::replaced, now);
  link->heard_of = true;
  if (is_full()) {
    cut(id, RelayError::full, now);
    return true;
  }
  become(*link, as, now);
  ++hub_.count().admitted;
  return true;
}

bool Session::is_full() const {
  std::size_t participants = members_.size() - members_.count(kFirstMaster);
  return members_.size() >= wire::kMaxMembers || (max_participants_ != 0 && participants >= max_participants_);
}

void Session::become(Link& link, ParticipantId as, Instant now) {
  link.participant = as;
  link.handshake_bytes = 0;
  --not_admitted_;
  members_[as] = link.id;
  if (as != kFirstMaster) came_from_[as] = link.address;
  if (came_from_.size() > wire::kMaxMembers) came_from_.erase(came_from_.begin());
  hub_.admitted(link.conn);
  pictures_.add_receiver(as, link.conn, now);
}

bool Session::remove(const wire::TunnelRequest& request, Instant now) {
  if (request.target == record_.master() || master_ == request.target_link || request.value > 1) return false;
  bool ban_too = request.value == 1;
  if (request.target != kEverybody) {
    remove_member(request.target, ban_too, now);
    return true;
  }
  Link* link = find(request.target_link);
  if (link == nullptr) return true;
  if (link->participant) {  // by its link: the member, for good
    remove_member(*link->participant, ban_too, now);
    return true;
  }
  if (ban_too) ban(link->address);
  cut(link->id, RelayError::removed, now);
  return true;
}

void Session::remove_member(ParticipantId id, bool ban_too, Instant now) {
  removed_.insert(id);
  board_.allow(id, false);
  pictures_.drop_source(id);
  if (auto from = came_from_.find(id); from != came_from_.end()) {  // also of one whose link is gone just now
    if (ban_too) ban(from->second);
    came_from_.erase(from);
  }
  if (Link* link = member(id)) cut(link->id, RelayError::removed, now);
}

/// Who is in from there already stays in. Of too many bans the oldest goes.
void Session::ban(const std::string& address) {
  std::erase(banned_, address);
  banned_.push_back(address);
  if (banned_.size() > wire::kMaxBans) banned_.pop_front();
}

// --- packets ---------------------------------------------------------------------------------------------------------

void Session::on_packet(LinkId from, const wire::PacketHeader& header, Bytes frame, Instant now) {
  Link* link = find(from);
  if (link == nullptr) return;
  if (link->participant != header.source || header.session_tag != tag_) {
    ++hub_.count().dropped_source;
    refuse(*link, now);
    return cut_slow(now);
  }
  auto shared = metered(std::move(frame), meter_, hub_.meter());
  if (header.kind == wire::PacketKind::message)
    forward_message(*link, header, std::move(shared));
  else
    pictures_.on_packet(header, std::move(shared), now);
  relieve_backlog();
  cut_slow(now);
}

void Session::forward_message(const Link& from, const wire::PacketHeader& header, SharedBytes frame) {
  if (header.destination == kEverybody) {
    for (auto [participant, id] : members_)
      if (id != from.id) send(*find(id), frame);
    return;
  }
  Link* to = member(header.destination);
  if (to == nullptr || to->id == from.id) {
    ++hub_.count().dropped_receiver;
    return;
  }
  if (header.stream == wire::kFileStream && !has_room_for_file(*to, frame->size())) {
    ++hub_.count().dropped_files;
    return;
  }
  send(*to, std::move(frame));
}

/// Members send files no faster than they are taken; who does not loses them here, and nothing else.
bool Session::has_room_for_file(const Link& to, std::size_t size) const {
  const Limits& limits = hub_.limits();
  return hub_.files_queued(to.conn) + size <= wire::kReceiverFiles &&
         meter_->live - pictures_.frame_bytes() <= limits.session_backlog / 2 &&
         hub_.meter()->live <= (limits.relay_backlog + limits.relay_cache) / 2;
}

void Session::on_board(LinkId from, const wire::BoardFrame& frame, Instant now) {
  Link* link = find(from);
  if (link == nullptr) return;
  if (!link->participant) return refuse(*link, now);
  auto answer = [&](const wire::BoardFrame& reply) {
    send(*link, metered(wire::encode_board(reply), meter_, hub_.meter()));
  };
  const bool master = is_master(*link);
  if (auto* put = std::get_if<wire::BoardPut>(&frame))
    answer(board_.on_put(*link->participant, master, *put, now));
  else if (auto* chunk = std::get_if<wire::BoardChunk>(&frame))
    answer(board_.on_chunk(*link->participant, *chunk, now));
  else if (auto* get = std::get_if<wire::BoardGet>(&frame))
    board_.whole(get->id) != nullptr ? send_chunks(*link, *get)
                                     : answer(wire::BoardNo{get->id, wire::BoardNo::Why::gone});
  else if (auto* remove = std::get_if<wire::BoardRemove>(&frame))
    board_.on_remove(*link->participant, master, remove->id);
  else if (auto* allow = std::get_if<wire::BoardAllow>(&frame); allow != nullptr && master)
    board_.allow(allow->member, allow->on);
  else
    refuse(*link, now);
  cut_slow(now);
}

void Session::send_chunks(Link& to, const wire::BoardGet& get) {
  const KeptFile& file = *board_.whole(get.id);
  const std::uint32_t chunks = wire::board_chunks(file.size);
  for (std::uint32_t i = 0; i < get.count && get.first < chunks - i; ++i) {
    const std::uint32_t index = get.first + i;
    if (!has_room_for_file(to, wire::board_sealed_size(file.size, index))) return;  // it is asked for again
    auto sealed = board_.read(file, index);
    if (!sealed)
      return send(to,
                  metered(wire::encode_board(wire::BoardNo{get.id, wire::BoardNo::Why::unable}), meter_, hub_.meter()));
    send(to, metered(wire::encode_board(wire::BoardChunk{get.id, index, *sealed}), meter_, hub_.meter()));
  }
}

void Session::on_key_request(LinkId from, const wire::KeyRequest& request, Instant now) {
  Link* link = find(from);
  if (link == nullptr) return;
  if (link->participant)
    pictures_.on_request(*link->participant, request, now);
  else
    refuse(*link, now);
  cut_slow(now);
}

void Session::on_elsewhere(LinkId from, const wire::Elsewhere& elsewhere, Instant now) {
  Link* link = find(from);
  if (link == nullptr) return;
  if (link->participant)
    pictures_.set_elsewhere(*link->participant, elsewhere.source, elsewhere.on, now);
  else
    refuse(*link, now);
  cut_slow(now);
}

void Session::on_writable(LinkId id) {
  Link* link = find(id);
  if (link != nullptr && link->participant) pictures_.on_writable(*link->participant);
}

// --- time ------------------------------------------------------------------------------------------------------------

void Session::poll(Instant now) {
  if (over_) return;
  while (!pending_.empty()) {
    auto [id, until] = pending_.front();
    Link* link = find(id);
    bool waiting = link != nullptr && !link->participant;
    if (waiting && until > now) break;
    pending_.pop_front();
    if (waiting) cut(id, RelayError::removed, now);
  }
  while (!refused_.empty() && refused_.front().until <= now) {
    Link* link = find(refused_.front().link);
    refused_.pop_front();
    if (link != nullptr && !link->participant) cut(link->id, RelayError::removed, now);
  }
  pictures_.poll(now);
  board_.poll(now);
  cut_slow(now);
}

Instant Session::next_deadline() const {
  if (over_) return until_;
  Instant next = std::min({until_, pictures_.next_deadline(), board_.next_deadline()});
  if (!refused_.empty()) next = std::min(next, refused_.front().until);
  return pending_.empty() ? next : std::min(next, pending_.front().until);
}

void Session::end(RelayError why, Instant now) {
  over_ = true;
  until_ = now + Duration(wire::kNumberReleased);
  std::vector<LinkId> all;
  for (const auto& [id, link] : links_) all.push_back(id);
  for (LinkId id : all) cut(id, why, now);
  pending_.clear();
  refused_.clear();
  missed_.clear();
  pictures_.drop_all(now);
  board_.clear();
}

}  // namespace lotse::relay
