#include "program/waits.h"

#include <catch2/catch.hpp>

using namespace lotse;
using namespace lotse::program;
using namespace std::chrono_literals;

TEST_CASE("a wait is answered once, by the picture or by the clock") {
  Waits waits;
  int done = 0, late = 0;
  bool ready = false;
  Instant now{Duration(1s)};
  auto wait = [&](Instant deadline) {
    return Waits::Wait{[&](const Waits::Look&) { return ready && ++done > 0; }, [&] { ++late; }, deadline};
  };
  CHECK(waits.add(wait(now + 1s)));
  CHECK(waits.add(wait(now + 5s)));
  CHECK(waits.next_deadline() == now + 1s);
  waits.look({});
  waits.poll(now + 999ms);
  CHECK(done + late == 0);
  waits.poll(now + 1s);
  CHECK(late == 1);
  ready = true;
  waits.look({});
  CHECK(done == 1);
  CHECK(waits.empty());
  waits.poll(now + 9s);
  CHECK(late == 1);
  CHECK(waits.next_deadline() == Instant::never());
}

TEST_CASE("more waits than the limit are refused") {
  Waits waits;
  Waits::Wait wait{[](const Waits::Look&) { return false; }, [] {}, Instant::never()};
  for (std::size_t i = 0; i < Waits::kMax; ++i) CHECK(waits.add(wait));
  CHECK_FALSE(waits.add(wait));
}

TEST_CASE("a wait looks at its own picture, or at the viewed one") {
  Waits waits;
  const PictureKey one{ParticipantId{1}, ScreenId{0}}, two{ParticipantId{1}, ScreenId{1}};
  std::vector<std::string> answered;
  auto add = [&](const std::string& name, std::optional<PictureKey> of) {
    waits.add({[&answered, name](const Waits::Look&) {
                 answered.push_back(name);
                 return true;
               },
               [] {}, Instant::never(), of});
  };
  add("two", two);
  add("viewed", std::nullopt);
  waits.look({{}, true, true, {}, one, false});
  CHECK(answered.empty());
  waits.look({{}, true, true, {}, one, true});
  CHECK(answered == std::vector<std::string>{"viewed"});
  waits.look({{}, true, true, {}, two, false});
  CHECK(answered == std::vector<std::string>{"viewed", "two"});
}
