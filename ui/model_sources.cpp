// What can be shared, and the whiteboard that this person shares.
#include <nlohmann/json.hpp>

#include "ui/json_read.h"
#include "ui/model.h"

namespace lotse::ui {
namespace {

using nlohmann::json;

template <class Take>
void each_of(const json& e, const char* name, Take take) {
  auto list = e.find(name);
  if (list == e.end() || !list->is_array()) return;
  for (const json& entry : *list)
    if (entry.is_object()) take(entry);
}

}  // namespace

void Model::fold_sources(const json& e) {
  monitors.clear();
  windows.clear();
  applications.clear();
  sources_known = true;
  each_of(e, "monitors", [&](const json& m) {
    if (monitors.size() < kMaxMonitors)
      monitors.push_back({name_field(m, "name"), int_field(m, "x", 0), int_field(m, "y", 0), int_field(m, "w", 0),
                          int_field(m, "h", 0)});
  });
  each_of(e, "windows", [&](const json& w) {
    if (windows.size() < kMaxWindows)
      windows.push_back(
          {text_field(w, "what", 32), name_field(w, "title"), name_field(w, "app"), int_field(w, "pid", 0)});
  });
  each_of(e, "applications", [&](const json& a) {
    if (applications.size() < kMaxWindows)
      applications.push_back({int_field(a, "pid", 0), name_field(a, "name"), int_field(a, "windows", 1)});
  });
  if (auto whole = e.find("screen"); whole != e.end() && whole->is_object()) {
    screen_width = int_field(*whole, "w", int_field(*whole, "width", 0));
    screen_height = int_field(*whole, "h", int_field(*whole, "height", 0));
  }
}

/// The own whiteboard is looked at here as others look at it: as one of the pictures.
void Model::fold_whiteboard(bool shared) {
  const ScreenKey key{self, 0};
  if (self < 0 || shared == screens.contains(key)) return;
  if (shared) {
    screens[key].has_picture = screens[key].exact = true;
    choose(key);
  } else {
    screens.erase(key);
    if (presenter == self) leave_presenter();
  }
}

bool Model::on_whiteboard() const { return presenter >= 0 && presenter == self && screens.contains(viewed()); }

}  // namespace lotse::ui
