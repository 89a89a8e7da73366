// A real window that shows a scene, on a display that the tests start themselves, with a program behind it that only
// replays events.
#pragma once
#include <string>

#include "tests/ui/fake_backend.h"
#include "tests/ui/scenes.h"
#include "tests/ui/virtual_display.h"

namespace lotse::ui::test {

/// The display, and a folder for settings that goes with it.
struct Desk {
  VirtualDisplay display;
  std::string folder;
  Desk();
  ~Desk();
};
Desk& desk();

AppOptions options(const Scene& scene, const char* language = "en");
const Scene& scene(const std::string& name);

struct Shown : RunningWindow {
  explicit Shown(const Scene& what, const char* language = "en");
  explicit Shown(const std::string& name, const char* language = "en") : Shown(scene(name), language) {}
  void key(int symbol, int scancode, bool shift = false, bool control = false);
  void text(const char* words);
  /// The mouse in pixels of the window; its left button.
  void move(int x, int y);
  void button(bool down, int x, int y);
  void drag(std::initializer_list<Point> way);
  void drop(const std::string& file);
  /// Events pushed before are drawn: the probe's own wake comes behind them.
  void settle();
  std::string focused();
  /// The commands of that name that were sent and not waited for, in their order.
  std::vector<json> sent(const std::string& verb);
};

}  // namespace lotse::ui::test
