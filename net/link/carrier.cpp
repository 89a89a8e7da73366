#include "net/link/carrier.h"

#include <algorithm>
#include <utility>

#include "wire/limits.h"

namespace lotse::net::link {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kSessionFrame = 0x02;                  // SESSION (wire/relay_frame.h)
constexpr Duration kFirstPause = 30s, kLongestPause = 10min;  // between tries that failed
constexpr Duration kAskSlack = 500ms;                         // so that the relay never finds it too soon
constexpr Duration kAfterBreak = 3s;                          // when it had worked
constexpr Duration kAskAgain = 10s;                           // nobody answered at all

void add(LinkStats& to, const LinkStats& more) {
  to.bytes_in += more.bytes_in, to.bytes_out += more.bytes_out;
  to.packets_in += more.packets_in, to.packets_out += more.packets_out;
  to.lost += more.lost, to.unopened += more.unopened, to.repeated += more.repeated;
  to.malformed += more.malformed, to.refused += more.refused;
}

}  // namespace

Carrier::Carrier(Side side, CarrierHost& host, HeldBytes& held, PathProver::Random random, Duration silence)
    : side_(side), host_(host), held_(held), random_(std::move(random)), silence_(silence), pause_(kFirstPause) {}

Carrier::~Carrier() {
  if (id_) host_.released(*id_);
}

void Carrier::tls(const wire::Frame& frame) { host_.send_tls(std::make_shared<const Bytes>(wire::encode(frame))); }

// --- coming to datagrams ---------------------------------------------------------------------------------------------

void Carrier::want(Want want, Instant now) {
  want_ = want;
  if (want == Want::tls) {
    ask_at_ = Instant::never();
    if (state_ == State::up) come_back(now);
  } else if (session_ && (state_ == State::none || state_ == State::coming_back)) {
    ask_at_ = granted_at_ == Instant{} ? now : std::max(now, granted_at_ + Duration(wire::kUdpAskGap) + kAskSlack);
  }
}

void Carrier::admit(Instant now) {
  admitted_ = true;
  if (asked_) answer_ask(now);
}

bool Carrier::on_tls(ByteView frame, Instant now) {
  if (side_ == Side::client && !frame.empty() && frame[0] == kSessionFrame) ready(now);
  if (!wire::is_udp_frame(frame)) return false;
  auto decoded = wire::decode(frame);
  if (!decoded) return side_ == Side::client;  // a relay cuts who says such things
  if (auto* grant = std::get_if<wire::UdpGrant>(&*decoded); grant && side_ == Side::client)
    on_grant(*grant, now);
  else if (auto* move = std::get_if<wire::UdpMove>(&*decoded))
    on_move(*move, now);
  else if (auto* back = std::get_if<wire::UdpBack>(&*decoded))
    on_back(*back, now);
  else if (side_ == Side::relay && std::holds_alternative<wire::UdpAsk>(*decoded))
    on_ask(now);
  return true;
}

void Carrier::ready(Instant now) {
  if (std::exchange(session_, true)) return;
  if (want_ == Want::udp) ask_at_ = now;
}

void Carrier::try_these(const std::vector<Endpoint>& endpoints, Instant now) {
  if (state_ == State::up) link_->try_these(endpoints, now);
}

void Carrier::ask_soon(Instant now) {
  pause_ = kFirstPause;
  if (session_) want(want_, now);
}

void Carrier::say_again(Instant now) {
  if (state_ == State::up && moved_) tls(wire::UdpMove{*id_});
  if (state_ == State::coming_back) tls(*back_);
  if (state_ == State::asked) ask_at_ = now;
}

void Carrier::on_ask(Instant now) {
  asked_ = true;
  // Who asks has no link. So the one that is to be given back is none, and its BACK will not come: it lost the GRANT.
  if (state_ == State::coming_back) on_back(wire::UdpBack{*id_, {}}, now);
  if (admitted_) answer_ask(now);
}

void Carrier::answer_ask(Instant now) {
  asked_ = false;
  if (state_ != State::none) return;
  bool too_soon = granted_at_ != Instant{} && now - granted_at_ < Duration(wire::kUdpAskGap);
  wire::UdpGrant grant = too_soon ? wire::UdpGrant{} : host_.grant();
  if (!grant.ports.empty()) {
    granted_at_ = now;
    begin(grant.id, grant.secret);
    link_->try_these(host_.candidates(), now);
  } else {
    grant = {};
  }
  tls(grant);
}

void Carrier::on_grant(const wire::UdpGrant& grant, Instant now) {
  if (state_ != State::asked) return;
  ask_at_ = Instant::never();
  if (grant.ports.empty()) {
    state_ = State::none;
    later(now, false);
    return host_.udp_failed(CarrierHost::UdpFailure::refused);
  }
  granted_at_ = now;
  begin(grant.id, grant.secret);
  auto endpoints = host_.reach(grant.ports);
  if (endpoints.empty() || want_ == Want::tls) return come_back(now);
  link_->try_these(endpoints, now);
}

void Carrier::begin(const ConnectionId& id, const LinkSecret& secret) {
  link_ = std::make_unique<Link>(side_, id, secret, held_, random_, silence_);
  id_ = id;
  state_ = State::up;
  moved_ = other_moved_ = false;
}

/// The relay goes first: a client that it reaches by datagrams can follow.
void Carrier::move_if_ready(Instant now) {
  if (state_ != State::up || moved_ || !link_->proven() || (side_ == Side::client && !other_moved_)) return;
  tls(wire::UdpMove{*id_});
  moved_ = true;
  again_at_ = now + kAskAgain;
  pause_ = kFirstPause;
}

void Carrier::on_move(const wire::UdpMove& move, Instant now) {
  if (!id_ || move.id != *id_) return;
  for (auto& frame : std::exchange(early_, {})) host_.deliver(std::move(frame));
  if (state_ != State::up) return;
  if (side_ == Side::client && moved_) tls(wire::UdpMove{*id_});  // said again: ours was lost
  other_moved_ = true;
  link_->open();
  drain();
  move_if_ready(now);
}

void Carrier::on_datagram(const ClearHeader& header, ByteView datagram, const Endpoint& from, Instant now) {
  if (state_ != State::up || header.id != *id_) return;
  link_->on_datagram(header, datagram, from, now);
  drain();
  move_if_ready(now);
}

void Carrier::drain() {
  while (state_ == State::up) {
    auto frame = link_->next_frame();
    if (!frame) return;
    host_.deliver(std::move(*frame));
  }
}

// --- coming back to TLS ----------------------------------------------------------------------------------------------

/// From here on no datagram is taken, so the counts are final.
void Carrier::come_back(Instant now) {
  wire::UdpBack back{*id_, {}};
  // What came before the other's MOVE is acknowledged and will not come again: it waits for that MOVE here.
  if (!other_moved_) {
    link_->open();
    while (auto frame = link_->next_frame()) early_.push_back(std::move(*frame));
  }
  for (std::size_t i = 0; i < kClasses; ++i) {
    auto traffic = static_cast<TrafficClass>(i);
    back.taken[i] = static_cast<std::uint32_t>(link_->given(traffic));
    gone_[i] = link_->outgoing(traffic).gone();
    kept_[i] = link_->outgoing(traffic).take_kept();
    for (const auto& kept : kept_[i]) waiting_bytes_ += kept.frame->size();
  }
  bool worked = moved_;
  add(before_, link_->stats());
  link_.reset();
  host_.released(*id_);
  state_ = State::coming_back;
  back_ = back;
  again_at_ = now + kAskAgain;
  tls(back);
  if (side_ != Side::client) return;
  later(now, worked);
  if (!worked && want_ == Want::udp) host_.udp_failed(CarrierHost::UdpFailure::no_answer);
}

void Carrier::on_back(const wire::UdpBack& back, Instant now) {
  if (!id_ && back_ && back.id == back_->id) return tls(*back_);  // it did not hear ours
  if (!id_ || back.id != *id_) return;
  if (state_ == State::up) come_back(now);
  if (state_ != State::coming_back) return;
  std::vector<SendStream::Kept> again;
  for (std::size_t i = 0; i < kClasses; ++i) {
    std::uint64_t there = std::max<std::uint64_t>(back.taken[i], gone_[i]) - gone_[i];
    for (std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(there, kept_[i].size())); n < kept_[i].size();
         ++n)
      again.push_back(std::move(kept_[i][n]));
    kept_[i].clear();
  }
  std::sort(again.begin(), again.end(), [](const auto& a, const auto& b) { return a.order < b.order; });
  state_ = State::none;
  moved_ = false;
  id_.reset();
  for (auto& kept : again) host_.send_tls(std::move(kept.frame));
  for (SharedFrame& frame : waiting_) host_.send_tls(std::move(frame));
  waiting_.clear();
  waiting_bytes_ = 0;
  full_ = true;
}

/// By TLS nothing is lost; between members a message may be.
bool Carrier::waits_for_answer() const {
  return state_ == State::coming_back || (state_ == State::up && moved_ && !other_moved_);
}

void Carrier::later(Instant now, bool worked) {
  if (want_ != Want::udp) return;
  ask_at_ = now + (worked ? kAfterBreak : pause_);
  if (!worked) pause_ = std::min(pause_ * 2, kLongestPause);
}

// --- frames out ------------------------------------------------------------------------------------------------------

void Carrier::send(SharedFrame frame) {
  if (state_ == State::coming_back) {
    waiting_bytes_ += frame->size();
    waiting_.push_back(std::move(frame));
  } else if (on_udp()) {
    auto traffic = class_of(*frame);
    link_->send(traffic, std::move(frame), ++order_);
    busy_ = true;
    full_ = full_ || queued() >= wire::kPictureWindow;
  } else {
    host_.send_tls(std::move(frame));
  }
}

bool Carrier::poll(Instant now, std::vector<Datagram>& out) {
  if (now >= ask_at_ && (state_ == State::none || state_ == State::asked)) {
    ask_at_ = now + kAskAgain;
    state_ = State::asked;
    tls(wire::UdpAsk{});
  }
  if (now >= again_at_) {
    again_at_ = waits_for_answer() ? now + kAskAgain : Instant::never();
    if (waits_for_answer()) say_again(now);
  }
  if (state_ == State::up) {
    link_->poll(now, out);
    move_if_ready(now);
    if (link_->is_dead(now)) come_back(now);
  }
  std::size_t waiting = queued();
  if (waiting >= wire::kPictureWindow) {
    full_ = true;
    return false;
  }
  bool drained = full_ || (busy_ && waiting == 0);
  full_ = false;
  busy_ = busy_ && waiting > 0;
  return drained;
}

Instant Carrier::next_deadline() const {
  Instant next = state_ == State::none || state_ == State::asked ? ask_at_ : Instant::never();
  if (waits_for_answer()) next = std::min(next, again_at_);
  return state_ == State::up ? std::min(next, link_->next_deadline()) : next;
}

std::size_t Carrier::queued() const {
  if (state_ == State::coming_back) return wire::kPictureWindow + waiting_bytes_;
  if (!on_udp()) return 0;
  std::size_t unsent = link_->unsent(), room = link_->room();
  if (unsent >= room) return wire::kPictureWindow + unsent - room;
  return std::min(unsent, wire::kPictureWindow - 1);
}

std::size_t Carrier::files_queued() const { return on_udp() ? link_->unsent(TrafficClass::files) : 0; }

LinkStats Carrier::stats() const {
  LinkStats all = before_;
  if (link_) add(all, link_->stats());
  return all;
}

}  // namespace lotse::net::link
