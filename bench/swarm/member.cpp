#include "bench/swarm/member.h"

#include <filesystem>

#include "base/log.h"

namespace lotse::bench {
namespace {

using WithSession = std::function<void(const std::function<void(session::Session&)>&)>;

program::RelayLink::Events link_events(const WithSession& with_session, std::function<void(const std::string&)> end) {
  program::RelayLink::Events events;
  events.on_frame = [with_session](ByteView frame) {
    with_session([&](session::Session& s) { s.on_frame(frame, net::Loop::now()); });
  };
  events.on_drained = [with_session] { with_session([](session::Session& s) { s.on_drained(net::Loop::now()); }); };
  events.on_disconnected = [with_session](const std::string& reason) {
    with_session([&](session::Session& s) { s.on_disconnected(reason, net::Loop::now()); });
  };
  events.on_failed = [end](const std::string& code, const std::string& message) { end(code + ": " + message); };
  return events;
}

}  // namespace

Member::Member(net::Loop& loop, int number, net::RelayAddress relay, program::RelayLink::Key pin,
               session::ParticipantOptions options, Decode decode, Events events)
    : loop_(loop),
      number_(number),
      decode_(decode),
      events_(std::move(events)),
      started_(net::Loop::now()),
      timer_(loop, [this] { with_session([](session::Session&) {}); }),
      link_(loop, std::move(relay), pin, std::filesystem::temp_directory_path() / "lotse-swarm-has-no-settings",
            program::PathWish::tls, net::ProxySettings{net::ProxySettings::Use::none, {}},
            link_events([this](const auto& call) { with_session(call); },
                        [this](const std::string& reason) { end(reason); })),
      session_(std::make_unique<session::Session>(*this, std::move(options))) {}

Member::~Member() = default;

double Member::ms_until(Instant when) const {
  return std::chrono::duration<double, std::milli>(when - started_).count();
}

void Member::with_session(const std::function<void(session::Session&)>& call) {
  if (ended_) return;
  call(*session_);
  session_->poll(net::Loop::now());
  if (!tapped_ && decode_ == Decode::none && session_->watching()) {
    tapped_ = true;
    session_->watching()->divert([this](const wire::ParsedPacket& packet, const Bytes& payload,
                                        const wire::PacketHash& hash) { on_packet(packet, payload, hash); });
  }
  if (joined() && !std::exchange(told_joined_, true)) events_.on_joined(*this);
  look();
  timer_.set(ended_ ? Instant::never() : session_->next_deadline());
}

std::function<void()> Member::task_of(std::function<std::function<void()>()> job) {
  return [this, &loop = loop_, job = std::move(job), alive = std::weak_ptr<int>(alive_)] {
    auto done = job();
    loop.post([this, done = std::move(done), alive] {
      if (!alive.expired()) with_session([&](session::Session&) { done(); });
    });
  };
}

void Member::notify(session::Event event) {
  if (auto* sas = std::get_if<session::OwnSas>(&event); sas && sas->self != kEverybody && !joined()) {
    joined_at_ = net::Loop::now();
    link_.in_session();
  }
  if (std::holds_alternative<session::ChatLine>(event)) ++chat_lines_;
  if (auto* again = std::get_if<session::TryAgain>(&event))
    loop_.post([this, pause = again->pause, alive = std::weak_ptr<int>(alive_)] {
      if (!alive.expired() && !ended_) link_.drop(pause);
    });
  if (auto* ended = std::get_if<session::Ended>(&event))
    loop_.post([this, reason = ended->reason, alive = std::weak_ptr<int>(alive_)] {
      if (!alive.expired()) end(reason);
    });
}

void Member::on_packet(const wire::ParsedPacket& packet, const Bytes& payload, const wire::PacketHash& hash) {
  ScreenKey key{packet.header.source, packet.header.picture.screen};
  screens_[key].consume(packet, payload, hash, net::Loop::now());
  if (wire::is_batched(packet.header.kind) && packet.header.picture.last)
    events_.on_frame_end(*this, key, packet.header.picture.version);
}

bool Member::exact() const {
  if (decode_ == Decode::none) return !screens_.empty() && screens_.begin()->second.whole();
  auto* watching = session_->watching();
  return watching && !watching->screens().empty() && watching->screens().begin()->second->exact();
}

/// The two moments of a join that are measured.
void Member::look() {
  if (whole_.ms >= 0 || ended_) return;
  bool is_usable = !screens_.empty() && screens_.begin()->second.usable();
  if (decode_ == Decode::all)
    is_usable = session_->watching() && session_->watching()->screen(std::nullopt) &&
                session_->watching()->screen(std::nullopt)->complete();
  Reached now{ms_until(net::Loop::now()), 0};
  auto reach = [&](Reached& what) {
    what = {now.ms, bytes_in()};
    events_.on_picture(*this);
  };
  if (is_usable && usable_.ms < 0) reach(usable_);
  if (is_usable && exact()) reach(whole_);
}

void Member::chat(const std::string& text) {
  with_session([&](session::Session& s) { s.chat(text, std::nullopt, net::Loop::now()); });
}

void Member::raise_hand(bool up) {
  with_session([&](session::Session& s) { s.raise_hand(up, net::Loop::now()); });
}

void Member::point(Point tip) {
  const session::Watching* watching = session_->watching();
  if (!watching || watching->screens().empty()) return;
  const auto [presenter, screen] = watching->screens().begin()->first;
  with_session([&](session::Session& s) { s.point(presenter, screen, tip, net::Loop::now()); });
}

void Member::leave() {
  with_session([](session::Session& s) { s.leave(net::Loop::now()); });
}

void Member::end(const std::string& reason) {
  if (std::exchange(ended_, true)) return;
  timer_.set(Instant::never());
  events_.on_ended(*this, reason);
}

}  // namespace lotse::bench
