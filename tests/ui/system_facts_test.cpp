#include "ui/system_facts.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/ui/scenes.h"
#include "ui/model.h"
#include "ui/texts.h"

using namespace lotse::ui;
using nlohmann::json;

namespace {

Model asking() {
  Model model;
  model.sent({{"do", "sysinfo"}, {"participant", 2}}, 0);
  return model;
}
json told(json info, int of = 2) { return {{"event", "sysinfo"}, {"participant", of}, {"info", std::move(info)}}; }

std::string value(const std::vector<FactGroup>& groups, const std::string& title, const std::string& name) {
  for (const auto& group : groups)
    for (const auto& row : group.rows)
      if (group.title == title && row.first == name) return row.second;
  return "none";
}

}  // namespace

TEST_CASE("the facts of a computer are put into groups, in words") {
  use_language("en");
  Model model = asking();
  CHECK(model.facts.waiting);
  model.fold(told(test::sample_facts()), 0);
  CHECK_FALSE(model.facts.waiting);
  REQUIRE(model.facts.info);
  const auto groups = fact_groups(*model.facts.info);
  CHECK(value(groups, "System", "User") == "anna · no administrator");
  CHECK(value(groups, "System", "Running for") == "3 days, 4:04 h");
  CHECK(value(groups, "Hardware", "Memory") == "8.2 GB free of 16.7 GB");
  CHECK(value(groups, "Disks", "/") == "81.4 GB free of 245 GB · ext4");
  CHECK(value(groups, "Screen", "DP-1") == "1920 × 1080 · main monitor");
  CHECK(value(groups, "Screen", "HDMI-1") == "1280 × 1024 · at 1920, 0");
  CHECK(value(groups, "Network", "Seen by the relay") == "203.0.113.77");
  CHECK(value(groups, "Folders", "Desktop folder") == "/home/anna/Schreibtisch");
  const std::string text = facts_text(groups);
  CHECK(text.starts_with("System\n  Operating system: Debian GNU/Linux 12 (bookworm)\n"));
  CHECK(text.find("\n\nHardware\n  Processor: Intel") != std::string::npos);
}

TEST_CASE("what is not known leaves no row, and no empty group") {
  Model model = asking();
  model.fold(told(json{{"os", "Debian"}}), 0);
  const auto groups = fact_groups(*model.facts.info);
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].rows.size() == 1);
}

TEST_CASE("an answer of somebody else, or malformed, changes nothing that is shown") {
  Model model = asking();
  model.fold(told(test::sample_facts(), 3), 0);
  CHECK(model.facts.waiting);
  model.fold(told(json::array()), 0);
  CHECK_FALSE(model.facts.info);
  json wild{{"os", 7},
            {"cores", -1},
            {"memory", 1e300},
            {"folders", json::array()},
            {"disks", "no"},
            {"uptime_s", 1e17},
            {"monitors", {1, {{"w", "x"}}}}};
  for (int i = 0; i < 100; ++i) wild["addresses"].push_back({{"interface", "e"}, {"address", std::string(9999, 'x')}});
  model.fold(told(wild), 0);
  REQUIRE(model.facts.info);
  CHECK(model.facts.info->addresses.size() == 64);
  CHECK(model.facts.info->addresses[0].address.size() == 256);
  CHECK(model.facts.info->memory == 0);
  CHECK_FALSE(facts_text(fact_groups(*model.facts.info)).empty());
}

TEST_CASE("another member's facts are not shown under this one's name") {
  Model model = asking();
  model.fold(told(test::sample_facts()), 0);
  model.sent({{"do", "sysinfo"}, {"participant", 3}}, 0);
  CHECK_FALSE(model.facts.info);
  CHECK(model.facts.of == 3);
}
