// How much goes through, how long the queue gets, and what others beside it are left. In simulated time.
#include <catch2/catch.hpp>

#include "tests/net/sim/cubic.h"
#include "tests/net/sim/link_pair.h"

using namespace lotse;
using namespace lotse::sim;
using namespace std::chrono_literals;

namespace {

struct Road {
  explicit Road(const Shape& shape) : up(clock, back(shape), 1), down(clock, shape, 2) {}
  static Shape back(Shape shape) {
    shape.mbit = 0;
    return shape;
  }
  Clock clock;
  Pipe up, down;
};

}  // namespace

TEST_CASE("85 percent of the path at least at losses of 0, 1 and 3 percent, 25 and 50 ms") {
  for (Duration delay : {Duration(25ms), Duration(50ms)})
    for (double loss : {0.0, 0.01, 0.03}) {
      Shape shape;
      shape.delay = delay;
      shape.loss = loss;
      Road road(shape);
      LinkPair pair(road.clock, road.up, road.down, 5);
      Bulk bulk(pair.relay, pair.client);
      road.clock.run_until(road.clock.now() + 2s);
      bulk.bytes = 0;
      road.down.forget();
      road.clock.run_until(road.clock.now() + 8s);
      INFO("delay " << milliseconds(delay) << " ms, loss " << loss);
      CHECK(bulk.mbit(8s) > 0.85 * shape.mbit);
      CHECK(road.down.mean_wait() < 10ms);
      CHECK(road.down.longest_wait() < 40ms);
    }
}

TEST_CASE("a tenth of all packets lost costs little more than that tenth") {
  Shape shape;
  shape.loss = 0.1;
  Road road(shape);
  LinkPair pair(road.clock, road.up, road.down, 5);
  Bulk bulk(pair.relay, pair.client);
  road.clock.run_until(road.clock.now() + 8s);
  CHECK(bulk.mbit(8s) > 0.75 * shape.mbit);
}

TEST_CASE("two links share a path") {
  for (Duration queue : {Duration(25ms), Duration(100ms)}) {
    Shape shape;
    shape.queue = queue;
    Road road(shape);
    LinkPair one(road.clock, road.up, road.down, 5), other(road.clock, road.up, road.down, 9);
    Bulk first(one.relay, one.client);
    road.clock.run_until(road.clock.now() + 5s);
    Bulk second(other.relay, other.client);
    other.relay.wake();
    road.clock.run_until(road.clock.now() + 15s);
    first.bytes = second.bytes = 0;
    road.clock.run_until(road.clock.now() + 15s);
    INFO("queue " << milliseconds(queue) << " ms: " << first.mbit(15s) << " and " << second.mbit(15s));
    CHECK(first.mbit(15s) > 0.25 * shape.mbit);
    CHECK(second.mbit(15s) > 0.25 * shape.mbit);
  }
}

TEST_CASE("beside a TCP flow with CUBIC neither starves") {
  for (Duration queue : {Duration(20ms), Duration(100ms)})
    for (bool cubic_first : {true, false}) {
      Shape shape;
      shape.queue = queue;
      Road road(shape);
      LinkPair pair(road.clock, road.up, road.down, 5);
      Cubic cubic(road.clock, road.down, road.up);
      if (cubic_first) cubic.start();
      road.clock.run_until(road.clock.now() + 4s);
      Bulk bulk(pair.relay, pair.client);
      pair.relay.wake();
      if (!cubic_first) road.clock.after(4s, [&] { cubic.start(); });
      road.clock.run_until(road.clock.now() + 12s);
      bulk.bytes = cubic.bytes = 0;
      road.clock.run_until(road.clock.now() + 20s);
      INFO("queue " << milliseconds(queue) << " ms: link " << bulk.mbit(20s) << " CUBIC " << cubic.mbit(20s));
      CHECK(bulk.mbit(20s) > 0.15 * shape.mbit);
      CHECK(cubic.mbit(20s) > 0.15 * shape.mbit);
    }
}

TEST_CASE("the rate follows a path that changes") {
  Shape shape;
  Road road(shape);
  LinkPair pair(road.clock, road.up, road.down, 5);
  Bulk bulk(pair.relay, pair.client);
  road.clock.run_until(road.clock.now() + 5s);
  Shape slow = shape;
  slow.mbit = 3;
  road.down.set(slow);
  road.clock.run_until(road.clock.now() + 4s);
  bulk.bytes = 0;
  road.down.forget();
  road.clock.run_until(road.clock.now() + 5s);
  CHECK(bulk.mbit(5s) > 0.8 * slow.mbit);
  CHECK(road.down.mean_wait() < 40ms);
  road.down.set(shape);
  road.clock.run_until(road.clock.now() + 8s);
  bulk.bytes = 0;
  road.clock.run_until(road.clock.now() + 5s);
  CHECK(bulk.mbit(5s) > 0.8 * shape.mbit);
}
