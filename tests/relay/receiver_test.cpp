#include "relay/receiver.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

using namespace lotse;
using namespace lotse::relay;

namespace {

constexpr StreamId kStream{ParticipantId{1}, ScreenId{0}};

}  // namespace

TEST_CASE("a set of items behaves as one") {
  std::mt19937 random(7);
  ItemSet set;
  std::set<ItemId> model;
  for (int i = 0; i < 20000; ++i) {
    ItemId item{random() % 3 == 0 ? kFirstState + static_cast<std::uint32_t>(random() % 9)
                                  : static_cast<std::uint32_t>(random() % (random() % 2 ? 300u : wire::kMaxSlots))};
    if (random() % 2)
      REQUIRE(set.set(item) == model.insert(item).second);
    else
      REQUIRE(set.reset(item) == (model.erase(item) == 1));
    REQUIRE(set.empty() == model.empty());
  }
  auto items = set.items();
  CHECK(std::set<ItemId>(items.begin(), items.end()) == model);
}

TEST_CASE("slots are found from any place on, round the end") {
  ItemSet set;
  for (std::uint32_t slot : {5u, 64u, 700u}) set.set(ItemId{slot});
  CHECK(set.slot_from(0) == ItemId{5});
  CHECK(set.slot_from(5) == ItemId{5});
  CHECK(set.slot_from(6) == ItemId{64});
  CHECK(set.slot_from(65) == ItemId{700});
  CHECK(set.slot_from(701) == ItemId{5});
  CHECK(set.slot_from(65535) == ItemId{5});
  ItemSet one;
  one.set(ItemId{10});
  CHECK(one.slot_from(11) == ItemId{10});  // back in the word where it began
}

TEST_CASE("a receiver that lacks nothing costs nothing") {
  Receiver receiver(Epoch{1});
  CHECK(receiver.bytes() == 0);
  receiver.mark(kStream, ItemId{60000});
  CHECK(receiver.bytes() > 60000 / 8);
  receiver.done(kStream, ItemId{60000});
  CHECK(receiver.bytes() == 0);
  CHECK(receiver.idle());
}

TEST_CASE("what waits for its source holds back the frame's end and nothing else") {
  Receiver receiver(Epoch{1});
  receiver.wait(kStream, ItemId{3});
  receiver.mark(kStream, kFrameEndItem);
  CHECK(receiver.idle());
  CHECK_FALSE(receiver.next());
  receiver.mark(kStream, ItemId{3});
  CHECK(receiver.next() == std::pair{kStream, ItemId{3}});
  receiver.done(kStream, ItemId{3});
  CHECK(receiver.next() == std::pair{kStream, kFrameEndItem});
}

TEST_CASE("streams take turns") {
  Receiver receiver(Epoch{1});
  for (std::uint16_t source = 1; source <= 3; ++source)
    for (std::uint32_t slot = 0; slot < 2; ++slot) receiver.mark({ParticipantId{source}, ScreenId{0}}, ItemId{slot});
  std::vector<std::uint16_t> order;
  while (auto next = receiver.next()) {
    order.push_back(next->first.source.value());
    receiver.done(next->first, next->second);
  }
  CHECK(order == std::vector<std::uint16_t>{1, 2, 3, 1, 2, 3});
}

TEST_CASE("a forgotten stream leaves nothing behind") {
  Receiver receiver(Epoch{1});
  receiver.mark(kStream, ItemId{1});
  receiver.mark(kStream, ItemId{kFirstState});
  receiver.wait(kStream, ItemId{2});
  receiver.forget(kStream);
  CHECK(receiver.idle());
  CHECK_FALSE(receiver.lacks_anything(kStream));
  CHECK(receiver.bytes() == 0);
}
