// What a helper asks of the person at another computer. docs/protocol/support.md
#include <catch2/catch.hpp>

#include "session/system_info_message.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"
#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

constexpr ParticipantId kAnna{0}, kBernd{1};

SystemInfo sample() {
  SystemInfo info;
  info.program = "Lotse 1";
  info.os = "Größe 12";
  info.host = "werkstatt";
  info.administrator = true;
  info.cores = 8;
  info.memory = 1ull << 40;
  info.memory_free = 1 << 20;
  info.uptime_s = 100000;
  info.folders = {{"home", "/home/bernd"}};
  info.monitors = {{"DP-1", {-1920, 0, 1920, 1080}, true}};
  info.addresses = {{"eth0", "192.0.2.7"}, {"eth0", "2001:db8::7"}};
  info.disks = {{"/", "ext4", 1ull << 41, 1ull << 40}};
  return info;
}

/// Anna presents, Bernd views; Anna leads.
struct Helped : Pair {
  Helped() = default;
  explicit Helped(Mode mode) : Pair(mode) {}

  Session::Refusal ask(Station& by, ParticipantId whose) { return by.session().ask_system_info(whose, world.now); }
  std::uint64_t asked(Station& at, Consent what, std::size_t count = 1) {
    std::vector<ConsentRequest> all;
    world.until([&] {
      all.clear();
      for (const auto& request : at.all<ConsentRequest>())
        if (request.what == what) all.push_back(request);
      return all.size() >= count;
    });
    REQUIRE(all.size() == count);
    return all.back().request;
  }
  void answer(Station& at, std::uint64_t request, bool allow, Duration span = {}) {
    REQUIRE_FALSE(at.session().answer_consent(request, allow, span, world.now));
  }
  void collect(Station& at, const SystemInfo& info = sample()) {
    REQUIRE(world.until([&] { return !at.system_info_wanted.empty(); }));
    at.session().tell_system_info(at.system_info_wanted.back(), info, world.now);
    at.system_info_wanted.clear();
  }
  SystemInfoTold told(Station& at, std::size_t count = 1) {
    REQUIRE(world.until([&] { return at.all<SystemInfoTold>().size() >= count; }));
    return at.all<SystemInfoTold>().back();
  }
  void let_guest_control() {
    REQUIRE_FALSE(master.session().grant(kBernd, Right::control, {}, world.now));
    REQUIRE(world.until([&] { return guest.saw<Granted>(); }));
  }
  /// Past the checks of the one who asks.
  void say(Station& by, ParticipantId to, const wire::pb::Message& message) {
    REQUIRE(const_cast<Core&>(*by.session().core()).tell(to, message));
    world.run(300ms);
  }
  wire::pb::Message raw_ask(std::uint32_t what, bool on = true, std::uint32_t question = 7) {
    wire::pb::Message message;
    message.mutable_support_ask()->set_question(question);
    message.mutable_support_ask()->set_what(what);
    message.mutable_support_ask()->set_on(on);
    return message;
  }
  void lock() {
    let_guest_control();
    REQUIRE_FALSE(guest.session().lock_input(kAnna, true, world.now));
    const std::uint64_t request = asked(master, Consent::input_lock);
    master.session().on_local_input(world.now);  // the hand that allows it
    answer(master, request, true);
    master.session().poll(world.now);
    REQUIRE(world.until([&] { return guest.saw<InputLockChanged>(); }));
    REQUIRE(master.input_held);
  }
  /// How it ended, as both were told.
  std::string ended() {
    REQUIRE(world.until([&] { return guest.all<InputLockChanged>().size() == 2; }));
    const InputLockChanged here = master.all<InputLockChanged>().back(), there = guest.all<InputLockChanged>().back();
    CHECK_FALSE(master.input_held);
    CHECK_FALSE(here.on);
    CHECK_FALSE(there.on);
    CHECK(here.presenter == kAnna);
    CHECK(here.by == kBernd);
    CHECK(there.presenter == kAnna);
    CHECK(here.why == there.why);
    return here.why;
  }
};

}  // namespace

TEST_CASE("the moderator learns of a computer what its person allows, asked anew each time") {
  Helped h(Mode::control);
  REQUIRE_FALSE(h.ask(h.master, kBernd));
  std::uint64_t request = h.asked(h.guest, Consent::system_info);
  CHECK(h.guest.all<ConsentRequest>().back().from == kAnna);
  h.world.run(5s);
  CHECK(h.guest.system_info_wanted.empty());  // nothing is looked at before
  h.answer(h.guest, request, true);
  h.collect(h.guest);
  SystemInfoTold told = h.told(h.master);
  CHECK(told.participant == kBernd);
  REQUIRE(told.info);
  CHECK(*told.info == sample());

  REQUIRE_FALSE(h.ask(h.master, kBernd));
  h.answer(h.guest, h.asked(h.guest, Consent::system_info, 2), false);
  told = h.told(h.master, 2);
  CHECK_FALSE(told.info);
  CHECK(told.why == "refused");
  CHECK(h.guest.system_info_wanted.empty());
}

TEST_CASE("what is allowed for a time is not asked for again within it") {
  Helped h(Mode::control);
  REQUIRE_FALSE(h.ask(h.master, kBernd));
  h.answer(h.guest, h.asked(h.guest, Consent::system_info), true, 10min);
  h.collect(h.guest);
  h.told(h.master);
  h.world.run(9min);
  REQUIRE_FALSE(h.ask(h.master, kBernd));
  h.collect(h.guest);
  CHECK(h.told(h.master, 2).info);
  CHECK(h.guest.all<ConsentRequest>().size() == 2);  // one of them to share
  h.world.run(2min);
  REQUIRE_FALSE(h.ask(h.master, kBernd));
  h.asked(h.guest, Consent::system_info, 2);
}

TEST_CASE("a viewer may ask while it controls, and not a moment longer") {
  Helped h;
  CHECK(h.ask(h.guest, kAnna) == ErrorCode::not_allowed);
  h.say(h.guest, kAnna, h.raw_ask(1));
  CHECK_FALSE(h.master.saw<ConsentRequest>());
  h.let_guest_control();
  REQUIRE_FALSE(h.ask(h.guest, kAnna));
  std::uint64_t request = h.asked(h.master, Consent::system_info);
  SECTION("to the end") {
    h.answer(h.master, request, true);
    h.collect(h.master);
    CHECK(h.told(h.guest).info);
  }
  SECTION("control ends before the answer") {
    REQUIRE_FALSE(h.master.session().revoke(kBernd, Right::control, h.world.now));
    h.answer(h.master, request, true);
    CHECK(h.told(h.guest).why == "not_entitled");
    CHECK(h.master.system_info_wanted.empty());
  }
  SECTION("control ends while it is collected") {
    h.answer(h.master, request, true);
    REQUIRE_FALSE(h.master.session().revoke(kBernd, Right::control, h.world.now));
    h.collect(h.master);
    CHECK(h.told(h.guest).why == "not_entitled");
  }
  SECTION("what was allowed for a time ends with it") {
    h.answer(h.master, request, true, 10min);
    h.collect(h.master);
    REQUIRE_FALSE(h.master.session().revoke(kBernd, Right::control, h.world.now));
    h.say(h.guest, kAnna, h.raw_ask(1));
    CHECK(h.master.system_info_wanted.empty());
  }
}

TEST_CASE("who asks again and again asks in the place of the question before, and five times a minute at most") {
  Helped h(Mode::control);
  for (std::size_t i = 0; i < wire::kSupportAsksPerMinute; ++i) {
    REQUIRE_FALSE(h.ask(h.master, kBernd));
    h.asked(h.guest, Consent::system_info, i + 1);
  }
  CHECK(h.guest.all<ConsentGone>().size() == wire::kSupportAsksPerMinute - 1);
  REQUIRE_FALSE(h.ask(h.master, kBernd));
  CHECK(h.told(h.master).why == "too_often");
  h.world.run(61s);
  REQUIRE_FALSE(h.ask(h.master, kBernd));
  h.answer(h.guest, h.asked(h.guest, Consent::system_info, wire::kSupportAsksPerMinute + 1), true);
  h.collect(h.guest);
  CHECK(h.told(h.master, 2).info);
}

TEST_CASE("an answer that nobody asked for, of another question or beyond the limits is not told") {
  Helped h(Mode::control);
  auto answer = [&](std::uint32_t question) {
    wire::pb::Message message;
    message.mutable_support_answer()->set_question(question);
    message.mutable_support_answer()->set_what(1);
    message.mutable_support_answer()->set_allowed(true);
    write_system_info(sample(), *message.mutable_support_answer()->mutable_info());
    return message;
  };
  h.say(h.guest, kAnna, answer(1));
  REQUIRE_FALSE(h.ask(h.master, kBernd));
  h.say(h.guest, kAnna, answer(2));
  CHECK_FALSE(h.master.saw<SystemInfoTold>());
  wire::pb::Message hostile = answer(1);
  wire::pb::SystemInfo& info = *hostile.mutable_support_answer()->mutable_info();
  SECTION("a long text") { info.set_host(std::string(wire::kMaxSystemText + 1, 'x')); }
  SECTION("a long text in a list") { info.mutable_disks(0)->set_mount(std::string(wire::kMaxSystemText + 1, 'x')); }
  SECTION("many entries") {
    while (info.addresses_size() <= static_cast<int>(wire::kMaxSystemEntries)) info.add_addresses();
  }
  h.say(h.guest, kAnna, hostile);
  CHECK_FALSE(h.told(h.master).info);
  CHECK(h.told(h.master).why == "malformed");
}

TEST_CASE("facts are of one line each, and numbers agree with each other, whatever a peer says") {
  wire::pb::SystemInfo in;
  in.set_os("two\nlines\x1b[2J\xE2\x80\xAE");
  in.set_memory(5);
  in.set_memory_free(6);
  auto* monitor = in.add_monitors();
  monitor->set_width(0xFFFFFFFF);
  monitor->set_x(INT32_MIN);
  in.add_disks()->set_free(1);
  auto info = read_system_info(in);
  REQUIRE(info);
  CHECK(info->os == "two lines[2J");
  CHECK(info->memory_free == 5);
  CHECK(info->monitors[0].area.width == 1 << 20);
  CHECK(info->monitors[0].area.x == -(1 << 20));
  CHECK(info->disks[0].free == 0);
  // What this side says is cut instead.
  SystemInfo large = sample();
  large.host = std::string(1000, 'x');
  large.disks.resize(100);
  wire::pb::SystemInfo out;
  write_system_info(large, out);
  info = read_system_info(out);
  REQUIRE(info);
  CHECK(info->host.size() == wire::kMaxSystemText);
  CHECK(info->disks.size() == wire::kMaxSystemEntries);
}

TEST_CASE("whoever asked learns that there will be no answer") {
  Helped h(Mode::control);
  REQUIRE_FALSE(h.ask(h.master, kBernd));
  h.asked(h.guest, Consent::system_info);
  SECTION("the other one is gone") {
    h.guest.kill();
    CHECK(h.told(h.master).why == "left");
  }
  SECTION("the own connection is") {
    h.master.cut(1s);
    CHECK(h.told(h.master).why == "lost");
    // And the question is gone there.
    CHECK(h.world.until([&] { return h.guest.saw<ConsentGone>(); }, 30s));
  }
}

TEST_CASE("a controller locks the presenter's own input, which then does not hold up what the controller does") {
  Helped h;
  CHECK(h.guest.session().lock_input(kAnna, true, h.world.now) == ErrorCode::not_allowed);
  h.say(h.guest, kAnna, h.raw_ask(2));
  CHECK_FALSE(h.master.saw<ConsentRequest>());
  h.lock();
  CHECK(h.master.all<InputLockChanged>().back().by == kBernd);
  CHECK(h.guest.all<InputLockChanged>().back().on);
  InputEvent text;
  text.kind = InputEvent::Kind::text;
  text.text = "a";
  auto types = [&] {
    const std::size_t before = h.master.injected.size();
    h.master.session().on_local_input(h.world.now);
    h.guest.session().input(std::nullopt, text, h.world.now);
    h.world.run(100ms);
    return std::any_of(h.master.injected.begin() + static_cast<std::ptrdiff_t>(before), h.master.injected.end(),
                       [](const InputEvent& e) { return e.kind == InputEvent::Kind::text; });
  };
  CHECK(types());
  REQUIRE_FALSE(h.guest.session().lock_input(kAnna, false, h.world.now));
  CHECK(h.ended() == "released");
  CHECK_FALSE(types());
  CHECK(h.guest.session().lock_input(kAnna, false, h.world.now) == ErrorCode::not_allowed);
}

TEST_CASE("a person who refuses keeps keyboard and mouse") {
  Helped h;
  h.let_guest_control();
  REQUIRE_FALSE(h.guest.session().lock_input(kAnna, true, h.world.now));
  h.answer(h.master, h.asked(h.master, Consent::input_lock), false);
  REQUIRE(h.world.until([&] { return h.guest.saw<InputLockChanged>(); }));
  CHECK(h.guest.all<InputLockChanged>().back().why == "refused");
  CHECK_FALSE(h.master.saw<InputLockChanged>());
  CHECK_FALSE(h.master.input_held);
}

TEST_CASE("the lock ends with whatever it rests on, and by itself") {
  Helped h;
  h.lock();
  SECTION("the panic key") {
    h.master.session().stop_control(h.world.now);
    h.master.session().poll(h.world.now);
    CHECK(h.ended() == "control_ended");
  }
  SECTION("control is taken back") {
    h.master.session().revoke(kBernd, Right::control, h.world.now);
    h.master.session().poll(h.world.now);
    CHECK(h.ended() == "control_ended");
  }
  SECTION("the share ends") {
    h.master.session().end_share(h.world.now);
    h.master.session().poll(h.world.now);
    CHECK(h.ended() == "control_ended");
  }
  SECTION("its time") {
    h.world.run(wire::kInputLockLife - 1s);
    CHECK(h.master.input_held);
    CHECK(h.ended() == "time");
  }
  SECTION("the system does not do it") {
    h.master.session().input_not_held(h.world.now);
    CHECK(h.ended() == "unavailable");
  }
  SECTION("the controller is gone") {
    h.guest.kill();
    CHECK(h.world.until([&] { return !h.master.input_held; }, 30s));
  }
  SECTION("the own connection is") {
    h.master.cut(1s);
    CHECK(h.world.until([&] { return !h.master.input_held; }, 1s));
  }
  SECTION("the session is") {
    h.master.session().leave(h.world.now);
    CHECK_FALSE(h.master.input_held);
  }
}
