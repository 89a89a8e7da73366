#include "tests/relay/rig.h"

namespace lotse::relay::test {

void Lines::send(ConnId conn, SharedBytes frame) {
  Line& to = line(conn);
  if (to.closed) return;
  if (!to.stalled) {
    to.arrived.push_back(std::move(frame));
    return;
  }
  to.queued += frame->size();
  to.waiting.push_back(std::move(frame));
}

void Lines::close(ConnId conn) {
  Line& gone = line(conn);
  gone.closed = true;
  while (gone.waiting.size() > 1) gone.waiting.pop_front();
  gone.queued = gone.waiting.empty() ? 0 : gone.waiting.front()->size();
}

/// As connections count them: parts of files stand apart.
std::size_t Lines::files_queued(ConnId conn) const {
  std::size_t sum = 0;
  if (auto at = lines_.find(conn); at != lines_.end())
    for (const SharedBytes& frame : at->second.waiting)
      if ((*frame)[0] == wire::kBoardChunkFrame) sum += frame->size();
  return sum;
}

std::size_t Lines::queued(ConnId conn) const {
  auto at = lines_.find(conn);
  return at == lines_.end() ? 0 : at->second.queued;
}

void Lines::let_out(ConnId conn, std::size_t bytes) {
  Line& from = line(conn);
  std::size_t gone = 0;
  while (!from.waiting.empty() && (gone == 0 || gone + from.waiting.front()->size() <= bytes)) {
    gone += from.waiting.front()->size();
    from.queued -= from.waiting.front()->size();
    from.arrived.push_back(std::move(from.waiting.front()));
    from.waiting.pop_front();
  }
}

void Peer::send_bytes(Bytes frame) { rig_.core->on_frame(conn_, std::move(frame), rig_.now); }

void Peer::drop() { rig_.core->on_disconnect(conn_, rig_.now); }

const std::vector<SharedBytes>& Peer::arrived() { return rig_.lines.line(conn_).arrived; }

void Peer::clear() {
  // What the peer must remember of its opening stays.
  auto& arrived = rig_.lines.line(conn_).arrived;
  std::erase_if(arrived, [](const SharedBytes& frame) { return (*frame)[0] != 0x01 && (*frame)[0] != 0x02; });
}

std::vector<wire::PacketHeader> Peer::packets() {
  std::vector<wire::PacketHeader> out;
  for (const SharedBytes& bytes : arrived()) {
    if ((*bytes)[0] != wire::kPacketFrame) continue;
    auto parsed = wire::parse_packet(ByteView(*bytes).subspan(1));
    REQUIRE(parsed);
    out.push_back(parsed->header);
  }
  return out;
}

std::optional<wire::RelayError> Peer::error() {
  auto errors = got<wire::Error>();
  if (errors.empty()) return std::nullopt;
  return errors.back().code;
}

bool Peer::closed() { return rig_.lines.line(conn_).closed; }

wire::RelayNonce Peer::nonce() {
  auto welcomes = got<wire::Welcome>();
  REQUIRE(welcomes.size() == 1);
  return welcomes[0].nonce;
}

LinkId Peer::link() {
  auto opened = got<wire::SessionOpened>();
  REQUIRE(opened.size() == 1);
  return opened[0].link;
}

wire::Number Peer::number() {
  auto opened = got<wire::SessionOpened>();
  REQUIRE(opened.size() == 1);
  return opened[0].number;
}

wire::TunnelRequest Master::signed_request(wire::Operation operation, LinkId target_link, ParticipantId target,
                                           std::uint32_t value) {
  wire::TunnelRequest request;
  request.term = term;
  request.sequence = ++sequence;
  request.operation = operation;
  request.target_link = target_link;
  request.target = target;
  request.value = value;
  request.signature =
      identity_->key.sign(crypto::Purpose::tunnel, {wire::signed_part(request, identity_->uuid, nonce())});
  return request;
}

void Master::open(const wire::Number& number, std::uint32_t epoch) {
  auto request = signed_request(wire::Operation::open, {}, kEverybody, epoch);
  send(wire::Open{identity_->uuid, identity_->key.verify_key(), number, request});
}

void Master::request(wire::Operation operation, LinkId link, ParticipantId target, std::uint32_t value) {
  send(signed_request(operation, link, target, value));
}

void Rig::restart() { core = std::make_unique<Core>(lines, numbers, store, limits_, now); }

Peer Rig::connect(const std::string& address) {
  ConnId conn{++last_conn_};
  core->on_connect(conn, address, now);
  return {*this, conn};
}

Master Rig::connect_master(std::shared_ptr<Identity> identity, const std::string& address) {
  if (!identity) {
    identity = std::make_shared<Identity>();
    identity->uuid.fill(0xAB);
  }
  ConnId conn{++last_conn_};
  core->on_connect(conn, address, now);
  return {*this, conn, std::move(identity)};
}

Master Rig::opened() {
  Master master = connect_master();
  master.open({}, 1);
  return master;
}

Peer Rig::member(Master& master, std::uint16_t as, const std::string& address) {
  Peer peer = connect(address);
  peer.send(wire::Attach{master.number()});
  master.admit(peer, as);
  return peer;
}

void Rig::pass(Duration time) {
  Instant end = now + time;
  while (core->next_deadline() <= end) {
    now = std::max(now, core->next_deadline());
    core->poll(now);
  }
  now = end;
  core->poll(now);
}

void Rig::flow(Peer& peer, std::size_t step) {
  while (lines.queued(peer.conn()) > 0) {
    lines.let_out(peer.conn(), step);
    core->on_writable(peer.conn(), now);
  }
}

namespace {

Bytes frame_of(const wire::PacketHeader& header, std::size_t size) {
  Bytes frame{wire::kPacketFrame};
  wire::write_header(header, frame);
  frame.resize(frame.size() + size, 0x5A);
  return frame;
}

}  // namespace

Bytes picture_frame(const Picture& p) {
  wire::PacketHeader header;
  header.kind = p.kind;
  header.stream = 1;
  header.session_tag = 0xABABABAB;
  header.source = ParticipantId{p.source};
  header.destination = ParticipantId{p.destination};
  header.epoch = Epoch{p.epoch};
  header.picture = {Generation{p.generation},
                    ScreenId{p.screen},
                    p.rank,
                    SlotId{p.slot},
                    SlotVersion{p.version},
                    wire::is_batched(p.kind) || p.kind == wire::PacketKind::sign ? p.batch : 0};
  header.picture.footprint = {*wire::Footprint::runs(p.targets), *wire::Footprint::runs(p.sources)};
  header.picture.key = p.film_key;
  return frame_of(header, p.size);
}

Bytes message_frame(std::uint16_t source, std::uint16_t destination, std::size_t size, std::uint64_t counter) {
  wire::PacketHeader header;
  header.session_tag = 0xABABABAB;
  header.source = ParticipantId{source};
  header.destination = ParticipantId{destination};
  header.epoch = Epoch{1};
  header.counter = counter;
  return frame_of(header, size);
}

void send_picture(Peer& from, std::uint32_t slot_count, std::uint32_t version, Picture like) {
  like.version = version;
  for (like.slot = 0; like.slot < slot_count; ++like.slot) from.send_bytes(picture_frame(like));
}

SlotVersions slots(Peer& peer) {
  SlotVersions out;
  for (const auto& header : peer.packets())
    if (header.kind == wire::PacketKind::key)
      out.emplace_back(header.picture.slot.value(), header.picture.version.value());
  return out;
}

}  // namespace lotse::relay::test
