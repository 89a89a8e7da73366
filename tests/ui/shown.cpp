#include "tests/ui/shown.h"

#include <SDL2/SDL.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

namespace lotse::ui::test {

Desk::Desk() : folder(std::filesystem::temp_directory_path() / ("lotse-window-" + std::to_string(getpid()))) {
  std::filesystem::create_directories(folder);
}

Desk::~Desk() { std::filesystem::remove_all(folder); }

Desk& desk() {
  static Desk the_desk;
  return the_desk;
}

AppOptions options(const Scene& scene, const char* language) {
  return {.program = scene.program,
          .language = language,
          .theme = "dark",
          .name = "Anna Berger",
          .relay = "relay.example.org",
          .config_dir = desk().folder,
          .invitation = "",
          .started = scene.started};
}

const Scene& scene(const std::string& name) {
  static const auto scenes = all_scenes();
  return *std::find_if(scenes.begin(), scenes.end(), [&](const Scene& s) { return s.name == name; });
}

Shown::Shown(const Scene& what, const char* language) : RunningWindow(options(what, language)) {
  show_pictures(what, backend.pictures());
  backend.say(what.events);
  for (const auto& id : what.presses) CHECK(press(id));
  backend.say(what.after);
}

void Shown::key(int symbol, int scancode, bool shift, bool control) {
  const auto id = tree()["window_id"].get<Uint32>();
  for (bool down : {true, false}) {
    SDL_Event e{};
    e.type = down ? SDL_KEYDOWN : SDL_KEYUP;
    e.key.windowID = id;
    e.key.state = down ? SDL_PRESSED : SDL_RELEASED;
    e.key.keysym.sym = symbol;
    e.key.keysym.scancode = static_cast<SDL_Scancode>(scancode);
    e.key.keysym.mod = shift ? KMOD_LSHIFT : control ? KMOD_LCTRL : KMOD_NONE;
    SDL_PushEvent(&e);
  }
  settle();
}

void Shown::text(const char* words) {
  SDL_Event e{};
  e.type = SDL_TEXTINPUT;
  e.text.windowID = tree()["window_id"].get<Uint32>();
  SDL_strlcpy(e.text.text, words, sizeof e.text.text);
  SDL_PushEvent(&e);
  settle();
}

void Shown::move(int x, int y) {
  SDL_Event e{};
  e.type = SDL_MOUSEMOTION;
  e.motion.windowID = tree()["window_id"].get<Uint32>();
  e.motion.x = x;
  e.motion.y = y;
  SDL_PushEvent(&e);
  settle();
}

void Shown::button(bool down, int x, int y) {
  SDL_Event e{};
  e.type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP;
  e.button.windowID = tree()["window_id"].get<Uint32>();
  e.button.button = SDL_BUTTON_LEFT;
  e.button.state = down ? SDL_PRESSED : SDL_RELEASED;
  e.button.clicks = 1;
  e.button.x = x;
  e.button.y = y;
  SDL_PushEvent(&e);
  settle();
}

void Shown::drag(std::initializer_list<Point> way) {
  move(way.begin()->x, way.begin()->y);
  button(true, way.begin()->x, way.begin()->y);
  for (Point at : way) move(at.x, at.y);
  button(false, (way.end() - 1)->x, (way.end() - 1)->y);
}

void Shown::drop(const std::string& file) {
  SDL_Event e{};
  e.type = SDL_DROPFILE;
  e.drop.windowID = tree()["window_id"].get<Uint32>();
  e.drop.file = SDL_strdup(file.c_str());
  SDL_PushEvent(&e);
  settle();
}

void Shown::settle() {
  tree();
  tree();
}

std::vector<json> Shown::sent(const std::string& verb) {
  std::vector<json> found;
  settle();
  for (const json& command : backend.commands())
    if (command["do"] == verb) found.push_back(command);
  return found;
}

std::string Shown::focused() {
  const json now_c = tree();
  for (const auto& c : now_c["tree"])
    if (c["focused"] == true) return c["id"];
  return "";
}

}  // namespace lotse::ui::test
