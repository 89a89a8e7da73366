// One screen of a presenter in a window of its own.
#pragma once
#include <memory>
#include <string>

#include "ui/gui_window.h"
#include "ui/input_capture.h"
#include "ui/kit.h"
#include "ui/mark_tools.h"
#include "ui/model.h"
#include "ui/picture_texture.h"

namespace lotse::ui {

/// Main thread only.
class PictureWindow {
 public:
  /// Throws std::runtime_error, one clear line, when there is no display.
  PictureWindow(Model::ScreenKey key, const std::string& title, InputCapture::Send send, MarkChoice& choice);

  /// True when the event was for this window alone.
  bool handle(const SDL_Event& event);
  /// After each batch of events.
  void flush();
  /// Milliseconds until a tool has something to send, -1 when all is still.
  int wait_ms() const;
  /// Draws when something has changed, or when `needed`: something beside the picture has.
  void draw(const Model& model, const Theme& theme, SharedPictures& pictures, bool needed);
  /// The same, to a PNG file as well. False when it cannot be written.
  bool snapshot(const Model& model, const Theme& theme, const std::string& file);
  bool closed() const { return closed_; }
  const std::vector<Control>& controls() const { return kit_.controls(); }
  /// The device lost its textures.
  void forget() { picture_.forget(); }

 private:
  void draw_page(const Model& model);
  void draw_state(bool controls);

  Model::ScreenKey key_;
  GuiWindow window_;
  Kit kit_;
  InputCapture capture_;
  MarkChoice& choice_;
  MarkTools tools_;
  PictureTexture picture_;
  PictureLayout layout_;
  Point mouse_;
  bool over_ours_ = false;
  int frames_due_ = 2;
  bool closed_ = false, full_ = false;
};

/// The window that an event belongs to, 0: none in particular.
std::uint32_t window_of(const SDL_Event& event);

}  // namespace lotse::ui
