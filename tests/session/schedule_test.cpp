#include <catch2/catch.hpp>

#include "session/epoch_schedule.h"

using namespace lotse;
using namespace lotse::session;
using namespace std::chrono_literals;
using Reason = EpochSchedule::Reason;

TEST_CASE("joins within ten seconds share an epoch") {
  EpochSchedule schedule;
  Instant now{Duration(1s)};
  CHECK(schedule.join_needs_epoch(now));
  schedule.made(Reason::join, now);
  CHECK_FALSE(schedule.join_needs_epoch(now + 9s));
  CHECK(schedule.join_needs_epoch(now + 10s));
  schedule.made(Reason::leave, now + 1s);
  CHECK(schedule.join_needs_epoch(now + 2s));
}

TEST_CASE("leaves wait a moment for each other, kicks do not wait") {
  EpochSchedule schedule;
  Instant now{Duration(1s)};
  schedule.made(Reason::join, now);
  schedule.left(now);
  schedule.left(now + 100ms);
  CHECK(schedule.due(now + 199ms) == Reason::none);
  CHECK(schedule.due(now + 200ms) == Reason::leave);
  schedule.made(Reason::leave, now + 200ms);
  schedule.left(now + 300ms);
  CHECK(schedule.due(now + 2199ms) == Reason::none);
  CHECK(schedule.due(now + 2200ms) == Reason::leave);
  schedule.kicked(now + 400ms);
  CHECK(schedule.due(now + 400ms) == Reason::kick);
}

TEST_CASE("a key lives an hour, or less when it is worn") {
  EpochSchedule schedule;
  Instant now{Duration(1s)};
  schedule.made(Reason::join, now);
  CHECK(schedule.due(now + 59min) == Reason::none);
  CHECK(schedule.due(now + 60min) == Reason::age);
  schedule.worn(now + 1s);
  CHECK(schedule.due(now + 1s) == Reason::age);
}
