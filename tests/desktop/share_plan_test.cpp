#include "desktop/share_plan.h"

#include <catch2/catch.hpp>

namespace lotse::desktop {
namespace {

using Kind = ShareChoice::Kind;
constexpr Size kDesktop{2000, 1000};
const Monitor kLeft{"left", {0, 0, 1000, 1000}, false}, kRight{"right", {1000, 0, 1000, 800}, true};

SharePlan plan_of(Kind kind, const std::vector<Monitor>& monitors) {
  SharePlan plan({.kind = kind, .monitor = "right", .area = {10, 20, 100, 50}});
  plan.update(kDesktop, monitors);
  return plan;
}

}  // namespace

TEST_CASE("one monitor, or none that is known, is the whole desktop") {
  for (const auto& monitors : {std::vector<Monitor>{}, {kLeft}, {kLeft, kLeft}}) {
    auto plan = plan_of(Kind::monitors, monitors);
    REQUIRE(plan.screens() == std::vector<SharedMonitor>{{ScreenId{0}, {"Screen", {0, 0, 2000, 1000}, true}}});
  }
}

TEST_CASE("a monitor keeps its number, and a new one takes the lowest that is free") {
  SharePlan plan({});
  plan.update(kDesktop, {kLeft, kRight});
  REQUIRE(plan.screens()[0].monitor == kRight);  // the primary one comes first
  REQUIRE(plan.screens()[1].monitor == kLeft);
  Monitor third{"third", {1000, 800, 200, 200}, false};
  plan.update(kDesktop, {kLeft, third});
  REQUIRE(plan.screens()[0].monitor == third);
  REQUIRE(plan.screens()[1].monitor == kLeft);
  plan.update(kDesktop, {third, kRight, kLeft});
  REQUIRE(plan.screens()[0].monitor == third);
  REQUIRE(plan.screens()[2].monitor == kRight);
}

TEST_CASE("a chosen monitor or area is one screen, cut at the desktop's edge, and gone when nothing of it is left") {
  REQUIRE(plan_of(Kind::monitor, {kLeft, kRight}).screens()[0].monitor == kRight);
  REQUIRE(plan_of(Kind::monitor, {kLeft}).screens().empty());
  REQUIRE(plan_of(Kind::desktop, {kLeft, kRight}).screens()[0].monitor.area == Rect{0, 0, 2000, 1000});
  SharePlan plan({.kind = Kind::area, .monitor = {}, .area = {10, 20, 100, 50}});
  plan.update({60, 1000}, {});
  REQUIRE(plan.screens()[0].monitor.area == Rect{10, 20, 50, 50});
  plan.update({10, 1000}, {});
  REQUIRE(plan.screens().empty());
}

TEST_CASE("no more monitors are shared than a presenter may have screens") {
  std::vector<Monitor> many;
  for (int i = 0; i < 40; ++i) many.push_back({std::to_string(i), {i * 10, 0, 10, 10}, false});
  REQUIRE(plan_of(Kind::monitors, many).screens().size() == SharePlan::kMost);
}

TEST_CASE("a point of a screen lies on the desktop inside of that screen") {
  auto screens = plan_of(Kind::monitors, {kLeft, kRight}).screens();
  REQUIRE(on_desktop(screens, ScreenId{0}, {10, 20}) == Point{1010, 20});
  REQUIRE(on_desktop(screens, ScreenId{0}, {5000, -3}) == Point{1999, 0});
  REQUIRE(on_desktop(screens, ScreenId{1}, {-2147483647, 2147483647}) == Point{0, 999});
  REQUIRE_FALSE(on_desktop(screens, ScreenId{7}, {0, 0}));
}

}  // namespace lotse::desktop
