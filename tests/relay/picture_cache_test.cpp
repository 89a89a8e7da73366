#include "relay/picture_cache.h"

#include <catch2/catch.hpp>

using namespace lotse;
using namespace lotse::relay;
using Taken = PictureCache::Taken;

namespace {

wire::PacketHeader header(std::uint32_t slot, std::uint32_t version, std::uint32_t epoch = 1, std::uint8_t rank = 0,
                          std::uint32_t generation = 1, std::uint16_t source = 1) {
  wire::PacketHeader h;
  h.kind = wire::PacketKind::key;
  h.source = ParticipantId{source};
  h.epoch = Epoch{epoch};
  h.picture = {Generation{generation}, ScreenId{0}, rank, SlotId{slot}, SlotVersion{version}};
  return h;
}

SharedBytes frame(std::size_t size = 1000) { return std::make_shared<const Bytes>(size); }

}  // namespace

TEST_CASE("the cache takes what is newer and says what it was") {
  PictureCache cache;
  CHECK(cache.take(header(0, 5), frame()) == Taken::new_generation);
  CHECK(cache.take(header(1, 5), frame()) == Taken::newer);
  CHECK(cache.take(header(1, 5), frame()) == Taken::stale);
  CHECK(cache.take(header(1, 4), frame()) == Taken::stale);
  CHECK(cache.take(header(1, 5, 1, 1), frame()) == Taken::newer);
  CHECK(cache.take(header(1, 5, 2, 1), frame()) == Taken::resealed);
  CHECK(cache.take(header(1, 5, 1, 1), frame()) == Taken::stale);
  CHECK(cache.take(header(1, 4, 9, 9), frame()) == Taken::stale);  // an older picture is old under any key
  CHECK(cache.take(header(1, 1, 1, 0, 2), frame()) == Taken::new_generation);
  CHECK(cache.take(header(0, 9, 2, 0, 1), frame()) == Taken::stale);
  CHECK(cache.find({ParticipantId{1}, ScreenId{0}}, ItemId{0}) == nullptr);
}

TEST_CASE("what expired is known and comes back as the same") {
  PictureCache cache;
  cache.take(header(0, 5), frame());
  cache.take(header(1, 5, 2), frame());
  auto lost = cache.expire(Epoch{2});
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].second == ItemId{0});
  CHECK(cache.frame_bytes() == 1000);
  const auto* entry = cache.find({ParticipantId{1}, ScreenId{0}}, ItemId{0});
  REQUIRE(entry != nullptr);
  CHECK_FALSE(entry->frame);
  CHECK(cache.take(header(0, 5, 2), frame()) == Taken::resealed);
}

TEST_CASE("the largest stream gives way, its longest unchanged items first") {
  PictureCache cache;
  for (std::uint32_t slot = 0; slot < 10; ++slot) cache.take(header(slot, 1), frame());
  cache.take(header(0, 2), frame());
  for (std::uint32_t slot = 0; slot < 3; ++slot) cache.take(header(slot, 1, 1, 0, 1, 2), frame());
  auto lost = cache.evict(2500);
  REQUIRE(lost.size() == 3);
  for (std::uint32_t i = 0; i < 3; ++i) {
    CHECK(lost[i].first.source == ParticipantId{1});
    CHECK(lost[i].second == ItemId{i + 1});
  }
}

TEST_CASE("every byte is given back") {
  PictureCache cache;
  for (std::uint32_t slot = 0; slot < 100; ++slot) cache.take(header(slot, 1), frame(slot));
  for (std::uint32_t slot = 0; slot < 100; ++slot) cache.take(header(slot, 2), frame(2 * slot));
  cache.evict(3000);
  cache.take(header(5, 1, 1, 0, 2), frame());
  cache.take(header(5, 1, 1, 0, 1, 2), frame());
  cache.empty({ParticipantId{2}, ScreenId{0}});
  CHECK(cache.frame_bytes() == 1000);
  cache.drop({ParticipantId{1}, ScreenId{0}});
  cache.drop({ParticipantId{2}, ScreenId{0}});
  CHECK(cache.frame_bytes() == 0);
  CHECK(cache.bytes() == 0);
}
