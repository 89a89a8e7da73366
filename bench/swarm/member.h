// One full member of a session: handshake, keys, roster, chat, every packet opened and judged, as the real program
// does; only pictures are not decoded, unless that is asked for.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bench/swarm/ledger.h"
#include "net/loop.h"
#include "program/relay_link.h"
#include "session/session.h"

namespace lotse::bench {

enum class Decode { none, all };

/// Lives on the loop.
class Member final : public session::SessionHost {
 public:
  using ScreenKey = std::pair<ParticipantId, ScreenId>;
  struct Events {
    std::function<void(Member&)> on_joined;   // once
    std::function<void(Member&)> on_picture;  // the picture has become usable, or whole: once each, of the first screen
    std::function<void(Member&, ScreenKey, SlotVersion)> on_frame_end;
    std::function<void(Member&, const std::string& reason)> on_ended;
  };
  Member(net::Loop& loop, int number, net::RelayAddress relay, program::RelayLink::Key pin,
         session::ParticipantOptions options, Decode decode, Events events);
  ~Member() override;

  void chat(const std::string& text);
  void raise_hand(bool up);
  /// On the first screen that is shown; nothing without one, and nothing unless pictures are decoded.
  void point(Point tip);
  void leave();

  int number() const { return number_; }
  bool joined() const { return joined_at_ != Instant{}; }
  bool ended() const { return ended_; }
  double join_ms() const { return ms_until(joined_at_); }
  /// From the connection's start, and what the relay had sent by then; -1: not yet.
  struct Reached {
    double ms = -1;
    std::uint64_t bytes = 0;
  };
  const Reached& usable() const { return usable_; }
  const Reached& whole() const { return whole_; }
  std::uint64_t bytes_in() const { return link_.stats().bytes_in; }
  std::uint64_t chat_lines() const { return chat_lines_; }
  const std::map<ScreenKey, Ledger>& screens() const { return screens_; }
  bool exact() const;
  std::uint64_t forged() const { return session_->drops().forged; }
  std::uint64_t replayed() const { return session_->drops().replayed; }

 private:
  void send(Bytes frame) override { link_.send(std::move(frame)); }
  std::size_t queued() const override { return link_.queued(); }
  void notify(session::Event event) override;
  void work(std::function<std::function<void()>()> job) override { loop_.work(task_of(std::move(job))); }
  void decode(std::function<std::function<void()>()> job) override { loop_.decode(task_of(std::move(job))); }
  void want_frame_of(ScreenId) override {}
  void inject(const session::InputEvent&) override {}
  void start_sharing() override {}
  void stop_sharing() override {}
  void show(ParticipantId, ScreenId, codec::FrameView, const std::vector<Rect>&, bool) override {}
  void show_cursor(ParticipantId, ScreenId, const session::CursorImage*, std::optional<Point>) override {}

  std::function<void()> task_of(std::function<std::function<void()>()> job);
  void with_session(const std::function<void(session::Session&)>& call);
  void on_packet(const wire::ParsedPacket& packet, const Bytes& payload, const wire::PacketHash& hash);
  void look();
  void end(const std::string& reason);
  double ms_until(Instant when) const;

  net::Loop& loop_;
  int number_;
  Decode decode_;
  Events events_;
  Instant started_, joined_at_{};
  net::Loop::Timer timer_;
  program::RelayLink link_;
  std::unique_ptr<session::Session> session_;
  std::map<ScreenKey, Ledger> screens_;
  Reached usable_, whole_;
  std::uint64_t chat_lines_ = 0;
  bool tapped_ = false, ended_ = false, told_joined_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::bench
