#include "tests/net/sim/link_pair.h"

namespace lotse::sim {

End::End(Clock& clock, link::Side side, Pipe& out, unsigned seed) : clock_(clock), pipe_(out) {
  link::ConnectionId id{1, 2, 3, 4, 5, 6, 7, static_cast<std::uint8_t>(seed)};
  link::LinkSecret secret{};
  secret.fill(static_cast<std::uint8_t>(seed));
  auto random = std::make_shared<std::mt19937_64>(seed * 2 + (side == link::Side::relay ? 1 : 0));
  link_ = std::make_unique<link::Link>(side, id, secret, held, [random] { return (*random)(); });
  here.address[15] = side == link::Side::client ? 1 : 2;
  here.port = 4500;
}

void End::start(const std::vector<link::Endpoint>& endpoints) {
  link_->try_these(endpoints, clock_.now());
  wake();
}

void End::send(link::TrafficClass traffic, Bytes frame) {
  link_->send(traffic, std::make_shared<const Bytes>(std::move(frame)), ++order_);
  if (!polling_) wake();
}

void End::wake() {
  if (polling_) return;
  polling_ = true;
  std::vector<link::Datagram> out;
  link_->poll(clock_.now(), out);
  for (auto& datagram : out) {
    if (datagram.to == other_->here)
      pipe_.send(std::move(datagram.bytes), [this, from = here](const Bytes& bytes) { other_->receive(bytes, from); });
    else
      sent_to_strangers += datagram.bytes.size();
  }
  on_polled();
  polling_ = false;
  Instant next = link_->next_deadline();
  if (next == Instant::never()) return;
  clock_.at(next, [this, round = ++round_] {
    if (round == round_) wake();
  });
}

void End::receive(const Bytes& datagram, const link::Endpoint& from) {
  on_wire(datagram);
  auto header = link::parse_clear_header(datagram);
  if (!header) return;
  link_->on_datagram(*header, datagram, from, clock_.now());
  while (auto frame = link_->next_frame()) on_frame(std::move(*frame));
  wake();
}

LinkPair::LinkPair(Clock& clock, Pipe& up, Pipe& down, unsigned seed)
    : client(clock, link::Side::client, up, seed), relay(clock, link::Side::relay, down, seed) {
  client.meet(relay);
  relay.meet(client);
  client.link().open();
  relay.link().open();
  relay.wake();
  client.start({relay.here});
}

Bulk::Bulk(End& from, End& to, link::TrafficClass traffic, std::size_t frame) {
  from.on_polled = [&from, traffic, frame] {
    if (!from.link().proven()) return;
    bool more = false;
    while (from.link().unsent(traffic) < from.link().room()) from.send(traffic, Bytes(frame, 7)), more = true;
    (void)more;
  };
  to.on_frame = [this](const Bytes& came) { bytes += came.size(); };
}

}  // namespace lotse::sim
