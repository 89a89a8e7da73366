// A program's ways to other members that do without the relay: direct::Paths with a socket, a clock and the session.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "direct/paths.h"
#include "net/direct_socket.h"
#include "net/loop.h"
#include "program/relay_link.h"

namespace lotse::program {

/// What --path says of them.
direct::Wish direct_wish(PathWish wish);

/// Lives on the loop.
class DirectWays final : private direct::PathsHost {
 public:
  struct Events {
    std::function<void(Bytes frame)> to_relay;
    std::function<std::size_t()> relay_queued;
    std::function<void(ByteView frame)> to_session;
    std::function<void(ParticipantId member, const wire::DirectSignal& signal)> signal;
    std::function<void(ParticipantId member)> on_way;
    std::function<void()> on_drained;
    std::function<bool()> ask_trial;  // false: not now
    std::function<bool()> is_local;   // the relay is on this machine
  };
  DirectWays(net::Loop& loop, direct::Wish wish, Events events);
  ~DirectWays() override;

  void set_wish(direct::Wish wish);
  void update(direct::Members members);
  void on_new_connection();
  void on_trial(const wire::UdpTrial& trial, const net::link::Endpoint& relay);

  void send(Bytes frame);
  std::size_t queued() const { return paths_.queued(); }
  bool on_relay_frame(ByteView frame);
  void on_relay_writable();
  void on_signal(ParticipantId from, const wire::DirectSignal& signal);

  direct::WayState state(ParticipantId member) const { return paths_.state(member); }
  /// Where the relay sees this machine, once it was asked; not known as a rule before a direct way is wanted.
  std::optional<IpAddress> seen_as() const;
  std::size_t served() const { return paths_.served(); }
  net::link::LinkStats stats() const { return paths_.stats(); }

 private:
  void to_relay(Bytes frame) override { events_.to_relay(std::move(frame)); }
  std::size_t relay_queued() const override { return events_.relay_queued(); }
  void to_session(ByteView frame) override { events_.to_session(frame); }
  void signal(ParticipantId member, const wire::DirectSignal& signal) override { events_.signal(member, signal); }
  std::vector<wire::Candidate> candidates() override;
  void on_way(ParticipantId member) override { events_.on_way(member); }

  void kick();
  void poll();
  void open_socket();
  void look_at_network();

  net::Loop& loop_;
  Events events_;
  direct::Paths paths_;
  std::unique_ptr<net::DirectSocket> socket_;
  std::vector<IpAddress> interfaces_;
  net::Loop::Timer timer_, network_timer_;
  bool kicked_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace lotse::program
