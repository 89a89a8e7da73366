#include <map>
#include <random>

#include "tests/relay/rig.h"

using namespace lotse;
using namespace lotse::relay;
using namespace lotse::relay::test;
using wire::PacketKind;

namespace {

using Slots = std::vector<std::uint32_t>;

Bytes delta_frame(std::uint32_t version, const Slots& targets, const Slots& sources = {}, Picture like = {}) {
  like.kind = PacketKind::delta;
  like.version = version;
  like.slot = 0;
  like.targets = targets;
  like.sources = sources;
  return picture_frame(like);
}

std::vector<PacketKind> kinds(Peer& peer) {
  std::vector<PacketKind> out;
  for (const auto& header : peer.packets()) out.push_back(header.kind);
  return out;
}

using Kinds = std::vector<PacketKind>;
constexpr auto kKey = PacketKind::key, kDelta = PacketKind::delta, kSign = PacketKind::sign;

void send_keys(Peer& from, std::uint32_t slots, std::uint32_t version, std::size_t size = 100) {
  for (std::uint32_t slot = 0; slot < slots; ++slot)
    from.send_bytes(picture_frame({.slot = slot, .version = version, .size = size}));
}

struct Stage {
  Rig rig;
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1), viewer = rig.member(master, 2);
};

}  // namespace

TEST_CASE("a delta goes to who has all that it builds on, with the SIGN behind it") {
  Stage s;
  send_keys(s.presenter, 3, 1);
  s.presenter.send_bytes(delta_frame(2, {0, 1}, {2}));
  s.presenter.send_bytes(picture_frame({.version = 0, .kind = kSign, .size = wire::kMaxSign}));
  CHECK(kinds(s.viewer) == Kinds{kKey, kKey, kKey, kDelta, kSign});
}

TEST_CASE("who lacks a slot that a delta touches gets none of it, and its targets from their source") {
  for (std::uint32_t lacking : {1u, 2u}) {  // a target, a source
    Stage s;
    s.rig.stall(s.viewer);
    send_keys(s.presenter, 3, 1);
    send_keys(s.presenter, 3, 2, 60u << 10);
    REQUIRE(s.rig.lines.line(s.viewer.conn()).waiting.size() == 6);
    s.presenter.send_bytes(picture_frame({.slot = lacking, .version = 3}));  // there is no room for it
    s.presenter.send_bytes(delta_frame(4, {0, 1}, {2}));
    s.rig.flow(s.viewer);
    s.rig.pass(1s);
    for (PacketKind kind : kinds(s.viewer)) CHECK(kind == kKey);
    auto asked = s.presenter.got<wire::KeyRequest>();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].slots == std::vector{SlotId{0}, SlotId{1}});
    s.viewer.clear();
    send_keys(s.presenter, 2, 4);
    s.rig.flow(s.viewer);
    CHECK(kinds(s.viewer) == Kinds{kKey, kKey});
    s.presenter.send_bytes(delta_frame(5, {lacking}));
    s.rig.flow(s.viewer);
    REQUIRE_FALSE(kinds(s.viewer).empty());
    CHECK(kinds(s.viewer).back() == kDelta);
  }
}

TEST_CASE("a delta elsewhere passes a receiver that lacks other slots") {
  Stage s;
  send_keys(s.presenter, 3, 1);
  s.rig.stall(s.viewer);
  for (std::uint32_t version = 2; version < 5; ++version)
    s.presenter.send_bytes(picture_frame({.slot = 2, .version = version, .size = 60u << 10}));
  s.presenter.send_bytes(picture_frame({.slot = 2, .version = 5, .size = 100}));
  s.viewer.clear();
  s.presenter.send_bytes(delta_frame(6, {0}));
  s.rig.flow(s.viewer);
  auto got = s.viewer.packets();
  CHECK(std::count_if(got.begin(), got.end(), [](const auto& h) { return h.kind == kDelta; }) == 1);
}

TEST_CASE("no delta waits for a slow receiver") {
  Stage s;
  send_keys(s.presenter, 8, 1);
  s.rig.stall(s.viewer);
  for (std::uint32_t version = 2; version < 60; ++version)
    s.presenter.send_bytes(delta_frame(version, {0, 1, 2, 3}, {}, {.size = 20u << 10}));
  CHECK(s.rig.lines.queued(s.viewer.conn()) < wire::kDeltaWindow + (21u << 10));
  CHECK(s.rig.core->cache_bytes() < 100u << 10);
}

TEST_CASE("a joiner gets no slot that deltas have outdated, and its source is asked for it once") {
  Stage s;
  send_keys(s.presenter, 3, 1);
  s.presenter.send_bytes(delta_frame(2, {1}));
  Peer late = s.rig.member(s.master, 3);
  auto got = late.packets();
  REQUIRE(got.size() == 2);
  for (const auto& header : got) CHECK(header.picture.slot != SlotId{1});
  s.rig.pass(1s);
  auto asked = s.presenter.got<wire::KeyRequest>();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].slots == std::vector{SlotId{1}});
  s.viewer.clear();
  s.presenter.send_bytes(picture_frame({.slot = 1, .version = 2}));
  CHECK(late.packets().size() == 3);
  CHECK(s.viewer.packets().empty());  // it has it
  Peer later = s.rig.member(s.master, 4);
  CHECK(later.packets().size() == 3);  // from the cache
  s.rig.pass(1s);
  CHECK(s.presenter.got<wire::KeyRequest>().size() == 1);
}

TEST_CASE("a delta that is not newer than each of its targets is dropped") {
  Stage s;
  send_keys(s.presenter, 2, 5);
  s.viewer.clear();
  s.presenter.send_bytes(delta_frame(5, {0, 1}));
  s.presenter.send_bytes(picture_frame({.slot = 1, .version = 7}));
  s.presenter.send_bytes(delta_frame(6, {0, 1}));
  s.presenter.send_bytes(delta_frame(9, {0}, {}, {.generation = 0}));
  CHECK(kinds(s.viewer) == Kinds{kKey});
}

namespace {

/// What a viewer makes of what arrives; `bases` says what each delta was made from.
struct Watcher {
  using Versions = std::map<std::uint32_t, std::uint32_t>;
  Peer peer;
  std::uint32_t first_epoch;
  Versions shown;
  std::size_t read = 0;

  void look(const std::map<std::uint32_t, Versions>& bases) {
    auto packets = peer.packets();
    for (; read < packets.size(); ++read) {
      const auto& h = packets[read];
      REQUIRE(h.epoch.value() >= first_epoch);
      if (h.kind == kKey) {
        auto& version = shown[h.picture.slot.value()];
        version = std::max(version, h.picture.version.value());
      }
      if (h.kind != kDelta) continue;
      for (auto [slot, version] : bases.at(h.picture.version.value())) REQUIRE(shown[slot] == version);
      wire::for_each_slot(h.picture.footprint.targets,
                          [&](SlotId slot) { shown[slot.value()] = h.picture.version.value(); });
    }
  }
};

}  // namespace

TEST_CASE("in the end every viewer has the picture, and no delta came to one that cannot use it") {
  auto seed = static_cast<unsigned>(GENERATE(range(1, 13)));
  INFO("seed " << seed);
  std::mt19937 random(seed);
  auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  Limits limits;
  limits.session_cache = 600u << 10;
  Rig rig(limits);
  Master master = rig.opened();
  Peer presenter = rig.member(master, 1);
  std::uint32_t epoch = 1, version = 1;
  Watcher::Versions picture;
  std::map<std::uint32_t, Watcher::Versions> bases;
  std::vector<Watcher> viewers;
  std::uint16_t next = 2;
  std::size_t answered = 0, deltas = 0;
  auto paint = [&](std::uint32_t slot) {
    presenter.send_bytes(picture_frame({.slot = slot, .version = picture[slot], .epoch = epoch, .size = 20000}));
  };
  auto answer = [&] {
    auto asked = presenter.got<wire::KeyRequest>();
    for (; answered < asked.size(); ++answered) {
      if (asked[answered].slots.empty())
        for (auto& [slot, v] : picture) paint(slot);
      for (SlotId slot : asked[answered].slots) paint(slot.value());
    }
  };
  auto change = [&] {
    ++version;
    Slots targets, sources;
    for (std::uint32_t slot = 0; slot < 24; ++slot) {
      if (!picture.contains(slot)) continue;
      if (auto dice = below(8); dice < 2) (dice == 0 ? targets : sources).push_back(slot);
    }
    if (targets.empty()) return;
    for (std::uint32_t slot : targets) bases[version][slot] = picture[slot];
    for (std::uint32_t slot : sources) bases[version][slot] = picture[slot];
    for (std::uint32_t slot : targets) picture[slot] = version;
    presenter.send_bytes(delta_frame(version, targets, sources, {.epoch = epoch, .size = below(15000)}));
    ++deltas;
  };
  for (int step = 0; step < 500; ++step) {
    switch (below(8)) {
      case 0:
        if (viewers.size() < 6) {
          if (below(2) == 0) master.announce(++epoch);
          Peer peer = rig.member(master, next++);
          if (below(2) == 0) rig.stall(peer);
          viewers.push_back({peer, epoch, {}, 0});
        }
        break;
      case 1:
        if (below(6) == 0) master.announce(++epoch);
        break;
      case 2:
        rig.pass(std::chrono::milliseconds(below(1000)));
        break;
      case 3:
        if (!viewers.empty()) {
          Watcher& viewer = viewers[below(static_cast<std::uint32_t>(viewers.size()))];
          rig.lines.let_out(viewer.peer.conn(), below(200000));
          rig.core->on_writable(viewer.peer.conn(), rig.now);
        }
        break;
      case 4:
        answer();
        break;
      case 5:
        ++version;
        for (std::uint32_t i = 0; i < 3; ++i) {
          std::uint32_t slot = below(24);
          picture[slot] = version;
          paint(slot);
        }
        break;
      default:
        change();
    }
    for (Watcher& viewer : viewers) viewer.look(bases);
    REQUIRE(rig.core->cache_bytes() <= limits.session_cache);
  }
  CHECK(deltas > 50);
  for (int round = 0; round < 60; ++round) {
    for (Watcher& viewer : viewers) rig.flow(viewer.peer);
    rig.pass(300ms);
    answer();
  }
  for (Watcher& viewer : viewers) {
    viewer.look(bases);
    CHECK(viewer.shown == picture);
  }
}
