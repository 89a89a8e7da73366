#include "net/udp_socket.h"

#include <poll.h>

#include <catch2/catch.hpp>

#include "wire/limits.h"

using namespace lotse;
using namespace lotse::net;

namespace {

std::vector<std::pair<Bytes, link::Endpoint>> received(UdpSocket& socket, std::size_t count) {
  std::vector<std::pair<Bytes, link::Endpoint>> all;
  pollfd ready{socket.descriptor(), POLLIN, 0};
  while (all.size() < count && poll(&ready, 1, 10'000) == 1)
    socket.receive([&](ByteView datagram, const link::Endpoint& from) {
      all.emplace_back(Bytes(datagram.begin(), datagram.end()), from);
    });
  return all;
}

}  // namespace

TEST_CASE("many datagrams go in few calls and come one by one, answers from the address that was asked") {
  for (const char* address : {"127.0.0.1", ""}) {
    auto server = UdpSocket::bind(address, 0, 3), client = UdpSocket::bind("", 0, 0);
    REQUIRE(server.has_value());
    REQUIRE(client.has_value());
    link::Endpoint to;
    to.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1};
    to.port = (*server)->port();
    std::vector<link::Datagram> datagrams;
    std::vector<const link::Datagram*> list;
    for (std::size_t i = 0; i < 150; ++i)  // whole ones in runs, each with a shorter one at its end
      datagrams.push_back({to, Bytes(i % 10 == 9 ? 500 : wire::kMaxDatagram, static_cast<std::uint8_t>(i))});
    for (const auto& datagram : datagrams) list.push_back(&datagram);
    (*client)->send(list);
    auto came = received(**server, datagrams.size());
    REQUIRE(came.size() == datagrams.size());
    for (std::size_t i = 0; i < came.size(); ++i) CHECK(came[i].first == datagrams[i].bytes);
    CHECK((*client)->counts().sent == 150);
    CHECK((*client)->counts().calls < 20);
    CHECK(came[0].second.socket == 3);
    CHECK(came[0].second.port == (*client)->port());
    const link::Datagram answer{came[0].second, Bytes{1, 2, 3}};
    (*server)->send({&answer});
    auto answers = received(**client, 1);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].first == answer.bytes);
    CHECK(answers[0].second.address == to.address);
    CHECK(answers[0].second.port == to.port);
  }
}

TEST_CASE("a port that is taken is told in one line") {
  auto first = UdpSocket::bind("127.0.0.1", 0, 0);
  REQUIRE(first.has_value());
  auto second = UdpSocket::bind("127.0.0.1", (*first)->port(), 1);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().find(std::to_string((*first)->port())) != std::string::npos);
  CHECK_FALSE(UdpSocket::bind("not an address", 0, 0).has_value());
}
