// One window of the screen: SDL's window and renderer with a drawing context and letters of its own.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/geometry.h"
#include "ui/fonts.h"
#include "ui/shaped_texts.h"
#include "ui/theme.h"

struct SDL_Window;
struct SDL_Renderer;
union SDL_Event;

namespace lotse::ui {

enum class WindowKind { normal, banner };

struct KeyPress {
  int key = 0;  // SDL_Keycode
  bool shift = false, control = false, alt = false;
};

/// Draws only when told to: begin_frame(), the controls, end_frame(). Each window has its own drawing context, which
/// begin_frame() makes the current one. Main thread only.
class GuiWindow {
 public:
  /// `size` in points. Throws std::runtime_error, one clear line, when there is no display.
  GuiWindow(const std::string& title, Size size, WindowKind kind);
  ~GuiWindow();

  /// Takes an event for this window; false when it belongs to another one or changes nothing that is drawn.
  bool handle(const SDL_Event& event);
  void begin_frame(const Theme& theme);
  /// Draws and shows the frame. A `snapshot` path not empty: what is shown goes to that PNG file too; false when it
  /// cannot be written.
  bool end_frame(Color background, const std::string& snapshot = {});
  /// True when letters were missing in the last frame: another one is needed.
  bool stale() const;

  float scale() const;                     // pixels a point
  float width() const;                     // points
  float height() const;                    // points
  void resize(float width, float height);  // points
  SDL_Window* window() const;
  SDL_Renderer* renderer() const;
  Fonts& fonts();
  ShapedTexts& shaped();
  /// The keys pressed since the last frame that are not text: Tab, Enter, Escape, arrows, function keys, shortcuts.
  const std::vector<KeyPress>& keys() const;
  bool keyboard_focus() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::ui
