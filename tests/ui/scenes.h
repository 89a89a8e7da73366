// Moments of a session as lists of events: for pictures of every page and for tests of all of them.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ui/app.h"
#include "ui/backend.h"

namespace lotse::ui::test {

struct Scene {
  std::string name;
  std::vector<nlohmann::json> events;
  std::vector<std::string> presses = {};
  bool started = true, picture = false, banner = false;
  bool several = false;  // three screens of two presenters
  bool marked = false;   // arrows and strokes on the first
  std::string program = "lotse-participant";
  std::string page = {};                   // what must be shown
  std::vector<nlohmann::json> after = {};  // what comes after the presses
};
std::vector<Scene> all_scenes();
/// The pictures that the scene has.
void show_pictures(const Scene& scene, SharedPictures& pictures);
/// A desktop with a terminal on it, drawn with plain shapes.
codec::Image sample_picture(Size size);
SharedPicture::Cursor sample_cursor();
/// What the members of the scene "view" point at and have drawn, each with each tool.
SharedPicture::Marks sample_marks();
/// What the event sysinfo has.
nlohmann::json sample_facts();
/// recent.json with two sessions.
void write_recent(const std::string& folder);

}  // namespace lotse::ui::test
