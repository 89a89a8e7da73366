#include "program/views.h"

#include <catch2/catch.hpp>

namespace lotse::program {
namespace {

using session::ScreenChanged;
constexpr ParticipantId kAnna{1}, kBert{2};

void shows(Views& views, ParticipantId who, std::uint8_t screen, bool sharing = true) {
  views.update(ScreenChanged{who, ScreenId{screen}, "Screen", {100, 50}, sharing, false});
}
PictureKey key(ParticipantId who, std::uint8_t screen) { return {who, ScreenId{screen}}; }

}  // namespace

TEST_CASE("the first picture is viewed until another one is chosen") {
  Views views;
  REQUIRE_FALSE(views.viewed());
  shows(views, kBert, 1);
  shows(views, kAnna, 0);
  REQUIRE(views.viewed() == key(kBert, 1));
  REQUIRE(views.view(key(kAnna, 0)));
  REQUIRE_FALSE(views.view(key(kAnna, 3)));
  REQUIRE(views.viewed() == key(kAnna, 0));
}

TEST_CASE("when the viewed picture ends, the next one of its presenter is viewed, else anybody's") {
  Views views;
  shows(views, kBert, 0);
  shows(views, kBert, 1);
  shows(views, kAnna, 0);
  shows(views, kBert, 0, false);
  REQUIRE(views.viewed() == key(kBert, 1));
  views.drop(kBert);
  REQUIRE(views.viewed() == key(kAnna, 0));
  shows(views, kAnna, 0, false);
  REQUIRE_FALSE(views.viewed());
  shows(views, kAnna, 0, false);  // what was not there ends, too
  REQUIRE(views.screens().empty());
}

TEST_CASE("a command that names little means the viewed picture") {
  Views views;
  REQUIRE_FALSE(views.meant(std::nullopt, std::nullopt));
  shows(views, kAnna, 1);
  shows(views, kAnna, 2);
  shows(views, kBert, 3);
  REQUIRE(views.view(key(kAnna, 2)));
  REQUIRE(views.meant(std::nullopt, std::nullopt) == key(kAnna, 2));
  REQUIRE(views.meant(kAnna, std::nullopt) == key(kAnna, 2));
  REQUIRE(views.meant(kBert, std::nullopt) == key(kBert, 3));
  REQUIRE(views.meant(std::nullopt, ScreenId{1}) == key(kAnna, 1));
  REQUIRE(views.meant(kBert, ScreenId{9}) == key(kBert, 9));
}

TEST_CASE("where screens lie is known before and after they come, until their presenter ends") {
  Views views;
  views.place({kAnna, {{ScreenId{0}, {-800, 0}, false}, {ScreenId{1}, {0, 0}, true}}});
  shows(views, kAnna, 0);
  REQUIRE(views.place_of(key(kAnna, 0)).corner == Point{-800, 0});
  REQUIRE(views.place_of(key(kAnna, 1)).primary);
  views.place({kAnna, {{ScreenId{1}, {5, 0}, true}}});
  REQUIRE(views.place_of(key(kAnna, 0)).corner == Point{0, 0});
  views.drop(kAnna);
  REQUIRE_FALSE(views.place_of(key(kAnna, 1)).primary);
}

}  // namespace lotse::program
