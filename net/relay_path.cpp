#include "net/relay_path.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/log.h"
#include "net/loop_impl.h"
#include "net/udp_socket.h"
#include "wire/limits.h"

namespace lotse::net {

namespace asio = boost::asio;
using boost::system::error_code;

struct RelayPath::Impl final : link::CarrierHost, std::enable_shared_from_this<Impl> {
  Impl(Loop& on, PathEvents calls) : loop(on), events(std::move(calls)) {}

  // CarrierHost
  void send_tls(link::SharedFrame frame) override { events.send_tls(*frame); }
  void deliver(Bytes frame) override { events.on_frame(frame); }
  std::vector<link::Endpoint> reach(const std::vector<std::uint16_t>& ports) override {
    std::vector<link::Endpoint> endpoints;
    auto relay = events.relay();
    if (!relay || !open_socket()) return endpoints;
    for (std::uint16_t port : ports) {
      relay->port = port;
      endpoints.push_back(*relay);
    }
    return endpoints;
  }
  void released(const link::ConnectionId&) override { close_socket(); }
  void udp_failed(UdpFailure failure) override {
    std::string why =
        failure == UdpFailure::refused ? "the relay takes no UDP" : "no answer came from the relay's UDP ports";
    log_info("no UDP to the relay: " + why);
    events.on_udp_failed(why);
  }

  bool open_socket() {
    close_socket();
    auto bound = UdpSocket::bind("", 0, 0);
    if (!bound) {
      log_warning(bound.error());
      return false;
    }
    socket = std::move(*bound);
    readable = std::make_unique<asio::posix::stream_descriptor>(context_of(loop), socket->descriptor());
    wait();
    return true;
  }

  /// Also inside a call of its own: it is destroyed when that has returned.
  void close_socket() {
    if (!socket) return;
    readable->release();
    loop.post([old = std::shared_ptr<UdpSocket>(std::move(socket)),
               old_readable = std::shared_ptr<asio::posix::stream_descriptor>(std::move(readable))] {});
  }

  void wait() {
    readable->async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this(), of = socket.get()](error_code error) {
                           if (error || self->socket.get() != of) return;
                           self->receive();
                         });
  }

  void receive() {
    UdpSocket* of = socket.get();
    const Instant now = Loop::now();
    bool more = true;
    for (int i = 0; more && i < 4 && socket.get() == of; ++i)
      more = of->receive([&](ByteView datagram, link::Endpoint from) {
        from.local = {};  // which of our addresses the system sends from is its affair
        auto header = link::parse_clear_header(datagram);
        if (header) carrier.on_datagram(*header, datagram, from, now);
      });
    poll();
    if (socket.get() == of && socket) wait();
  }

  /// Once, after whatever is under way.
  void kick() {
    if (std::exchange(kicked, true)) return;
    loop.post([self = shared_from_this()] {
      if (std::exchange(self->kicked, false)) self->poll();
    });
  }

  void poll() {
    if (closed) return;
    kicked = false;
    std::vector<link::Datagram> out;
    bool drained = carrier.poll(Loop::now(), out);
    if (socket && !out.empty()) {
      std::vector<const link::Datagram*> list;
      for (const auto& datagram : out) list.push_back(&datagram);
      socket->send(list);
    }
    timer.set(carrier.next_deadline());
    if (drained) events.on_drained();
  }

  Loop& loop;
  PathEvents events;
  link::HeldBytes held{0, wire::kHeldByClient};
  link::Carrier carrier{link::Side::client, *this, held, link::PathProver::system_random};
  Loop::Timer timer{loop, [this] { poll(); }};
  std::unique_ptr<UdpSocket> socket;
  std::unique_ptr<asio::posix::stream_descriptor> readable;
  bool kicked = false, closed = false;
};

RelayPath::RelayPath(Loop& loop, PathEvents events) : impl_(std::make_shared<Impl>(loop, std::move(events))) {}

RelayPath::~RelayPath() {
  impl_->closed = true;
  impl_->timer.set(Instant::never());
  impl_->close_socket();
}

void RelayPath::want(link::Carrier::Want want) {
  impl_->carrier.want(want, Loop::now());
  impl_->kick();
}

void RelayPath::send(Bytes frame) {
  impl_->carrier.send(std::make_shared<const Bytes>(std::move(frame)));
  impl_->kick();
}

bool RelayPath::on_tls(ByteView frame) {
  bool taken = impl_->carrier.on_tls(frame, Loop::now());
  if (taken || impl_->carrier.next_deadline() != Instant::never()) impl_->kick();
  return taken;
}

std::size_t RelayPath::queued() const { return impl_->carrier.queued(); }
bool RelayPath::flushed() const { return impl_->carrier.flushed(); }

PathState RelayPath::state() const {
  const link::Carrier& carrier = impl_->carrier;
  const link::LinkStats stats = carrier.stats();
  PathState state{carrier.on_udp(), 0, 0, 0, stats.bytes_in, stats.bytes_out, stats.packets_in, stats.packets_out};
  if (const link::Link* link = carrier.link()) {
    state.rtt_ms = milliseconds(link->rtt());
    state.loss_pct = link->loss() * 100;
    state.rate_bps = link->rate() * 8;
  }
  return state;
}

}  // namespace lotse::net
