// What was said, kept and written down.
#include <catch2/catch.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "program/chat_history.h"

using namespace lotse::program;
using nlohmann::json;

namespace {

SaidLine line(std::vector<SaidLine::Person> to, std::string text) {
  return {{1, "Anna"}, std::move(to), std::move(text), 1'000'000'000};
}

}  // namespace

TEST_CASE("a line says to whom it is, and what an answer is to") {
  const SaidLine all = line({}, "a"), one = line({{2, "Bernd"}}, "b"), group = line({{4, "Dora"}, {2, "Bernd"}}, "c");
  CHECK(line_json(all, 2)["to"] == "all");
  CHECK(line_json(all, 2)["conversation"] == "all");
  CHECK(line_json(one, 2)["to"] == 2);
  CHECK(line_json(one, 2)["conversation"] == 1);
  CHECK(line_json(one, 1)["conversation"] == 2);  // one's own
  CHECK(line_json(group, 2)["to"] == json({4, 2}));
  CHECK(line_json(group, 2)["conversation"] == json({1, 4}));
  CHECK(line_json(group, 1)["conversation"] == json({2, 4}));
}

TEST_CASE("the oldest lines go when there are too many, or they are too long") {
  ChatHistory history;
  for (std::size_t i = 0; i < ChatHistory::kMostLines + 5; ++i) history.add(line({}, std::to_string(i)));
  CHECK(history.lines().size() == ChatHistory::kMostLines);
  CHECK(history.lines().front().text == "5");
  for (int i = 0; i < 1000; ++i) history.add(line({}, std::string(16 << 10, 'x')));
  CHECK(history.lines().size() < ChatHistory::kMostBytes / (16 << 10));
  CHECK(history.lines().size() > ChatHistory::kMostBytes / (17 << 10));
  history.clear();
  for (int i = 0; i < 1000; ++i)
    history.add(line(std::vector<SaidLine::Person>(99, {2, std::string(64, 'n')}), "x"));  // names count, too
  CHECK(history.lines().size() < 700);
}

TEST_CASE("nothing that is said looks like another line of the file") {
  ChatHistory history;
  history.add(line({{2, "Be\trnd"}}, "one\n2001-09-09 01:46:40 +0000\tBernd (2)\tall\tforged"));
  history.add(line({}, "two"));
  const std::string text = history.to_text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
  CHECK(std::count(text.begin(), text.end(), '\t') == 6);
  CHECK(text.find("\tAnna (1)\tBe rnd (2)\tone 2001-09-09") != text.npos);
  CHECK(text.find("\tAnna (1)\tall\ttwo\n") != text.npos);
}

TEST_CASE("a line is dated by its sender, unless that clock is far off") {
  CHECK(time_of_line(1000, 2000) == 1000);
  CHECK(time_of_line(2500, 2000) == 2500);
  CHECK(time_of_line(0, 2000) == 2000);
  CHECK(time_of_line(1'000'000, 2000) == 2000);
  CHECK(time_of_line(UINT64_MAX, 2000) == 2000);
}
