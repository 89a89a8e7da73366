// Which screens a share has, and which number each of them keeps. Pure.
#pragma once
#include <optional>
#include <vector>

#include "desktop/screen_source.h"

namespace lotse::desktop {

class SharePlan {
 public:
  /// A presenter has no more screens (the wire's limit, 0 to 15); further monitors are not shared.
  static constexpr std::size_t kMost = 16;

  explicit SharePlan(ShareChoice choice) : choice_(std::move(choice)) {}
  /// The desktop is like this now. No screens afterwards: nothing is left to share.
  void update(Size desktop, const std::vector<Monitor>& monitors);
  /// What is shared is one screen, there; of an empty place nothing is left. For choices that are not monitors.
  void follow(const std::string& name, const Rect& place);
  const std::vector<SharedMonitor>& screens() const { return screens_; }

 private:
  std::vector<Monitor> chosen(Size desktop, const std::vector<Monitor>& monitors) const;

  ShareChoice choice_;
  std::vector<SharedMonitor> screens_;  // by number
};

/// Where a point of a screen lies on the desktop, held inside the screen. Nothing when there is no such screen.
std::optional<Point> on_desktop(const std::vector<SharedMonitor>& screens, ScreenId screen, Point point);

}  // namespace lotse::desktop
