// The viewer's side of films: what is not proven does not stay, what comes late or from elsewhere is not taken.
#include "session/film_player.h"

#include <catch2/catch.hpp>

#include "codec/film.h"
#include "tests/session/idle_host.h"

using namespace lotse;
using namespace lotse::session;
using namespace std::chrono_literals;

namespace {

constexpr Rect kArea{64, 64, 128, 128};  // four slots
constexpr wire::PacketHash kHash{1};

/// Decodes at once.
class AtOnce final : public test::IdleHost {
 public:
  void work(std::function<std::function<void()>()> job) override { job()(); }
};

struct Scene {
  Scene() {
    canvas.reset({320, 256});
    player.reset(canvas);
    codec::Image grey({kArea.width, kArea.height});
    std::fill_n(grey.writable().data, 4 * kArea.width * kArea.height, std::uint8_t{0x80});
    codec::FilmEncoder encoder(grey.size());
    encoder.draw(grey.view(), {0, 0});
    frame = encoder.encode(codec::FilmEncoder::Key::now, 1e6, 33ms)->data;
  }
  bool take(std::uint32_t version, bool proven, Rect area = kArea, std::uint32_t film = 0) {
    wire::PictureFields fields;
    fields.slot = SlotId{film};
    fields.version = SlotVersion{version};
    fields.key = true;
    return player.take(fields, wire::encode(wire::Film{area, 0, frame}), kHash, proven, now);
  }
  int pixel() const { return player.view().row(100)[4 * 100]; }

  AtOnce host;
  codec::Canvas canvas;
  std::size_t asked = 0, refused = 0;
  std::map<std::uint32_t, std::uint32_t> versions;  // of slots
  FilmPlayer player{host,
                    {[](const Rect&) {}, [](const Rect&) {}, [this](SlotId slot) { return versions[slot.value()]; },
                     [this](std::vector<SlotId>) { ++asked; }, [](float) {}, [this] { ++refused; }}};
  Bytes frame;
  Instant now{Duration(10s)};
};

}  // namespace

TEST_CASE("a film that nobody proves is taken away, and asked for anew") {
  Scene s;
  REQUIRE(s.take(5, false));
  REQUIRE(s.pixel() > 0x70);
  CHECK(s.player.waiting_since() == s.now);
  CHECK(s.player.doubt(s.now - 1ms, s.now) == 0);  // there is still time
  CHECK(s.pixel() > 0x70);
  CHECK(s.player.doubt(s.now, s.now + 2s) == 1);
  CHECK(s.pixel() == 0);
  CHECK(s.player.none());
  CHECK(s.asked == 1);
  CHECK(s.take(2, true));  // what was forged locks out no lower version
}

TEST_CASE("a film that is proven, before or behind, stays") {
  Scene s;
  REQUIRE(s.take(5, true));
  CHECK(s.player.waiting_since() == Instant::never());
  CHECK(s.player.doubt(s.now + 9s, s.now + 9s) == 0);
  REQUIRE(s.take(6, false));
  s.player.prove({kHash});
  CHECK(s.player.doubt(s.now + 9s, s.now + 9s) == 0);
  CHECK(s.pixel() > 0x70);
}

TEST_CASE("a film is over when a slot under it is newer, and what was before that is not taken") {
  Scene s;
  REQUIRE(s.take(5, true));
  s.canvas.put(SlotId{6}, codec::Image({64, 64}).view());  // wholly under it
  for (std::uint32_t slot : {6u, 7u, 11u, 12u}) {
    s.versions[slot] = 8;
    s.player.slot_drawn(SlotId{slot});
  }
  CHECK(s.player.none());
  CHECK(s.pixel() == 0);
  CHECK_FALSE(s.take(7, true));
  CHECK(s.take(9, true));
}

TEST_CASE("what is no frame of a film of this screen is not taken, and harms nothing") {
  Scene s;
  CHECK_FALSE(s.take(5, true, {256, 192, 128, 128}));    // beyond the screen
  CHECK_FALSE(s.take(5, true, kArea, wire::kMaxFilms));  // no such film
  CHECK_FALSE(s.take(0, true));                          // no version
  s.frame.resize(s.frame.size() / 2);
  CHECK(s.take(6, true));
  CHECK(s.refused == 1);
  CHECK(s.player.none());
}
