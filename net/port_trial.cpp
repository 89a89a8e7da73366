#include "net/port_trial.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/log.h"
#include "net/link/path_prover.h"
#include "net/link/trial.h"
#include "net/loop_impl.h"
#include "net/udp_socket.h"

namespace lotse::net {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::posix::stream_descriptor;

namespace {

constexpr int kTries = 4;                 // of each port: some datagrams are lost
constexpr Duration kGap = 400ms;          // between them
constexpr Duration kLastAnswer = 1300ms;  // after the last of them

}  // namespace

struct PortTrial::Impl : std::enable_shared_from_this<Impl> {
  struct Sent {
    std::uint64_t value = 0;
    std::size_t port = 0;  // its place in the list
    Instant at;
  };

  Impl(Loop& on, link::ConnectionId trial, link::Endpoint to, const std::vector<std::uint16_t>& numbers,
       std::function<void(const std::vector<Port>&)> done)
      : loop(on), id(trial), relay(to), on_done(std::move(done)) {
    for (std::uint16_t number : numbers) ports.push_back({number, false, 0, {}});
  }

  void start() {
    auto bound = UdpSocket::bind("", 0, 0);
    if (bound) {
      socket = std::move(*bound);
      readable = std::make_unique<stream_descriptor>(context_of(loop), socket->descriptor());
      wait();
    } else {
      log_warning(bound.error());
      tries = kTries;
    }
    timer.set(Loop::now());
  }

  void wait() {
    readable->async_wait(stream_descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
      if (error || self->over) return;
      self->socket->receive([&](ByteView datagram, const link::Endpoint& from) { self->on_answer(datagram, from); });
      if (!self->finish_if_complete()) self->wait();
    });
  }

  void on_answer(ByteView datagram, const link::Endpoint& from) {
    const auto answer = link::parse_trial_answer(datagram);
    if (!answer || answer->id != id) return;
    for (const Sent& trial : sent) {
      Port& port = ports[trial.port];
      if (trial.value != answer->value || port.answered || from.address != relay.address || from.port != port.number)
        continue;
      port = {port.number, true, milliseconds(Loop::now() - trial.at), answer->seen};
    }
  }

  void on_time() {
    if (tries == kTries) return finish();
    std::vector<link::Datagram> out;
    for (std::size_t i = 0; i < ports.size(); ++i) {
      if (ports[i].answered) continue;
      const std::uint64_t value = link::PathProver::system_random();
      relay.port = ports[i].number;
      out.push_back({relay, link::create_trial(id, value)});
      sent.push_back({value, i, Loop::now()});
    }
    std::vector<const link::Datagram*> list;
    for (const auto& datagram : out) list.push_back(&datagram);
    socket->send(list);
    timer.set(Loop::now() + (++tries == kTries ? kLastAnswer : kGap));
  }

  bool finish_if_complete() {
    if (!std::all_of(ports.begin(), ports.end(), [](const Port& port) { return port.answered; })) return false;
    finish();
    return true;
  }

  void finish() {
    const auto keep = shared_from_this();
    cut();
    on_done(ports);
  }

  void cut() {
    over = true;
    timer.set(Instant::never());
    if (readable) readable->release();  // the socket closes it
  }

  Loop& loop;
  link::ConnectionId id;
  link::Endpoint relay;
  std::function<void(const std::vector<Port>&)> on_done;
  std::vector<Port> ports;
  std::vector<Sent> sent;
  Loop::Timer timer{loop, [this] { on_time(); }};
  std::unique_ptr<UdpSocket> socket;
  std::unique_ptr<stream_descriptor> readable;
  int tries = 0;
  bool over = false;
};

PortTrial::PortTrial(Loop& loop, link::ConnectionId id, link::Endpoint relay, const std::vector<std::uint16_t>& ports,
                     std::function<void(const std::vector<Port>&)> on_done)
    : impl_(std::make_shared<Impl>(loop, id, relay, ports, std::move(on_done))) {
  impl_->start();
}

PortTrial::~PortTrial() {
  if (!impl_->over) impl_->cut();
}

}  // namespace lotse::net
