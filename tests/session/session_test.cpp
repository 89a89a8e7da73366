#include <catch2/catch.hpp>

#include "base/text.h"
#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

TEST_CASE("a participant joins by number and code and sees the screen bit by bit") {
  Pair p;
  CHECK(p.guest.sees(p.master));
  CHECK(p.guest.saw<PictureComplete>());
  CHECK(p.guest.session().stage() == Stage::live);
  CHECK(p.guest.all<RosterChanged>().back().roster.members.size() == 2);
  CHECK(p.master.all<Joined>().front().name == "Bernd");
}

TEST_CASE("what changes on the screen arrives, lossy at first and exact when it rests") {
  Pair p;
  std::mt19937 random(1);
  for (int i = 0; i < 20; ++i) {
    p.master.draw(random);
    p.world.run(20ms);
  }
  CHECK(p.world.until([&] { return p.guest.exact && p.guest.sees(p.master); }, 3s));
}

TEST_CASE("a picture whose slots a relay withholds is not called exact, and is repaired when they come") {
  Pair p;
  p.world.lets_through = [](const Station&, ByteView frame) {
    return frame[0] != wire::kPacketFrame || frame[2] != static_cast<std::uint8_t>(wire::PacketKind::key);
  };
  p.master.fill({0, 0, 40, 40}, 0x123456);
  REQUIRE(p.world.until([&] { return !p.guest.all<ExactChanged>().back().exact; }));
  CHECK_FALSE(p.guest.sees(p.master));
  p.world.lets_through = nullptr;
  CHECK(p.world.until([&] { return p.guest.exact && p.guest.sees(p.master); }));
}

TEST_CASE("a screen whose beginning is lost is asked for by the manifests that tell of it") {
  Pair p;
  bool withholds = true;
  std::size_t asked = 0;
  p.world.lets_through = [&](const Station& to, ByteView frame) {
    auto packet = frame[0] == wire::kPacketFrame ? wire::parse_packet(frame.subspan(1)) : std::nullopt;
    if (&to != &p.guest || !packet || packet->header.kind == wire::PacketKind::message) return true;
    bool manifest = packet->header.kind == wire::PacketKind::state && packet->header.picture.slot == SlotId{3};
    return packet->header.picture.screen == ScreenId{0} || manifest || !withholds;
  };
  p.world.eavesdrop = [&](ByteView frame) { asked += frame[0] == wire::kKeyRequestFrame; };
  p.master.set_monitors(1, {130, 70});
  p.world.run(800ms);
  CHECK(asked == 0);  // it may be on its way
  withholds = false;
  CHECK(p.world.until([&] { return p.guest.sees(p.master, 1); }, 4s));
  CHECK(asked > 0);
}

TEST_CASE("a static screen sends no pictures, only that it is still the same") {
  Pair p;
  p.world.run(8s);
  std::size_t before = p.master.picture_frames_sent, manifests = p.master.manifests_sent, bytes = p.master.bytes_sent;
  p.world.run(60s);
  CHECK(p.master.picture_frames_sent == before);
  CHECK(p.master.manifests_sent == manifests + 60);
  CHECK(p.master.bytes_sent - bytes < 60 * 220);  // with the keepalive
}

TEST_CASE("a wrong code lets nobody in and says so") {
  Pair p;
  Station& stranger = p.world.station("Eve");
  stranger.join(p.number(), p.code() == "111111" ? "222222" : "111111");
  REQUIRE(p.world.until([&] { return stranger.saw<Ended>(); }));
  CHECK(stranger.all<Ended>().front().error == ErrorCode::bad_password);
  CHECK(p.master.all<Joined>().size() == 1);
  CHECK(stranger.shows == 0);
}

TEST_CASE("after five wrong codes the right one leads to the lobby, a link still in, and a new code ends that") {
  Pair p;
  for (int i = 0; i < 5; ++i) {
    Station& stranger = p.world.station("Eve");
    stranger.join(p.number(), p.code() == "111111" ? "222222" : "111111");
    REQUIRE(p.world.until([&] { return stranger.saw<Ended>(); }));
    p.world.run(1s);
  }
  Station& friendly = p.world.station("Clara");
  friendly.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return p.master.saw<InLobby>(); }));
  CHECK(p.master.all<Joined>().size() == 1);
  Station& linked = p.world.station("Dora");
  linked.join_link(p.number(), p.master.all<SessionNumber>().front().link_secret);
  REQUIRE(p.world.until([&] { return p.master.all<Joined>().size() == 2; }));
  CHECK_FALSE(p.master.session().new_code(p.world.now));
  Station& late = p.world.station("Emil");
  late.join(p.number(), p.master.all<NewCode>().back().code);
  CHECK(p.world.until([&] { return p.master.all<Joined>().size() == 3; }));
}

TEST_CASE("without a code everybody waits in the lobby under the same words as the master sees") {
  World world;
  Station& master = world.station("Anna");
  MasterOptions options;
  options.code = MasterOptions::Code::none;
  master.host(options);
  REQUIRE(world.until([&] { return master.saw<SessionNumber>(); }));
  CHECK(master.all<SessionNumber>().front().code.empty());
  Station& guest = world.station("Bernd");
  guest.join_without_code(master.all<SessionNumber>().front().number);
  REQUIRE(world.until([&] { return master.saw<InLobby>() && guest.session().stage() == Stage::lobby; }));
  InLobby waiting = master.all<InLobby>().front();
  CHECK(waiting.sas == guest.all<OwnSas>().front().words);
  world.run(5s);
  CHECK_FALSE(master.saw<Joined>());
  SECTION("admitted") {
    CHECK_FALSE(master.session().admit(waiting.participant, true, world.now));
    CHECK(world.until([&] { return master.saw<Joined>(); }));
  }
  SECTION("refused") {
    CHECK_FALSE(master.session().admit(waiting.participant, false, world.now));
    REQUIRE(world.until([&] { return guest.saw<Ended>(); }));
    CHECK(guest.all<Ended>().front().error == ErrorCode::lobby_refused);
  }
}

TEST_CASE("a link whose fingerprint names another master is refused by the participant") {
  Pair p;
  std::string secret = p.master.all<SessionNumber>().front().link_secret;
  secret.back() = secret.back() == 'a' ? 'b' : 'a';
  Station& guest = p.world.station("Clara");
  guest.join_link(p.number(), secret);
  REQUIRE(p.world.until([&] { return guest.saw<Ended>(); }));
  CHECK(guest.all<Ended>().front().error == ErrorCode::bad_password);
}

TEST_CASE("an unknown number ends with one clear word") {
  World world;
  Station& guest = world.station("Bernd");
  guest.join("123456789", "111111");
  REQUIRE(world.until([&] { return guest.saw<Ended>(); }));
  CHECK(guest.all<Ended>().front().error == ErrorCode::no_session);
}

TEST_CASE("a late joiner gets the whole picture") {
  Pair p;
  std::mt19937 random(2);
  for (int i = 0; i < 5; ++i) p.master.draw(random), p.world.run(30ms);
  p.world.run(2s);
  Station& late = p.world.station("Clara");
  SECTION("in a new epoch, sealed again") { p.world.run(20s); }
  SECTION("in the epoch of the last joiner, from the relay alone") {
    Station& before = p.world.station("Dora");
    p.world.run(20s);
    before.join(p.number(), p.code());
    REQUIRE(p.world.until([&] { return before.exact; }));
    p.world.run(1s);
    std::size_t sent = p.master.picture_frames_sent;
    late.join(p.number(), p.code());
    REQUIRE(p.world.until([&] { return late.exact; }));
    CHECK(late.sees(p.master));
    CHECK(p.master.picture_frames_sent - sent < 8);
    return;
  }
  late.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return late.exact; }));
  CHECK(late.sees(p.master));
}

TEST_CASE("chat reaches all, or only the one it is for, in any script") {
  Pair p;
  Station& clara = p.world.station("Clara");
  clara.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return clara.session().stage() == Stage::live; }));
  std::string text = "Grüße, Łódź, Ελλάδα, \xF0\x9F\x98\x80";
  CHECK_FALSE(p.guest.session().chat(text, std::nullopt, p.world.now));
  REQUIRE(p.world.until([&] { return p.master.saw<ChatLine>() && clara.saw<ChatLine>(); }));
  CHECK(clara.all<ChatLine>().front().text == text);
  CHECK(clara.all<ChatLine>().front().from == ParticipantId{1});
  CHECK_FALSE(clara.session().chat("nur du", std::vector{ParticipantId{1}}, p.world.now));
  REQUIRE(p.world.until([&] { return p.guest.all<ChatLine>().size() == 2; }));
  p.world.run(1s);
  CHECK(p.master.all<ChatLine>().size() == 1);
  CHECK(p.guest.session().chat("x", std::vector{ParticipantId{9}}, p.world.now) == ErrorCode::no_such_member);
  CHECK(p.guest.session().chat(std::string(20000, 'x'), std::nullopt, p.world.now) == ErrorCode::too_large);
}

TEST_CASE("the relay sees neither names nor texts nor pixels, and equal slots never look equal") {
  World world;
  std::vector<Bytes> seen;
  world.eavesdrop = [&](ByteView frame) { seen.emplace_back(frame.begin(), frame.end()); };
  Station& master = world.station("Aurelia-Mastername");
  master.host({});
  REQUIRE(world.until([&] { return master.saw<SessionNumber>(); }));
  master.fill({0, 0, 200, 150}, 0x123456);
  master.share();
  Station& guest = world.station("Balthasar-Guestname");
  guest.join(master.all<SessionNumber>().front().number, master.all<SessionNumber>().front().code);
  REQUIRE(world.until([&] { return guest.exact; }));
  CHECK_FALSE(guest.session().chat("Geheimnisvoller Satz", std::nullopt, world.now));
  REQUIRE(world.until([&] { return master.saw<ChatLine>(); }));
  std::string all;
  std::set<std::string> sealed;
  std::size_t packets = 0;
  for (const Bytes& frame : seen) {
    all += as_text(frame);
    if (frame[0] != wire::kPacketFrame) continue;
    ++packets;
    sealed.emplace(as_text(ByteView(frame).last(16)));
  }
  REQUIRE(packets > 10);
  CHECK(sealed.size() == packets);
  for (const char* secret : {"Aurelia", "Balthasar", "Geheimnisvoller"}) {
    CHECK(all.find(secret) == std::string::npos);
    std::string wide;
    for (const char* c = secret; *c; ++c) wide += *c, wide += '\0';
    CHECK(all.find(wide) == std::string::npos);
  }
  CHECK(all.find("\x56\x34\x12\x56\x34\x12") == std::string::npos);
  CHECK(all.find(master.all<SessionNumber>().front().code) == std::string::npos);
}

TEST_CASE("who is kicked is out at once and cannot read what follows") {
  Pair p;
  Station& clara = p.world.station("Clara");
  clara.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return clara.exact; }));
  Epoch before = p.master.session().core()->envelope.newest_epoch();
  CHECK_FALSE(p.master.session().kick(ParticipantId{1}, "Feierabend", p.world.now));
  CHECK(p.master.session().core()->envelope.newest_epoch() > before);
  REQUIRE(p.world.until([&] { return p.guest.saw<Ended>(); }));
  CHECK(p.guest.all<Ended>().front().error == ErrorCode::kicked);
  std::size_t shown = p.guest.shows;
  p.master.fill({10, 10, 50, 50}, 0xFF0000);
  REQUIRE(p.world.until([&] { return clara.exact && clara.sees(p.master); }));
  CHECK(p.guest.shows == shown);
  CHECK(p.master.all<Left>().back().reason == "kicked");
  CHECK(p.master.saw<NewCode>());
  CHECK(p.master.session().kick(ParticipantId{1}, "", p.world.now) == ErrorCode::no_such_member);
  CHECK(p.guest.session().kick(ParticipantId{0}, "", p.world.now) == ErrorCode::not_allowed);
}

TEST_CASE("input passes only with the presenter's grant, and stops with it") {
  Pair p;
  auto click = [] {
    InputEvent event;
    event.kind = InputEvent::Kind::button;
    event.button = 1, event.down = true, event.at_position = true, event.position = {5, 7};
    return event;
  };
  auto buttons = [&] {
    return std::count_if(p.master.injected.begin(), p.master.injected.end(),
                         [](const InputEvent& e) { return e.kind == InputEvent::Kind::button; });
  };
  CHECK(p.guest.session().input(std::nullopt, click(), p.world.now) == ErrorCode::not_allowed);
  CHECK_FALSE(p.guest.session().request_control(std::nullopt, true, p.world.now));
  REQUIRE(p.world.until([&] { return p.master.saw<ConsentRequest>(); }));
  CHECK(p.master.all<ConsentRequest>().front().what == Consent::control);
  CHECK_FALSE(p.master.session().answer_consent(p.master.all<ConsentRequest>().front().request, true, {}, p.world.now));
  REQUIRE(p.world.until([&] { return p.guest.saw<Granted>(); }));
  CHECK_FALSE(p.guest.session().input(std::nullopt, click(), p.world.now));
  REQUIRE(p.world.until([&] { return buttons() == 1; }));
  CHECK(p.master.injected.back().position == Point{5, 7});

  SECTION("revoked") {
    CHECK_FALSE(p.master.session().revoke(ParticipantId{1}, Right::control, p.world.now));
    CHECK(p.master.injected.back().kind == InputEvent::Kind::release_all);
    CHECK_FALSE(p.guest.session().input(std::nullopt, click(), p.world.now));  // it does not know yet
    p.world.run(100ms);
    CHECK(buttons() == 1);
    CHECK(p.guest.saw<Revoked>());
    CHECK(p.guest.session().input(std::nullopt, click(), p.world.now) == ErrorCode::not_allowed);
  }
  SECTION("the panic key") {
    p.master.session().stop_control(p.world.now);
    p.guest.session().input(std::nullopt, click(), p.world.now);
    p.world.run(100ms);
    CHECK(buttons() == 1);
    CHECK(p.guest.saw<Revoked>());
  }
  SECTION("own input has priority for a second") {
    p.master.session().on_local_input(p.world.now);
    CHECK_FALSE(p.guest.session().input(std::nullopt, click(), p.world.now));
    p.world.run(500ms);
    CHECK(buttons() == 1);
    CHECK(p.guest.all<ControllersChanged>().back().suspended);
    p.world.run(700ms);
    CHECK_FALSE(p.guest.all<ControllersChanged>().back().suspended);
    CHECK_FALSE(p.guest.session().input(std::nullopt, click(), p.world.now));
    CHECK(p.world.until([&] { return buttons() == 2; }));
  }
  SECTION("the controller is gone") {
    p.guest.kill();
    REQUIRE(p.world.until([&] { return p.master.injected.back().kind == InputEvent::Kind::release_all; }, 60s));
    CHECK(p.master.session().presenting()->gate().members().empty());
  }
  SECTION("after a resize old positions are not used") {
    p.master.resize_screen({300, 100});
    CHECK_FALSE(p.guest.session().input(std::nullopt, click(), p.world.now));
    p.world.run(5ms);
    REQUIRE(p.world.until([&] { return p.guest.exact && p.guest.canvas.size() == Size{300, 100}; }));
    CHECK(p.guest.sees(p.master));
  }
}

TEST_CASE("a grant with a time ends by itself") {
  Pair p;
  CHECK_FALSE(p.master.session().grant(ParticipantId{1}, Right::control, 10s, p.world.now));
  REQUIRE(p.world.until([&] { return p.guest.saw<Granted>(); }));
  p.world.run(9s);
  CHECK_FALSE(p.guest.saw<Revoked>());
  p.world.run(2s);
  CHECK(p.guest.saw<Revoked>());
}

TEST_CASE("in control mode not a pixel leaves before the participant's consent") {
  Pair p(Mode::control);
  REQUIRE(p.world.until([&] { return p.guest.saw<ConsentRequest>(); }));
  CHECK(p.guest.all<ConsentRequest>().front().what == Consent::share);
  p.world.run(5s);
  CHECK(p.guest.picture_frames_sent == 0);
  std::uint64_t request = p.guest.all<ConsentRequest>().front().request;
  SECTION("refused") {
    CHECK_FALSE(p.guest.session().answer_consent(request, false, {}, p.world.now));
    p.world.run(5s);
    CHECK(p.guest.picture_frames_sent == 0);
    CHECK(p.master.saw<Warning>());
  }
  SECTION("allowed, then controlled, then the direction changes") {
    CHECK_FALSE(p.guest.session().answer_consent(request, true, {}, p.world.now));
    p.guest.share();
    REQUIRE(p.world.until([&] { return p.master.exact; }));
    CHECK(p.master.sees(p.guest));
    CHECK_FALSE(p.guest.session().grant(ParticipantId{0}, Right::control, {}, p.world.now));
    REQUIRE(p.world.until([&] { return p.master.saw<Granted>(); }));
    InputEvent text;
    text.kind = InputEvent::Kind::text;
    text.text = "hallo";
    std::vector<int> streams;  // that the input travels in: a class of its own
    p.world.eavesdrop = [&](ByteView frame) {
      auto packet = wire::parse_packet(frame.subspan(1));
      bool private_message = packet && packet->header.keying == wire::Keying::pair;
      if (private_message && packet->header.source == ParticipantId{0}) streams.push_back(packet->header.stream);
    };
    CHECK_FALSE(p.master.session().input(std::nullopt, text, p.world.now));
    p.world.run(1ms);
    CHECK(streams == std::vector<int>{3});
    p.world.eavesdrop = nullptr;
    REQUIRE(p.world.until([&] { return !p.guest.injected.empty() && p.guest.injected.back().text == "hallo"; }));
    CHECK_FALSE(p.master.session().set_mode(Mode::presentation, p.world.now));
    p.master.share();
    REQUIRE(p.world.until([&] { return p.guest.exact && p.guest.sees(p.master) && !p.guest.capturing; }));
  }
}

TEST_CASE("a participant without the right to present shows nothing to anybody") {
  Pair p;
  p.guest.share();  // a changed program
  p.world.run(2s);
  CHECK(p.guest.picture_frames_sent > 0);
  CHECK(p.master.shows == 0);
}

TEST_CASE("a slow viewer sees the newest, keeps nobody waiting, and queues little") {
  Pair p;
  Station& slow = p.world.station("Slow");
  slow.down_rate = 30'000;
  slow.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return slow.canvas.size() == p.master.screen.size(); }, 20s));
  std::mt19937 random(3);
  std::size_t fast_before = p.guest.shows;
  for (int i = 0; i < 200; ++i) {
    p.master.draw(random);
    p.world.run(20ms);
  }
  CHECK(p.guest.shows - fast_before > 150);
  CHECK(slow.most_queued_down < wire::kPictureWindow + (300u << 10));
  CHECK(p.world.until([&] { return slow.exact && slow.sees(p.master); }, 30s));
}

TEST_CASE("the relay is killed and comes back: same number, same people, the picture goes on") {
  Pair p;
  Duration pause = GENERATE(Duration(100ms), Duration(20s));
  p.world.restart_relay(pause);
  p.master.fill({0, 0, 80, 80}, 0x00FF00);
  CHECK_FALSE(p.guest.session().chat("während der Pause", std::nullopt, p.world.now));
  REQUIRE(
      p.world.until([&] { return p.guest.session().stage() == Stage::live && p.guest.exact && p.guest.sees(p.master); },
                    pause + 20s));
  CHECK(p.world.until([&] { return p.master.saw<ChatLine>(); }));
  CHECK(p.master.all<SessionNumber>().size() == 1);
  CHECK_FALSE(p.guest.saw<Ended>());
  CHECK_FALSE(p.master.saw<Left>());
  Station& late = p.world.station("Clara");
  late.join(p.number(), p.code());
  CHECK(p.world.until([&] { return late.exact && late.sees(p.master); }));
}

TEST_CASE("a participant's connection is cut and comes back as the same member") {
  Pair p;
  p.guest.cut(3s);
  p.world.run(1s);
  CHECK(p.guest.session().stage() == Stage::reconnecting);
  p.master.fill({0, 0, 80, 80}, 0x0000FF);
  REQUIRE(p.world.until(
      [&] { return p.guest.session().stage() == Stage::live && p.guest.exact && p.guest.sees(p.master); }, 20s));
  CHECK(p.guest.session().core()->self == ParticipantId{1});
  CHECK_FALSE(p.master.saw<Left>());
}

TEST_CASE("who controlled and was away learns on return that it does not any more") {
  Pair p;
  CHECK_FALSE(p.master.session().grant(ParticipantId{1}, Right::control, {}, p.world.now));
  REQUIRE(p.world.until([&] { return p.guest.saw<Granted>(); }));
  p.guest.cut(3s);
  REQUIRE(p.world.until([&] { return p.guest.saw<Revoked>(); }, 20s));
  InputEvent move;
  CHECK(p.guest.session().input(std::nullopt, move, p.world.now) == ErrorCode::not_allowed);
  CHECK_FALSE(p.master.session().grant(ParticipantId{1}, Right::control, {}, p.world.now));
  REQUIRE(p.world.until([&] { return p.guest.all<Granted>().size() == 2; }));
}

TEST_CASE("the master's connection is cut: the participants wait and go on") {
  Pair p;
  p.master.cut(5s);
  REQUIRE(p.world.until([&] { return p.guest.session().stage() == Stage::reconnecting; }));
  REQUIRE(p.world.until([&] { return p.guest.session().stage() == Stage::live; }, 20s));
  p.master.fill({0, 0, 80, 80}, 0x0000FF);
  CHECK(p.world.until([&] { return p.guest.exact && p.guest.sees(p.master); }, 20s));
}

TEST_CASE("a program that dies is away, then lost, and a new epoch shuts it out") {
  Pair p;
  Epoch before = p.master.session().core()->envelope.newest_epoch();
  p.guest.kill();
  REQUIRE(p.world.until([&] { return p.master.session().core()->envelope.newest_epoch() > before; }));
  CHECK(p.master.all<RosterChanged>().back().roster.find(ParticipantId{1})->away);
  REQUIRE(p.world.until([&] { return p.master.saw<Left>(); }, 60s));
  CHECK(p.master.all<Left>().front().reason == "lost");
}

TEST_CASE("a locked session lets nobody in until it is unlocked") {
  Pair p;
  CHECK_FALSE(p.master.session().set_locked(true, p.world.now));
  Station& late = p.world.station("Clara");
  late.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return late.saw<Ended>(); }));
  CHECK(late.all<Ended>().front().error == ErrorCode::locked);
  CHECK_FALSE(p.master.session().set_locked(false, p.world.now));
  p.world.run(100ms);
  Station& later = p.world.station("Dora");
  later.join(p.number(), p.code());
  CHECK(p.world.until([&] { return later.exact; }));
}

TEST_CASE("the end tells everybody") {
  Pair p;
  p.master.session().leave(p.world.now);
  REQUIRE(p.world.until([&] { return p.guest.saw<Ended>(); }));
  CHECK_FALSE(p.guest.all<Ended>().front().error);
}

TEST_CASE("handshake messages out of their order change nothing for a joiner") {
  Pair p;
  bool knocked = false;
  p.world.eavesdrop = [&](ByteView frame) { knocked = knocked || frame[0] == 0x20; };
  Station& late = p.world.station("Cleo");
  late.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return knocked; }));
  using M = wire::HandshakeMessage;
  for (M message : {M::key, M::lobby, M::confirm, M::ready, M::join})
    late.session().on_frame(wire::encode(wire::Handshake{{}, message, Bytes(100)}), p.world.now);
  REQUIRE(p.world.until([&] { return late.exact && late.sees(p.master); }));
}

TEST_CASE("garbage from the relay changes nothing") {
  Pair p;
  std::mt19937 random(4);
  for (int i = 0; i < 500; ++i) {
    Bytes garbage(random() % 100);
    for (auto& byte : garbage) byte = static_cast<std::uint8_t>(random());
    if (i % 2 && !garbage.empty()) garbage[0] = wire::kPacketFrame;
    p.guest.session().on_frame(garbage, p.world.now);
    p.master.session().on_frame(garbage, p.world.now);
  }
  p.master.fill({0, 0, 80, 80}, 0x0000FF);
  CHECK(p.world.until([&] { return p.guest.exact && p.guest.sees(p.master); }));
}

TEST_CASE("under any edits, cuts, joins and leaves every viewer soon sees the screen") {
  auto seed = GENERATE(range(100u, 112u));
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Pair p;
  std::vector<Station*> viewers{&p.guest};
  for (int i = 0; i < 60; ++i) {
    switch (random() % 12) {
      case 0:
        if (viewers.size() < 4) {
          viewers.push_back(&p.world.station("viewer"));
          viewers.back()->down_rate = random() % 2 ? 1e9 : 100'000;
          viewers.back()->join_link(p.number(), p.master.all<SessionNumber>().front().link_secret);
        }
        break;
      case 1:
        viewers[random() % viewers.size()]->cut(Duration(random() % 1500 * 1'000'000));
        break;
      case 2:
        if (viewers.size() > 1) viewers.back()->kill(), viewers.pop_back();
        break;
      case 3:
        if (random() % 4 == 0)
          p.master.resize_screen({100 + static_cast<int>(random() % 200), 80 + static_cast<int>(random() % 100)});
        break;
      default:
        p.master.draw(random);
    }
    p.world.run(Duration(random() % 200 * 1'000'000));
  }
  bool all_see = p.world.until(
      [&] {
        return std::all_of(viewers.begin(), viewers.end(), [&](Station* v) { return v->exact && v->sees(p.master); });
      },
      60s);
  for (Station* v : viewers)
    if (!v->exact || !v->sees(p.master)) {
      auto* w = v->session().watching();
      auto* r = w ? w->screen(std::nullopt) : nullptr;
      UNSCOPED_INFO(v->name << " stage " << name_of(v->session().stage()) << " exact " << v->exact << " same "
                            << v->sees(p.master) << " receiver " << (r ? static_cast<int>(r->complete()) : -1)
                            << " behind " << (r ? r->versions_behind() : 0) << " canvas "
                            << " epoch " << v->session().core()->envelope.newest_epoch().value() << " of "
                            << p.master.session().core()->envelope.newest_epoch().value() << " generation "
                            << (r ? r->generation().value() : 0) << " of "
                            << p.master.session().presenting()->sender({})->generation().value() << " forged "
                            << v->session().drops().forged << " other " << v->session().drops().other << " canvas "
                            << v->canvas.size().width << "x" << v->canvas.size().height << " screen "
                            << p.master.screen.size().width);
    }
  CHECK(all_see);
}

TEST_CASE("a relay that greets and then says nothing ends the way in with a clear word") {
  Pair p;
  p.world.lets_through = [](const Station& to, ByteView frame) { return to.name != "Dora" || frame[0] == 0x01; };
  Station& dora = p.world.station("Dora");
  dora.join(p.number(), p.code());
  REQUIRE(p.world.until([&] { return dora.saw<Ended>(); }, 30s));
  CHECK(dora.all<Ended>().front().error == ErrorCode::timeout);
}
