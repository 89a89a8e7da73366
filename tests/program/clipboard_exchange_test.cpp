#include <catch2/catch.hpp>
#include <deque>

#include "crypto/running_hash.h"
#include "program/clipboard_exchange.h"

namespace lotse::program {
namespace {

using desktop::ClipboardContent;

constexpr ParticipantId kAnna{1}, kBernd{2}, kClara{3};

ClipboardContent text(std::string_view words) {
  return {std::string(desktop::kTextType), std::make_shared<const Bytes>(words.begin(), words.end())};
}

Bytes png(std::size_t size) {
  Bytes bytes(size, 7);
  const Bytes head{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  std::copy(head.begin(), head.end(), bytes.begin());
  return bytes;
}

/// Two members on one loop; what one says the other hears at once.
class Pair {
 public:
  Pair() {
    anna_.on_members({kBernd, kClara}, {kBernd, kClara});
    bernd_.on_members({kAnna, kClara}, {kAnna, kClara});
  }
  /// The loop runs until `done`; false: nothing happens any more for a second.
  bool run_until(const std::function<bool()>& done) {
    Instant quiet = net::Loop::now() + std::chrono::seconds(10);
    std::function<void()> look = [&] {
      if (done() || net::Loop::now() > quiet) return loop_.stop();
      loop_.post(look);
    };
    loop_.post(look);
    loop_.run();
    return done();
  }
  ClipboardExchange& anna() { return anna_; }
  /// What somebody who keeps to no rule says to Bernd.
  void say(wire::FileMessage message, ParticipantId from = kClara, bool may_send = true) {
    bernd_.on_message(from, std::move(message), may_send);
  }
  template <class Message>
  std::optional<Message> told(ParticipantId to) const {
    for (const auto& [whom, message] : by_bernd)
      if (auto* found = std::get_if<Message>(&message); found && whom == to) return *found;
    return std::nullopt;
  }
  bool allowed = true;
  std::deque<std::pair<ParticipantId, ClipboardContent>> came;
  std::deque<files::Transfer> changes;  // Anna's
  std::deque<std::pair<ParticipantId, wire::FileMessage>> by_bernd;

 private:
  net::Loop loop_;
  ClipboardExchange anna_{loop_,
                          {[this](ParticipantId to, const wire::FileMessage& message) {
                             if (to == kBernd)
                               loop_.post([this, message] { bernd_.on_message(kAnna, message, allowed); });
                             return true;
                           },
                           [](ParticipantId, const ClipboardContent&) {},
                           [this](const files::Transfer& transfer) { changes.push_back(transfer); }}};
  ClipboardExchange bernd_{loop_,
                           {[this](ParticipantId to, const wire::FileMessage& message) {
                              by_bernd.emplace_back(to, message);
                              if (to == kAnna) loop_.post([this, message] { anna_.on_message(kBernd, message, true); });
                              return true;
                            },
                            [this](ParticipantId from, ClipboardContent content) { came.emplace_back(from, content); },
                            [](const files::Transfer&) {}}};
};

wire::FileId id(std::uint8_t n) {
  wire::FileId id{};
  id[0] = n;
  return id;
}

}  // namespace

TEST_CASE("what was copied comes whole, the newest alone", "[clipboard]") {
  Pair pair;
  const auto image = std::make_shared<const Bytes>(png(5u << 20));
  REQUIRE(pair.anna().send({std::string(desktop::kPngType), image}, kBernd));
  REQUIRE(pair.anna().send(text("Grüße"), kBernd));
  REQUIRE(pair.run_until([&] { return !pair.came.empty(); }));
  CHECK(pair.came.front().first == kAnna);
  CHECK(pair.came.front().second.type == desktop::kTextType);
  CHECK(as_text(*pair.came.front().second.bytes) == "Grüße");

  REQUIRE(pair.anna().send({std::string(desktop::kPngType), image}, kBernd));
  REQUIRE(pair.run_until([&] { return pair.came.size() == 2; }));
  CHECK(*pair.came.back().second.bytes == *image);
  CHECK(pair.run_until([&] { return pair.changes.back().state == files::State::done; }));
}

TEST_CASE("who may not send is told so, and nothing comes", "[clipboard]") {
  Pair pair;
  pair.allowed = false;
  REQUIRE(pair.anna().send(text("no"), kBernd));
  REQUIRE(pair.run_until([&] { return !pair.changes.empty() && pair.changes.back().state == files::State::failed; }));
  CHECK(pair.changes.back().why == files::Why::not_allowed);
  CHECK(pair.came.empty());
}

TEST_CASE("more than the limit is neither sent nor taken", "[clipboard]") {
  Pair pair;
  CHECK_FALSE(pair.anna().send({std::string(desktop::kPngType), std::make_shared<Bytes>(ClipboardExchange::kMost + 1)},
                               kBernd));
  pair.say(wire::FileOffer{id(1), std::string(desktop::kTextType), ClipboardExchange::kMost + 1});
  REQUIRE(pair.run_until([&] { return pair.told<wire::FileCancel>(kClara).has_value(); }));
  pair.by_bernd.clear();
  pair.say(wire::FileOffer{id(2), "application/x-sh", 10});
  REQUIRE(pair.run_until([&] { return pair.told<wire::FileCancel>(kClara).has_value(); }));
  CHECK_FALSE(pair.told<wire::FileAnswer>(kClara));
}

TEST_CASE("of what many announce at once a bounded part is taken", "[clipboard]") {
  Pair pair;
  std::set<ParticipantId> members;
  for (std::uint16_t n = 10; n < 20; ++n) {
    const ParticipantId from{n};
    pair.say(
        wire::FileOffer{id(static_cast<std::uint8_t>(n)), std::string(desktop::kTextType), ClipboardExchange::kMost},
        from);
  }
  const auto taken = [&] {
    std::size_t count = 0;
    for (std::uint16_t n = 10; n < 20; ++n) count += pair.told<wire::FileAnswer>(ParticipantId{n}).has_value();
    return count;
  };
  const auto refused = [&] {
    std::size_t count = 0;
    for (std::uint16_t n = 10; n < 20; ++n) count += pair.told<wire::FileCancel>(ParticipantId{n}).has_value();
    return count;
  };
  REQUIRE(pair.run_until([&] { return taken() + refused() == 10; }));
  CHECK(taken() == ClipboardExchange::kMostInAll / ClipboardExchange::kMost);
}

TEST_CASE("a content that is not what was promised is dropped", "[clipboard]") {
  Pair pair;
  const Bytes bad{'n', 'o', ' ', 'p', 'n', 'g', ' ', 'a', 't', ' ', 'a', 'l', 'l'};
  auto send = [&](std::uint8_t n, const std::string& type, const Bytes& bytes, bool right) {
    pair.by_bernd.clear();
    pair.say(wire::FileOffer{id(n), type, bytes.size()});
    REQUIRE(pair.run_until([&] { return pair.told<wire::FileAnswer>(kClara).has_value(); }));
    pair.say(wire::FileChunk{id(n), 0, bytes});
    REQUIRE(pair.run_until([&] { return pair.told<wire::FileTaken>(kClara).has_value(); }));
    crypto::RunningHash hash;
    hash.add(bytes);
    auto sha256 = hash.finish();
    if (!right) sha256[5] ^= 1;
    pair.say(wire::FileEnd{id(n), sha256});
    REQUIRE(pair.run_until([&] { return pair.told<wire::FileResult>(kClara).has_value(); }));
    return pair.told<wire::FileResult>(kClara)->whole;
  };
  CHECK_FALSE(send(1, std::string(desktop::kTextType), {'a', 'b', 'c'}, false));
  CHECK(send(2, std::string(desktop::kPngType), bad, true));
  CHECK(pair.came.empty());
  CHECK(send(3, std::string(desktop::kTextType), {'a', 0, 0x1B, '[', 'b', 0xff}, true));
  REQUIRE(pair.came.size() == 1);
  CHECK(as_text(*pair.came[0].second.bytes) == "a[b\xEF\xBF\xBD");  // nothing that a terminal would obey
}

}  // namespace lotse::program
