// The real windows, pointing and drawing: the tool bars, what the mouse sends, what is seen on the picture.
#include <SDL2/SDL.h>

#include <catch2/catch.hpp>

#include "tests/ui/shown.h"

using namespace lotse;
using namespace lotse::ui;
using namespace lotse::ui::test;

namespace {

// In the scene "view" the picture of 1280x800 lies at 0,100 in 960x600.
constexpr Point kMiddle{480, 400}, kRight{600, 400}, kBelow{600, 460};

json rights(std::initializer_list<const char*> names) {
  return {{"event", "rights"}, {"participant", 2}, {"rights", std::vector<std::string>(names.begin(), names.end())}};
}

/// The colour of a pixel of the window, "#rrggbb".
std::string pixel(Shown& window, Point at) {
  const std::string file = desk().folder + "/pixel.png";
  REQUIRE(window.ask({{"do", "ui_snapshot"}, {"file", file}})["ok"] == true);
  const std::string place = std::to_string(at.x) + "," + std::to_string(at.y);
  FILE* pipe = popen(("convert " + file + " -depth 8 -format '%[hex:p{" + place + "}]' info:").c_str(), "r");
  char text[20] = {};
  REQUIRE(fgets(text, sizeof text, pipe) != nullptr);
  pclose(pipe);
  std::string color = std::string(text).substr(0, 6);
  for (char& c : color) c = static_cast<char>(std::tolower(c));
  return "#" + color;
}

session::Stroke stroke(int member, session::Tool tool, std::uint32_t color, std::vector<Point> points) {
  return {.member = ParticipantId(static_cast<std::uint16_t>(member)),
          .id = 1,
          .tool = tool,
          .color = color,
          .points = std::move(points),
          .text = {}};
}

void show(Shown& window, const SharedPicture::Marks& marks) {
  window.backend.pictures().at({1, 0})->set_marks(marks);
  window.backend.wake();
  window.settle();
}
void show(Shown& window, std::vector<session::Stroke> strokes) {
  show(window, {{}, std::make_shared<const std::vector<session::Stroke>>(std::move(strokes))});
}

}  // namespace

TEST_CASE("with the tool Point the mouse is shown to all, until it leaves the picture or the tool is put away") {
  Shown window("view");
  CHECK(window.press("viewer.point"));
  CHECK(window.shows("You point"));
  window.move(kMiddle.x, kMiddle.y);
  json point = window.backend.wait_for("point");
  CHECK(point["x"] == 640);
  CHECK(point["y"] == 400);
  CHECK(point["presenter"] == 1);
  CHECK(point["screen"] == 0);
  CHECK(window.sent("point_off").empty());
  SECTION("over the panel") { window.move(1100, 400); }
  SECTION("above the picture") { window.move(480, 40); }
  SECTION("Escape") { window.key(SDLK_ESCAPE, SDL_SCANCODE_ESCAPE); }
  SECTION("its key") { window.key(SDLK_F3, SDL_SCANCODE_F3); }
  SECTION("another tool") { window.key(SDLK_F4, SDL_SCANCODE_F4); }
  SECTION("the right is taken") {
    window.backend.say({rights({"view", "chat"})});
    CHECK_FALSE(window.press("viewer.point"));
  }
  json off = window.backend.wait_for("point_off");
  CHECK(off["presenter"] == 1);
  CHECK(off["screen"] == 0);
}

TEST_CASE("a pen draws: its first point at once, the rest when it is lifted, and undo by Ctrl+Z") {
  Shown window("view");
  CHECK(window.control("draw.pen").is_null());
  CHECK(window.press("viewer.draw"));
  CHECK_FALSE(window.control("draw.pen").is_null());
  CHECK_FALSE(window.press("draw.undo"));  // nothing is drawn yet
  window.move(kMiddle.x, kMiddle.y);
  window.button(true, kMiddle.x, kMiddle.y);
  json first = window.backend.wait_for("draw");
  CHECK(first["tool"] == "pen");
  CHECK(first["color"] == "#3d8fe0");
  CHECK(first["points"] == json{{640, 400}});
  window.move(kRight.x, kRight.y);
  window.button(false, kBelow.x, kBelow.y);
  window.settle();
  std::vector<json> points;
  for (const json& more : window.sent("draw")) {
    CHECK(more["stroke"] == first["stroke"]);
    for (const json& p : more["points"]) points.push_back(p);
  }
  CHECK(points == std::vector<json>{{800, 400}, {800, 480}});
  CHECK(pixel(window, {540, 400}) == "#3d8fe0");  // before its presenter has told it
  window.key(SDLK_z, SDL_SCANCODE_Z, false, true);
  CHECK_FALSE(window.backend.wait_for("undo").is_null());
  CHECK(pixel(window, {540, 400}) != "#3d8fe0");
}

TEST_CASE("every tool and colour of the second bar") {
  Shown window("view");
  CHECK(window.press("viewer.draw"));
  for (const char* tool : {"marker", "line", "frame", "fade", "pen"}) {
    CHECK(window.press(std::string("draw.") + tool));
    window.drag({kMiddle, kRight, kBelow});
    CHECK(window.backend.wait_for("draw")["tool"] == tool);
    while (!window.sent("draw").empty()) window.backend.wait_for("draw");
  }
  CHECK(window.press("draw.color.1"));
  window.drag({kMiddle, kRight});
  CHECK(window.backend.wait_for("draw")["color"] == "#e5484d");
  CHECK(window.press("draw.undo"));
  CHECK_FALSE(window.backend.wait_for("undo").is_null());
  CHECK(window.press("draw.clear"));
  CHECK_FALSE(window.backend.wait_for("clear").contains("all"));
}

TEST_CASE("a text is written on the picture: Enter sends it, Escape does not") {
  Shown window("view");
  CHECK(window.press("viewer.draw"));
  CHECK(window.press("draw.text"));
  window.move(kMiddle.x, kMiddle.y);
  window.button(true, kMiddle.x, kMiddle.y);
  window.button(false, kMiddle.x, kMiddle.y);
  CHECK(window.focused() == "marks.text");
  SECTION("Enter") {
    window.text("Maßband");
    window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
    json text = window.backend.wait_for("draw");
    CHECK(text["tool"] == "text");
    CHECK(text["text"] == "Maßband");
    CHECK(text["points"] == json{{640, 400 - session::kTextHeight * 2 / 3}});
    CHECK(window.shows("Maßband"));
    window.key(SDLK_z, SDL_SCANCODE_Z, false, true);
    CHECK_FALSE(window.backend.wait_for("undo").is_null());
    CHECK_FALSE(window.shows("Maßband"));
  }
  SECTION("Enter, and at once the keys are the tool's again") {
    window.text("Maßband");
    window.key(SDLK_RETURN, SDL_SCANCODE_RETURN);
    window.key(SDLK_z, SDL_SCANCODE_Z, false, true);
    CHECK_FALSE(window.backend.wait_for("undo").is_null());
  }
  SECTION("Escape ends the text first, then the tool") {
    window.text("no");
    window.key(SDLK_z, SDL_SCANCODE_Z, false, true);  // the field's own
    CHECK(window.sent("undo").empty());
    window.key(SDLK_ESCAPE, SDL_SCANCODE_ESCAPE);
    CHECK(window.control("marks.text").is_null());
    CHECK_FALSE(window.control("draw.text").is_null());
    window.key(SDLK_ESCAPE, SDL_SCANCODE_ESCAPE);
    CHECK(window.control("draw.text").is_null());
    CHECK(window.sent("draw").empty());
  }
  CHECK(window.control("marks.text").is_null());
}

TEST_CASE("all is cleared by the moderator alone") {
  {
    Shown window("view-draw");
    CHECK(window.control("draw.clear_all").is_null());
  }
  Shown window("view-draw-master");
  CHECK(window.press("draw.clear_all"));
  json clear = window.backend.wait_for("clear");
  CHECK(clear["all"] == true);
  CHECK(clear["presenter"] == 1);
  show(window, std::vector<session::Stroke>{});
  CHECK_FALSE(window.press("draw.clear_all"));  // nothing is there
}

TEST_CASE("without the right the tools are off and say who can allow them") {
  Shown window("view");
  window.backend.say({rights({"view", "chat", "point"})});
  CHECK_FALSE(window.press("viewer.draw"));
  window.key(SDLK_F4, SDL_SCANCODE_F4);
  CHECK(window.control("draw.pen").is_null());
  CHECK(window.press("viewer.point"));
  window.backend.say({rights({"view", "chat", "draw"})});
  CHECK_FALSE(window.press("viewer.point"));
  CHECK(window.press("viewer.draw"));
}

TEST_CASE("nothing of mouse and keys is control while a tool is in hand, and Control takes it up again") {
  Shown window("view-control");
  window.move(kMiddle.x, kMiddle.y);
  CHECK_FALSE(window.backend.wait_for("move").is_null());
  for (const char* tool : {"viewer.draw", "viewer.point"}) {
    CHECK(window.press(tool));
    window.settle();
    for (const char* verb : {"move", "button", "key"})
      while (!window.sent(verb).empty()) window.backend.wait_for(verb);
    window.drag({kMiddle, kRight});
    window.key(SDLK_a, SDL_SCANCODE_A);
    window.key(SDLK_F7, SDL_SCANCODE_F7);
    for (const char* verb : {"move", "button", "key", "wheel", "type"}) CHECK(window.sent(verb).empty());
  }
  CHECK(window.press("viewer.control"));
  CHECK(window.sent("release_control").empty());
  window.drag({kMiddle, kRight});
  CHECK_FALSE(window.backend.wait_for("button").is_null());
  CHECK(window.sent("draw").size() > 0);
  CHECK(window.press("viewer.control"));
  CHECK_FALSE(window.backend.wait_for("release_control").is_null());
}

TEST_CASE("what members show is seen on the picture") {
  Shown window("view");
  using session::Tool;
  show(window, {stroke(3, Tool::pen, 0xE5484D, {{640, 400}, {800, 400}}),
                stroke(0, Tool::frame, 0x00FF00, {{200, 600}, {400, 700}})});
  CHECK(pixel(window, {540, 400}) == "#e5484d");
  CHECK(pixel(window, {225, 625 - 75}) == "#00ff00");  // its upper edge
  CHECK(pixel(window, {225, 590}) != "#00ff00");
  show(window, {stroke(3, Tool::marker, 0xFFFFFF, {{640, 400}, {800, 400}})});
  const std::string seen_through = pixel(window, {540, 400});
  CHECK(seen_through != "#e5484d");
  CHECK(seen_through != "#ffffff");
  SharedPicture::Marks marks;
  marks.arrows = {{{800, 400}, 0xB65FD0, "Bernd", false}, {{200, 200}, 0x3D8FE0, "Anna Berger", true}};
  show(window, marks);
  CHECK(window.shows("Bernd"));
  CHECK(pixel(window, {kRight.x + 3, kRight.y + 9}) == "#b65fd0");
  show(window, SharedPicture::Marks{});
  CHECK_FALSE(window.control("viewer.draw").is_null());
  CHECK(pixel(window, {kRight.x + 3, kRight.y + 9}) != "#b65fd0");
}

TEST_CASE("only new marks draw the viewer again") {
  Shown window("view-draw");
  window.settle();
  const auto before = window.draws();
  window.backend.wake();                                         // woken for nothing
  std::this_thread::sleep_for(std::chrono::milliseconds(3500));  // the bars stay, so nothing fades either
  CHECK(window.draws() == before);
  show(window, {stroke(3, session::Tool::pen, 0xE5484D, {{640, 400}, {800, 400}})});
  CHECK(window.draws() > before);
}

TEST_CASE("the tool in hand works in the window of a single screen as well") {
  Shown window("view-strip");
  CHECK(window.press("viewer.windows"));
  window.settle();
  CHECK(window.press("viewer.draw"));
  const json tree = window.tree()["tree"];
  CHECK(std::any_of(tree.begin(), tree.end(), [](const json& c) {
    return c["window"] == "screen.1.0" && c["label"].get<std::string>().starts_with("You draw");
  }));
}

TEST_CASE("who shares the screen clears what others have drawn on it, as long as there is something") {
  Shown window("presenting");
  CHECK(window.control("banner.clear").is_null());
  window.backend.say({{{"event", "drawing"}, {"presenter", 1}, {"screen", 0}, {"strokes", 2}},
                      {{"event", "drawing"}, {"presenter", 1}, {"screen", 1}, {"strokes", 1}},
                      {{"event", "drawing"}, {"presenter", 3}, {"screen", 0}, {"strokes", 1}}});
  CHECK(window.press("banner.clear"));
  for (int screen : {0, 1}) {
    json clear = window.backend.wait_for("clear");
    CHECK(clear["presenter"] == 1);
    CHECK(clear["screen"] == screen);
    CHECK(clear["all"] == true);
  }
  CHECK(window.sent("clear").empty());
  window.backend.say({{{"event", "drawing"}, {"presenter", 1}, {"screen", 0}, {"strokes", 0}},
                      {{"event", "drawing"}, {"presenter", 1}, {"screen", 1}, {"strokes", 0}}});
  CHECK(window.control("banner.clear").is_null());
}
