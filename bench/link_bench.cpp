// The link on simulated paths: what goes through, how long the queue gets, who gets what beside whom. Simulated time,
// so the figures are the same on every machine. Ours beside the limit of the path, and beside a CUBIC flow of the same
// run or on the same path alone.
#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/net/sim/cubic.h"
#include "tests/net/sim/link_pair.h"

namespace {

using namespace lotse;
using namespace lotse::sim;
using namespace std::chrono_literals;

struct Options {
  bool json = false, smoke = false;
  Duration warm() const { return smoke ? 1s : 5s; }
  Duration time() const { return smoke ? 1s : 60s; }
};

void print(const Options& options, const std::string& name, double ours, double peer, const char* unit) {
  if (options.json)
    std::printf(
        "{\"name\":\"%s\",\"ours\":%.2f,\"peer\":%.2f,\"ratio\":%.2f,\"unit\":\"%s\",\"cmd\":\"lotse-bench-link\"}\n",
        name.c_str(), ours, peer, peer > 0 ? ours / peer : 0, unit);
  else
    std::printf("%-64s %10.2f %10.2f %8.2f  %s\n", name.c_str(), ours, peer, peer > 0 ? ours / peer : 0, unit);
}

std::string name_of(const Shape& shape, const char* what) {
  char text[128];
  std::snprintf(text, sizeof text, "%s, %.0f ms, loss %.0f %%, queue %.0f ms", what, milliseconds(shape.delay),
                shape.loss * 100, milliseconds(shape.queue));
  return text;
}

/// Frames go down; acknowledgements come up a road without a limit.
struct Road {
  explicit Road(const Shape& shape) : up(clock, back(shape), 1), down(clock, shape, 2) {}
  static Shape back(Shape shape) {
    shape.mbit = 0;
    return shape;
  }
  void pass(Duration time) { clock.run_until(clock.now() + time); }
  Clock clock;
  Pipe up, down;
};

double cubic_alone(const Options& options, const Shape& shape) {
  Road road(shape);
  Cubic cubic(road.clock, road.down, road.up);
  cubic.start();
  road.pass(options.warm());
  cubic.bytes = 0;
  road.pass(options.time());
  return cubic.mbit(options.time());
}

void alone(const Options& options, const Shape& shape) {
  Road road(shape);
  LinkPair pair(road.clock, road.up, road.down, 5);
  Bulk bulk(pair.relay, pair.client);
  road.pass(options.warm());
  bulk.bytes = 0;
  road.down.forget();
  road.pass(options.time());
  double ours = bulk.mbit(options.time());
  print(options, name_of(shape, "alone, beside the path's limit"), ours, shape.mbit, "Mbit/s");
  print(options, name_of(shape, "alone, beside CUBIC alone"), ours, cubic_alone(options, shape), "Mbit/s");
  print(options, name_of(shape, "alone, mean and longest queue"), milliseconds(road.down.mean_wait()),
        milliseconds(road.down.longest_wait()), "ms");
}

void two(const Options& options, const Shape& shape) {
  Road road(shape);
  LinkPair one(road.clock, road.up, road.down, 5), other(road.clock, road.up, road.down, 9);
  Bulk first(one.relay, one.client);
  road.pass(options.warm());
  Bulk second(other.relay, other.client);
  other.relay.wake();
  road.pass(2 * options.warm());
  first.bytes = second.bytes = 0;
  road.pass(options.time());
  print(options, name_of(shape, "two links, the later beside the earlier"), second.mbit(options.time()),
        first.mbit(options.time()), "Mbit/s");
}

void beside_cubic(const Options& options, const Shape& shape) {
  Road road(shape);
  LinkPair pair(road.clock, road.up, road.down, 5);
  Cubic cubic(road.clock, road.down, road.up);
  cubic.start();
  road.pass(options.warm());
  Bulk bulk(pair.relay, pair.client);
  pair.relay.wake();
  road.pass(2 * options.warm());
  bulk.bytes = cubic.bytes = 0;
  road.pass(options.time());
  print(options, name_of(shape, "beside a CUBIC flow that was there first"), bulk.mbit(options.time()),
        cubic.mbit(options.time()), "Mbit/s");
}

/// A small update every 200 ms on a link that is idle otherwise: how late the slowest hundredth comes.
void small_updates(const Options& options, const Shape& shape) {
  Road road(shape);
  LinkPair pair(road.clock, road.up, road.down, 5);
  road.pass(options.warm());
  std::vector<Duration> late;
  Instant sent;
  pair.client.on_frame = [&](const Bytes&) { late.push_back(road.clock.now() - sent); };
  for (Instant end = road.clock.now() + 10 * options.time(); road.clock.now() < end; road.pass(200ms)) {
    sent = road.clock.now();
    pair.relay.send(net::link::TrafficClass::picture, Bytes(2000, 1));
  }
  std::sort(late.begin(), late.end());
  if (late.empty()) return;
  print(options, name_of(shape, "2 KB on an idle link: p99 beside the one-way delay"),
        milliseconds(late[late.size() * 99 / 100]), milliseconds(shape.delay), "ms");
}

void run(const Options& options) {
  if (!options.json) std::printf("%-64s %10s %10s %8s\n", "20 Mbit/s each", "ours", "peer", "ratio");
  for (Duration delay : {Duration(25ms), Duration(50ms)})
    for (double loss : {0.0, 0.01, 0.03}) {
      Shape shape;
      shape.delay = delay;
      shape.loss = loss;
      alone(options, shape);
      small_updates(options, shape);
    }
  for (Duration queue : {Duration(20ms), Duration(50ms), Duration(100ms), Duration(200ms)}) {
    Shape shape;
    shape.queue = queue;
    two(options, shape);
    beside_cubic(options, shape);
  }
  Shape lossy;
  lossy.loss = 0.01;
  beside_cubic(options, lossy);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  try {
    for (int i = 1; i < argc; ++i) {
      std::string argument = argv[i];
      if (argument == "--json")
        options.json = true;
      else if (argument == "--smoke")
        options.smoke = true;
      else
        throw std::runtime_error("usage: lotse-bench-link [--json] [--smoke]");
    }
    run(options);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
}
