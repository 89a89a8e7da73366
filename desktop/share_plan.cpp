#include "desktop/share_plan.h"

#include <algorithm>
#include <utility>

namespace lotse::desktop {

std::vector<Monitor> SharePlan::chosen(Size desktop, const std::vector<Monitor>& monitors) const {
  Rect all{0, 0, desktop.width, desktop.height};
  std::vector<Monitor> out;
  auto add = [&](const std::string& name, const Rect& area, bool primary) {
    Rect inside = area.intersect(all);
    if (!inside.empty() && out.size() < kMost) out.push_back({name, inside, primary});
  };
  switch (choice_.kind) {
    case ShareChoice::Kind::area:
      add(std::to_string(choice_.area.width) + "x" + std::to_string(choice_.area.height), choice_.area, true);
      break;
    case ShareChoice::Kind::monitor:
      for (const Monitor& m : monitors)
        if (m.name == choice_.monitor) add(m.name, m.area, m.primary);
      break;
    case ShareChoice::Kind::monitors:
      if (monitors.size() > 1)
        for (const Monitor& m : monitors) add(m.name, m.area, m.primary);
      // Mirrors of each other show nothing more.
      for (std::size_t i = 0; i < out.size(); ++i)
        out.erase(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(i) + 1, out.end(),
                                 [&](const Monitor& m) { return m.area == out[i].area; }),
                  out.end());
      if (out.size() > 1) break;
      out.clear();
      [[fallthrough]];
    case ShareChoice::Kind::desktop:
      add("Screen", all, true);
      break;
    case ShareChoice::Kind::application:
    case ShareChoice::Kind::window:
      break;  // by follow()
  }
  return out;
}

void SharePlan::update(Size desktop, const std::vector<Monitor>& monitors) {
  std::vector<Monitor> wanted = chosen(desktop, monitors);
  std::vector<SharedMonitor> next;
  auto taken = [&](ScreenId id) {
    return std::any_of(next.begin(), next.end(), [&](const SharedMonitor& s) { return s.screen == id; });
  };
  for (const SharedMonitor& old : screens_) {
    auto same =
        std::find_if(wanted.begin(), wanted.end(), [&](const Monitor& m) { return m.name == old.monitor.name; });
    if (same == wanted.end()) continue;
    next.push_back({old.screen, *same});
    wanted.erase(same);
  }
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const Monitor& a, const Monitor& b) { return a.primary > b.primary; });
  for (const Monitor& m : wanted) {
    ScreenId id{0};
    while (taken(id)) id = ScreenId{static_cast<std::uint8_t>(id.value() + 1)};
    next.push_back({id, m});
  }
  std::sort(next.begin(), next.end(), [](const auto& a, const auto& b) { return a.screen < b.screen; });
  screens_ = std::move(next);
}

void SharePlan::follow(const std::string& name, const Rect& place) {
  screens_.clear();
  if (!place.empty()) screens_.push_back({ScreenId{0}, {name, place, true}});
}

std::optional<Point> on_desktop(const std::vector<SharedMonitor>& screens, ScreenId screen, Point point) {
  auto at = std::find_if(screens.begin(), screens.end(), [&](const SharedMonitor& s) { return s.screen == screen; });
  if (at == screens.end() || at->monitor.area.empty()) return std::nullopt;
  const Rect& area = at->monitor.area;
  return Point{area.x + std::clamp(point.x, 0, area.width - 1), area.y + std::clamp(point.y, 0, area.height - 1)};
}

}  // namespace lotse::desktop
