// Saves a picture of every page: ui-gallery FOLDER [--theme dark|light] [--lang en|de] [--size WxH] [SCENE...]
// For looking at; the tests go through the same scenes.
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/ui/fake_backend.h"
#include "tests/ui/scenes.h"
#include "tests/ui/virtual_display.h"

using namespace lotse;
using namespace lotse::ui::test;

int main(int argc, char** argv) {
  std::string folder, theme = "dark", language = "en", size = "1280x800";
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "--theme" && i + 1 < argc)
      theme = argv[++i];
    else if (word == "--lang" && i + 1 < argc)
      language = argv[++i];
    else if (word == "--size" && i + 1 < argc)
      size = argv[++i];
    else if (folder.empty())
      folder = word;
    else
      wanted.push_back(word);
  }
  if (folder.empty())
    return std::puts("ui-gallery FOLDER [--theme dark|light] [--lang en|de] [--size WxH] [SCENE...]"), 2;
  VirtualDisplay display(size + "x24");
  const std::string config = folder + "/config";
  std::filesystem::create_directories(config);
  write_recent(config);
  for (const Scene& scene : all_scenes()) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), scene.name) == wanted.end()) continue;
    RunningWindow window({.program = scene.program,
                          .language = language,
                          .theme = theme,
                          .name = "Anna Berger",
                          .relay = "relay.example.org",
                          .config_dir = config,
                          .invitation = "",
                          .started = scene.started});
    show_pictures(scene, window.backend.pictures());
    if (scene.picture) window.backend.pictures().at({1, 0})->set_cursor(sample_cursor());
    window.backend.say(scene.events);
    for (const auto& id : scene.presses)
      if (!window.press(id)) std::printf("%s: cannot press %s\n", scene.name.c_str(), id.c_str());
    window.backend.say(scene.after);
    window.tree();
    const std::string file = folder + "/" + scene.name + "-" + theme + "-" + language;
    if (!window.ask({{"do", "ui_snapshot"}, {"file", file + ".png"}}).value("ok", false))
      std::printf("%s: no picture\n", scene.name.c_str());
    if (scene.banner) window.ask({{"do", "ui_snapshot"}, {"file", file + "-banner.png"}, {"banner", true}});
    const json now_control = window.tree();
    for (const auto& control : now_control["tree"])
      if (control["truncated"] == true)
        std::printf("%s: truncated: %s\n", scene.name.c_str(), control["label"].get<std::string>().c_str());
  }
}
