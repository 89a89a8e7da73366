#include "net/link/link.h"

#include <algorithm>

namespace lotse::net::link {
namespace {

using namespace std::chrono_literals;

constexpr Duration kCatchUp = 10ms;                                  // of sending that a late timer may make up for
constexpr Duration kQuantum = 1ms;                                   // datagrams of so long go out together
constexpr std::size_t kRideBytes = 400;                              // not acknowledged yet: goes along again
constexpr int kRides = 2;                                            // times
constexpr std::size_t kSmall = 3000;                                 // bytes under way on a link that is idle otherwise
constexpr double kLossy = 0.004;                                     // of packets: worth sending small things twice
constexpr Duration kTwiceAfter = 5ms;                                // so that one burst of losses does not take both
constexpr std::size_t kOverWindow = 4800;                            // bytes of control and input beyond the window
constexpr double kLossMemory = 1.0 / 500;                            // weight of one packet in the part that is lost
constexpr std::size_t kLeastRoom = 32u << 10, kMostRoom = 1u << 20;  // bytes
constexpr double kRoomSeconds = 0.05;
constexpr std::uint32_t kLastNumber = UINT32_MAX - (1u << 20);  // no number is used twice: then another link

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

Link::Link(Side side, const ConnectionId& id, const LinkSecret& secret, HeldBytes& held, PathProver::Random random,
           Duration silence)
    : side_(side),
      silence_(silence),
      id_(id),
      sealer_(side, id, secret),
      opener_(side, id, secret),
      prover_(std::move(random)) {
  for (std::size_t i = 0; i < kClasses; ++i) {
    out_.emplace_back(wire::kClassWindows[i]);
    in_[i] = std::make_unique<ReceiveStream>(wire::kClassWindows[i], held);
  }
}

void Link::send(TrafficClass traffic, SharedFrame frame, std::uint64_t order) {
  out_[index(traffic)].push(std::move(frame), order);
}

std::size_t Link::unsent() const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < index(TrafficClass::files); ++i) sum += out_[i].unsent();
  return sum;
}

std::size_t Link::kept() const {
  std::size_t sum = 0;
  for (const SendStream& stream : out_) sum += stream.kept();
  return sum;
}

std::size_t Link::room() const {
  return std::clamp(static_cast<std::size_t>(control_.rate() * kRoomSeconds), kLeastRoom, kMostRoom);
}

void Link::open() {
  for (auto& stream : in_) stream->open();
}

std::optional<Bytes> Link::next_frame() {
  for (auto& stream : in_)
    if (auto frame = stream->next()) return frame;
  return std::nullopt;
}

// --- in --------------------------------------------------------------------------------------------------------------

void Link::on_datagram(const ClearHeader& header, ByteView datagram, const Endpoint& from, Instant now) {
  if (!received_.is_new(header.number)) return void(++stats_.repeated);
  auto plaintext = opener_.open(header, datagram);
  if (!plaintext) return void(++stats_.unopened);
  now_ = now;
  auto pieces = parse_pieces(*plaintext);
  if (!pieces) return void(++stats_.malformed);
  bool newest = stats_.packets_in == 0 || header.number > received_.newest();
  ++stats_.packets_in;
  stats_.bytes_in += datagram.size();
  prover_.on_received(from, datagram.size(), newest, now);
  bool eliciting = false, taken = true;
  for (const Piece& piece : *pieces) {
    taken = take(piece, from) && taken;
    eliciting = eliciting || !std::holds_alternative<Ack>(piece);
  }
  if (taken) return received_.on_received(header.number, eliciting, now);
  ++stats_.refused;  // as if it had been lost
}

bool Link::take(const Piece& piece, const Endpoint& from) {
  if (auto* ack = std::get_if<Ack>(&piece)) {
    take_ack(*ack);
  } else if (auto* challenge = std::get_if<Challenge>(&piece)) {
    prover_.on_challenge(challenge->value, from);
  } else if (auto* response = std::get_if<Response>(&piece)) {
    bool moved = proven();
    if (prover_.on_response(response->value, from) && moved) {
      control_.start_over(now_);
      sent_.round_trip().forget();
    }
  } else if (auto* data = std::get_if<Data>(&piece)) {
    return take_data(*data);
  }
  return true;
}

bool Link::take_data(const Data& data) {
  auto taken = in_[index(data.traffic)]->take(data.offset, data.bytes);
  if (taken == ReceiveStream::Taken::broken) broken_ = true;
  return taken == ReceiveStream::Taken::yes;
}

void Link::take_ack(const Ack& ack) {
  SentPackets::Found found;
  control_.begin(now_);
  if (!sent_.on_ack(ack, now_, found)) {
    broken_ = true;
    return;
  }
  settle(found);
}

void Link::settle(const SentPackets::Found& found) {
  for (const SentPacket& packet : found.acked) {
    control_.acked(packet.mark, packet.size);
    loss_ -= loss_ * kLossMemory;
    for (const Chunk& chunk : packet.parts()) out_[index(chunk.traffic)].on_acked(chunk.range);
  }
  for (const SentPacket& packet : found.late)
    for (const Chunk& chunk : packet.parts()) out_[index(chunk.traffic)].on_acked(chunk.range);
  for (const SentPacket& packet : found.lost) {
    control_.lost(packet.mark, packet.size);
    ++stats_.lost;
    loss_ += (1 - loss_) * kLossMemory;
    for (const Chunk& chunk : packet.parts()) out_[index(chunk.traffic)].on_lost(chunk.range);
  }
  control_.finish(found.rtt, sent_.in_flight());
}

// --- out -------------------------------------------------------------------------------------------------------------

void Link::poll(Instant now, std::vector<Datagram>& out) {
  now_ = now;
  if (!begun_) {
    begun_ = true;
    begun_at_ = pace_ = now;
    keepalive_ = now + Duration(wire::kPathKeepalive);
  }
  if (is_over()) return;
  on_clock();
  prove(out);
  if (!proven()) return;
  if (!busy_) pace_ = std::max(pace_, now - kQuantum);  // an idle link saves nothing up
  while (probes_ > 0 || (has_bulk() && may_send_bulk()))
    if (!send_one(May::all, out)) break;
  while (has_urgent())
    if (!send_one(May::urgent, out)) break;
  busy_ = has_bulk();
  if (!busy_ && sent_.in_flight() < control_.window()) control_.set_app_limited(sent_.in_flight());
}

void Link::on_clock() {
  SentPackets::Found found;
  control_.begin(now_);
  sent_.on_time(now_, found);
  if (!found.lost.empty()) settle(found);
  probe();
  if (now_ >= repeat_at_) {
    repeat_at_ = Instant::never();
    for (SendStream& stream : out_)
      if (auto range = stream.repeat(kSmall)) stream.on_lost(*range);
  }
  if (side_ == Side::client && now_ >= keepalive_) ping_ = proven();
}

/// RFC 9002, section 6.2: something new, or the oldest again, so that an acknowledgement comes.
void Link::probe() {
  auto oldest = sent_.take_probe(now_);
  if (oldest.empty()) return;
  for (const SentPacket& packet : oldest)
    for (const Chunk& chunk : packet.parts()) out_[index(chunk.traffic)].on_lost(chunk.range);
  probes_ = static_cast<int>(oldest.size());
  ping_ = true;
}

/// Challenges and answers to addresses that are not the current one, filled up so that they show that full datagrams
/// pass.
void Link::prove(std::vector<Datagram>& out) {
  while (auto due = prover_.due(now_)) {
    SentPacket packet;
    Bytes bytes = begin();
    if (due->challenge) write_piece(Challenge{*due->challenge}, bytes);
    if (due->response) write_piece(Response{*due->response}, bytes);
    bytes.resize(std::max(bytes.size(), std::min(due->most, wire::kMaxDatagram) - kTag));
    prover_.sent(due->to, bytes.size() + kTag);
    finish(packet, std::move(bytes), due->to, out);
  }
}

bool Link::has_urgent() const {
  if (received_.deadline() <= now_ || ping_) return true;
  for (std::size_t i : {index(TrafficClass::control), index(TrafficClass::input)})
    if (out_[i].has_lost() || out_[i].has_new()) return sent_.in_flight() < control_.window() + kOverWindow;
  return false;
}

bool Link::has_bulk() const {
  for (std::size_t i = 0; i < kClasses; ++i)
    if (may_go(static_cast<TrafficClass>(i))) return true;
  return false;
}

bool Link::may_go(TrafficClass traffic) const {
  const SendStream& stream = out_[index(traffic)];
  if (stream.has_lost()) return true;
  return stream.has_new() && (traffic != TrafficClass::files || stream.under_way() < files_window());
}

bool Link::may_send_bulk() const { return pace_ <= now_ && fits_window(); }

bool Link::fits_window() const {
  // A click's picture does not wait for a measurement.
  std::size_t more = control_.probes_rtt() && unsent() > 0 ? kOverWindow : 0;
  return sent_.in_flight() + wire::kMaxDatagram <= control_.window() + more;
}

Bytes Link::begin() {
  Bytes bytes;
  bytes.reserve(wire::kMaxDatagram);
  write_clear_header({id_, sent_.next_number()}, bytes);
  return bytes;
}

bool Link::send_one(May may, std::vector<Datagram>& out) {
  SentPacket packet;
  Bytes bytes = begin();
  if (received_.has_news()) write_piece(received_.make(now_), bytes);
  if (auto response = prover_.take_response()) {
    write_piece(Response{*response}, bytes);
    packet.eliciting = true;
  }
  fresh_ = false;
  fill(packet, bytes, may);
  if (packet.count > 0) ride(packet, bytes);
  packet.eliciting = packet.eliciting || packet.count > 0;
  if (ping_ && !packet.eliciting) {
    write_piece(Ping{}, bytes);
    packet.eliciting = true;
  }
  if (bytes.size() == kClearHeader) {
    probes_ = 0;
    return false;
  }
  if (packet.eliciting) {
    ping_ = false;
    probes_ = std::max(0, probes_ - 1);
    keepalive_ = now_ + Duration(wire::kPathKeepalive);
    pace_ = std::max(pace_, now_ - kCatchUp) + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(
                                                   static_cast<double>(bytes.size() + kTag) / control_.pacing_rate()));
  }
  finish(packet, std::move(bytes), *prover_.current(), out);
  return true;
}

void Link::add_chunk(SentPacket& packet, TrafficClass traffic, Range range, Bytes& bytes) {
  packet.add({traffic, range});
  bytes.push_back(static_cast<std::uint8_t>(0x10u | static_cast<unsigned>(traffic)));
  write_varint(range.begin, bytes);
  ByteWriter(bytes).put(static_cast<std::uint16_t>(range.size()));
  out_[index(traffic)].append_bytes(range, bytes);
}

void Link::fill(SentPacket& packet, Bytes& bytes, May may) {
  for (std::size_t i = 0; i < kClasses; ++i) {
    auto traffic = static_cast<TrafficClass>(i);
    if (may == May::urgent && traffic > TrafficClass::input) return;
    while (packet.count < SentPacket::kChunks && may_go(traffic)) {
      std::size_t used = bytes.size() + kDataHead + kTag;
      if (used >= wire::kMaxDatagram) return;
      bool again = out_[i].has_lost();
      auto range = out_[i].next(wire::kMaxDatagram - used);
      if (!range) break;
      fresh_ = fresh_ || !again;
      add_chunk(packet, traffic, *range, bytes);
      if (i < rides_.size()) rides_[i] = 0;
    }
  }
}

/// What is small, urgent and not acknowledged goes along once more where there is room: then one loss costs no time.
void Link::ride(SentPacket& packet, Bytes& bytes) {
  for (std::size_t i = 0; i < rides_.size(); ++i) {
    auto traffic = static_cast<TrafficClass>(i);
    std::size_t used = bytes.size() + kDataHead + kTag;
    if (rides_[i] >= kRides || packet.count == SentPacket::kChunks || out_[i].under_way() > kRideBytes) continue;
    auto range = out_[i].repeat(kRideBytes);
    if (!range || used + range->size() > wire::kMaxDatagram) continue;
    for (const Chunk& chunk : packet.parts())  // what is in this packet already
      if (chunk.traffic == traffic) range->end = std::min(range->end, std::max(range->begin, chunk.range.begin));
    if (range->begin == range->end) continue;
    add_chunk(packet, traffic, *range, bytes);
    ++rides_[i];
  }
}

void Link::finish(SentPacket& packet, Bytes bytes, const Endpoint& to, std::vector<Datagram>& out) {
  std::uint32_t number = sent_.next_number();
  sealer_.seal(number, bytes);
  packet.at = now_;
  packet.size = static_cast<std::uint16_t>(bytes.size());
  if (packet.eliciting) packet.mark = control_.on_sent(packet.size, sent_.in_flight(), now_);
  sent_.add(packet);
  ++stats_.packets_out;
  stats_.bytes_out += bytes.size();
  out.push_back({to, std::move(bytes)});
  bool small = packet.count > 0 && fresh_ && sent_.in_flight() <= kSmall && unsent() == 0 && loss_ >= kLossy;
  if (small) repeat_at_ = std::min(repeat_at_, now_ + kTwiceAfter);
}

Instant Link::next_deadline() const {
  if (!begun_) return Instant{};
  if (is_over()) return Instant::never();
  Instant next = prover_.deadline();
  if (!proven()) return next;
  if (has_urgent()) return Instant{};
  next = std::min({next, received_.deadline(), sent_.deadline(), repeat_at_});
  if (side_ == Side::client) next = std::min(next, keepalive_);
  if (has_bulk() && fits_window()) {
    bool many = control_.pacing_rate() * seconds(kQuantum) > static_cast<double>(wire::kMaxDatagram);
    next = std::min(next, many ? std::max(pace_, now_ + kQuantum) : pace_);
  }
  return next;
}

bool Link::is_over() const { return broken_ || sent_.next_number() > kLastNumber; }

bool Link::is_dead(Instant now) const {
  if (is_over()) return true;
  if (!begun_) return false;
  Instant waiting = proven() ? sent_.waiting_since() : begun_at_;
  return waiting != Instant::never() && now - waiting > (proven() ? silence_ : Duration(wire::kPathSilence));
}

}  // namespace lotse::net::link
