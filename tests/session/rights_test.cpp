// Whatever is given and taken, in whatever order, while links are cut: nobody does more than was allowed.
#include <catch2/catch.hpp>

#include "world.h"

using namespace lotse;
using namespace lotse::session;
using namespace lotse::test;

namespace {

constexpr int kMembers = 3;

/// A master that shares, three members, and what was allowed to each.
class Story {
 public:
  explicit Story(unsigned seed) : random_(seed) {
    MasterOptions options;
    options.lead.name = "Master";
    options.lead.mode = Mode::presentation;
    master_.host(std::move(options));
    REQUIRE(world_.until([&] { return master_.saw<SessionNumber>(); }));
    master_.share();
    for (int i = 0; i < kMembers; ++i) {
      Station& station = world_.station("Member " + std::to_string(i + 1));
      const auto codes = master_.all<NewCode>();
      const SessionNumber opened = master_.all<SessionNumber>().front();
      station.latency = std::chrono::milliseconds(1 + random_() % 15);
      station.join(opened.number, codes.empty() ? opened.code : codes.back().code);
      REQUIRE(world_.until([&] { return station.saw<PictureComplete>(); }, 30s));
      members_.push_back(&station);
      rights_[i].chat = world_.now;
      rights_[i].may_chat = true;
    }
  }

  void step() {
    const int i = static_cast<int>(random_() % kMembers);
    Allowed& allowed = rights_[i];
    const Instant before = world_.now;
    switch (random_() % 10) {
      case 0:
        give(i, Right::chat, {});
        allowed.may_chat = true;
        break;
      case 1:
        take(i, Right::chat);
        allowed.may_chat = false;
        allowed.chat = before;
        break;
      case 2:
        give(i, Right::control, {});
        allowed.control_until = Instant::never();
        break;
      case 3:
        give(i, Right::control, 200ms);
        allowed.control_until = before + 200ms;
        break;
      case 4:
        take(i, Right::control);
        allowed.control_until = Instant{};
        break;
      case 5:
        members_[static_cast<std::size_t>(i)]->cut(std::chrono::milliseconds(random_() % 50));
        break;
      case 6:
      case 7:
        say(i);
        break;
      default:
        press(i);
    }
    world_.run(std::chrono::milliseconds(random_() % 40));
    look(before);
  }

  /// Nothing is on its way any more: what each believes of the others is what was said last.
  void settle() {
    world_.run(5s);
    for (Station* station : members_)
      for (int i = 0; i < kMembers; ++i) {
        const Member* member = station->session().core()->member(id(i));
        REQUIRE(member);
        CHECK(member->rights.has(Right::chat) == rights_[i].may_chat);
        CHECK_FALSE(member->rights.has(Right::record));
      }
  }
  int said = 0, pressed = 0;  // what had an effect

 private:
  struct Allowed {
    bool may_chat = false;
    Instant chat{};           // until when it may have been said: taken away then
    Instant control_until{};  // of its presenter
  };
  static ParticipantId id(int i) { return ParticipantId{static_cast<std::uint16_t>(i + 1)}; }
  void give(int i, Right right, Duration span) { master_.session().grant(id(i), right, span, world_.now); }
  void take(int i, Right right) { master_.session().revoke(id(i), right, world_.now); }
  void say(int i) {
    members_[static_cast<std::size_t>(i)]->session().chat(std::to_string(i), std::nullopt, world_.now);
  }
  void press(int i) {
    InputEvent event;
    event.kind = InputEvent::Kind::button;
    event.button = i + 1;  // tells whose it was
    event.down = random_() % 2 == 0;
    members_[static_cast<std::size_t>(i)]->session().input(std::nullopt, event, world_.now);
  }

  /// What has had an effect since `before` was allowed.
  void look(Instant before) {
    for (; seen_input_ < master_.injected.size(); ++seen_input_) {
      const InputEvent& event = master_.injected[seen_input_];
      if (event.kind != InputEvent::Kind::button) continue;
      ++pressed;
      CAPTURE(event.button);
      CHECK(rights_[event.button - 1].control_until > before);
    }
    const auto lines = master_.all<ChatLine>();
    for (; seen_lines_ < lines.size(); ++seen_lines_) {
      ++said;
      const Allowed& allowed = rights_[std::stoi(lines[seen_lines_].text)];
      // The master has its own word in force at once.
      CHECK((allowed.may_chat || allowed.chat >= before));
    }
  }

  std::mt19937 random_;
  World world_;
  Station& master_ = world_.station("Master");
  std::vector<Station*> members_;
  std::map<int, Allowed> rights_;
  std::size_t seen_input_ = 0, seen_lines_ = 0;
};

}  // namespace

TEST_CASE("rights are never wider than granted, whatever happens in which order") {
  int said = 0, pressed = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    for (int i = 0; i < 150; ++i) story.step();
    story.settle();
    said += story.said;
    pressed += story.pressed;
  }
  CHECK(said > 60);  // the stories tell something
  CHECK(pressed > 30);
}
