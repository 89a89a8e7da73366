// A relay's end of a link whose other end is hostile: sealed datagrams with any contents, frames to be sent, time that
// passes. What it holds stays within its limit, it never asks to be polled without end, and what it gives is a frame.
#include <cstdlib>

#include "net/link/link.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::net::link;

namespace {

constexpr ConnectionId kId{1, 2, 3, 4, 5, 6, 7, 8};
constexpr std::size_t kHeld = 256u << 10;

void check(bool holds) {
  if (!holds) std::abort();
}

struct World {
  HeldBytes held{0, kHeld};
  LinkSecret secret{};
  DatagramSealer peer{Side::client, kId, secret};
  std::uint64_t value = 0;
  Link link{Side::relay, kId, secret, held, [this] { return ++value; }};
  Instant now{std::chrono::seconds(1)};
  std::uint32_t number = 0;
  std::uint64_t order = 0;
  Endpoint from;

  void receive(ByteView pieces, bool whole) {
    Bytes datagram;
    write_clear_header({kId, number}, datagram);
    append(datagram, pieces.first(std::min(pieces.size(), wire::kMaxDatagram - kClearHeader - kTag)));
    peer.seal(number++, datagram);
    if (!whole) datagram.back() ^= 1;
    auto header = parse_clear_header(datagram);
    check(header.has_value());
    link.on_datagram(*header, datagram, from, now);
    while (auto frame = link.next_frame()) check(!frame->empty() && frame->size() <= wire::kMaxFrame);
    check(held.now <= kHeld);
  }
  void poll() {
    std::vector<Datagram> out;
    for (int i = 0; link.next_deadline() <= now; ++i) {
      check(i < 100);
      link.poll(now, out);
    }
    for (const Datagram& datagram : out) check(datagram.bytes.size() <= wire::kMaxDatagram);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World world;
  ByteReader in({data, size});
  world.poll();
  for (int steps = 0; in.left() > 0 && steps < 200; ++steps) {
    auto what = in.get<std::uint8_t>();
    switch (what % 8) {
      case 0:  // the client proves where it is: the relay's challenges are 1, 2, ...
        world.receive(Bytes{1}, true);
        world.poll();
        {
          Bytes response;
          write_piece(Response{world.value}, response);
          world.receive(response, true);
        }
        break;
      case 1:
        world.now = world.now + std::chrono::milliseconds(in.get<std::uint8_t>()) * (what & 8 ? 40 : 1);
        break;
      case 2:
        world.link.open();
        break;
      case 3: {
        auto bytes = std::make_shared<const Bytes>(1 + in.get<std::uint16_t>());
        if (world.link.kept() < 4u << 20)
          world.link.send(static_cast<TrafficClass>(what / 8 % kClasses), bytes, ++world.order);
        break;
      }
      case 4:
        world.from.port = in.get<std::uint8_t>() % 4;
        break;
      case 5:
        world.number += in.get<std::uint8_t>();
        break;
      default:
        world.receive(in.take(std::min<std::size_t>(in.get<std::uint8_t>(), in.left())), (what & 0x80) == 0);
    }
    world.poll();
  }
  return 0;
}
