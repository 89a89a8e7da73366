#include "session/input_gate.h"

#include <catch2/catch.hpp>

using namespace lotse;
using namespace lotse::session;
using namespace std::chrono_literals;

TEST_CASE("only who was granted gets through, as long as the grant lasts and the person here is idle") {
  InputGate gate;
  Instant now{Duration(5s)};
  ParticipantId a{1}, b{2};
  CHECK_FALSE(gate.lets_through(a, now));
  gate.grant(a, Instant::never());
  gate.grant(b, now + 10s);
  CHECK(gate.lets_through(a, now));
  CHECK_FALSE(gate.lets_through(ParticipantId{3}, now));
  gate.local_input(now);
  CHECK_FALSE(gate.lets_through(a, now + 999ms));
  CHECK(gate.lets_through(a, now + 1000ms));
  CHECK_FALSE(gate.lets_through(b, now + 10s));
  CHECK(gate.expire(now + 10s) == std::vector{b});
  CHECK(gate.members() == std::vector{a});
  CHECK(gate.revoke(a));
  CHECK_FALSE(gate.revoke(a));
  CHECK_FALSE(gate.lets_through(a, now + 20s));
}
