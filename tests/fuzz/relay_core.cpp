// Strangers at the relay's core: bytes and calls in any order. The first byte of each step says what happens; the
// memory stays bounded and no call may go wrong.
#include <cstdlib>
#include <map>

#include "base/log.h"
#include "crypto/signing.h"
#include "relay/board_store.h"
#include "relay/core.h"

using namespace lotse;
using namespace lotse::relay;

namespace {

class Lines final : public Links {
 public:
  std::map<ConnId, std::size_t> queues;
  void send(ConnId conn, SharedBytes frame) override { queues[conn] += frame->size(); }
  void close(ConnId conn) override { queues.erase(conn); }
  std::size_t queued(ConnId conn) const override {
    auto at = queues.find(conn);
    return at == queues.end() ? 0 : at->second;
  }
};

class Numbers final : public NumberSource {
 public:
  std::uint32_t number() override { return 100'000'000 + last_++; }
  wire::RelayNonce nonce() override { return {}; }

 private:
  std::uint32_t last_ = 0;
};

/// Answers come as steps of their own, whether anybody asked or not.
class Book final : public Accounts {
 public:
  void check(ConnId, std::string) override {}
  std::uint64_t version() override { return ++changes_; }
  bool is_revoked(const std::string&) override { return changes_ % 16 == 15; }

 private:
  std::uint64_t changes_ = 0;
};

constexpr ConnId kMaster{0};
constexpr std::size_t kCache = 256u << 10;

struct World {
  static const crypto::SigningKey& key() {
    static const crypto::SigningKey made = crypto::SigningKey::make();
    return made;
  }
  Lines lines;
  Numbers numbers;
  MemoryStore store;
  MemoryBoard boards;
  Book book;
  Instant now{std::chrono::hours(1)};
  Core core{lines, numbers, store, limits(), now};
  std::uint64_t sequence = 0;
  World() { core.keep_boards(boards, now); }

  static Limits limits() {
    Limits limits;
    limits.session_cache = kCache;
    limits.joins_per_minute = limits.joins_per_minute_session = 1'000'000;
    return limits;
  }
  /// The master's connection breaks, or another takes its place; it takes its number up again.
  void reopen(bool cut, std::uint32_t term) {
    if (cut) core.on_disconnect(kMaster, now);
    if (cut) core.on_connect(kMaster, "m", now);
    sequence = 0;
    request({.term = term, .operation = wire::Operation::open, .value = 1}, wire::number_of("100000000"));
  }
  void request(wire::TunnelRequest r, const wire::Number& number = {}) {
    r.sequence = ++sequence;
    r.signature = key().sign(crypto::Purpose::tunnel, {wire::signed_part(r, {}, {})});
    bool opens = r.operation == wire::Operation::open;
    core.on_frame(kMaster, opens ? wire::encode(wire::Open{{}, key().verify_key(), number, r}) : wire::encode(r), now);
  }
};

/// Another master, who waits for what the accounts say of its token.
void host(World& world, ConnId conn) {
  wire::TunnelRequest open{.sequence = 1, .operation = wire::Operation::open, .value = 1};
  open.signature = World::key().sign(crypto::Purpose::tunnel, {wire::signed_part(open, {}, {})});
  world.core.on_disconnect(conn, world.now);
  world.core.on_connect(conn, "a", world.now);
  world.core.on_frame(conn, wire::encode(wire::HostToken{"t"}), world.now);
  world.core.on_frame(conn, wire::encode(wire::Open{{}, World::key().verify_key(), {}, open}), world.now);
}

void answer(World& world, ConnId conn, std::uint8_t what) {
  TokenAnswer answer{static_cast<TokenVerdict>(what % 4), what & 4 ? "t" : "u", {what & 8u, what & 2u}};
  world.core.on_token(conn, answer, world.now);
}

void step(World& world, ByteReader& in) {
  auto what = in.get<std::uint8_t>();
  ConnId conn{static_cast<std::uint64_t>(1 + in.get<std::uint8_t>() % 6)};
  switch (what % 8) {
    case 0:
      world.core.on_disconnect(conn, world.now);
      break;
    case 1:
      world.core.on_disconnect(conn, world.now);
      world.core.on_connect(conn, "a", world.now);
      world.core.on_frame(conn, wire::encode(wire::Attach{wire::number_of("100000000")}), world.now);
      break;
    case 2:
      world.now = world.now + std::chrono::milliseconds(in.get<std::uint16_t>());
      world.core.poll(world.now);
      break;
    case 3: {
      auto operation = in.get<std::uint8_t>() % 5;
      constexpr wire::Operation all[] = {wire::Operation::admit, wire::Operation::remove, wire::Operation::epoch,
                                         wire::Operation::lock, wire::Operation::admit};
      world.request({.operation = all[operation],
                     .target_link = LinkId{in.get<std::uint8_t>()},
                     .target = ParticipantId{in.get<std::uint8_t>()},
                     .value = in.get<std::uint8_t>()});
      break;
    }
    case 4:
      world.lines.queues[conn] = std::min<std::size_t>(world.lines.queues[conn], in.get<std::uint16_t>());
      world.core.on_writable(conn, world.now);
      break;
    case 5:
      if (what & 0x40) return host(world, conn);
      [[fallthrough]];
    case 6:
      if (what & 0x40) return answer(world, conn, in.get<std::uint8_t>());
      [[fallthrough]];
    case 7:
      if (what & 0x40) return world.reopen((what & 0x20) != 0, in.get<std::uint8_t>() % 3);
      [[fallthrough]];
    default: {
      if (what & 0x80) conn = kMaster;
      ByteView frame = in.take(std::min<std::size_t>(in.get<std::uint8_t>(), in.left()));
      world.core.on_frame(conn, Bytes(frame.begin(), frame.end()), world.now);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  start_log("fuzz-relay_core", LogLevel::error);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World world;
  world.core.on_connect(kMaster, "m", world.now);
  world.request({.operation = wire::Operation::open, .value = 1});
  world.core.demand_tokens(&world.book, world.now);
  ByteReader in(ByteView(data, size));
  while (in.left() > 0 && in.ok()) {
    step(world, in);
    if (world.core.cache_bytes() > kCache) std::abort();
  }
  world.core.poll(world.now + std::chrono::hours(1));
  return 0;
}
