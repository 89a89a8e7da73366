// Buttons, cards, chips, fields, menus and dialogs in the look of the house. Everything drawn and pressed in a window
// goes through here, so everything can be reached by Tab, listed and pressed by a test, and read aloud.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ui/gui_window.h"
#include "ui/theme.h"

struct SDL_Texture;

namespace lotse::ui {

/// In points, relative to the region in work; origin at the top left.
struct Box {
  float x = 0, y = 0, width = 0, height = 0;
  float right() const { return x + width; }
  float bottom() const { return y + height; }
  Box inset(float by) const { return {x + by, y + by, width - 2 * by, height - 2 * by}; }
};

/// A place in points.
struct Spot {
  float x = 0, y = 0;
};

enum class Ink { text, quiet, action, danger, good, warning, white };
enum class Look { plain, select, primary, danger, bare, chip, chip_on, chip_danger, bar, bar_on, banner, banner_white };
enum class Align { left, center, right };
enum class Icon {
  none,
  gear,
  back,
  more,
  down,
  person,
  chat,
  close,
  check,
  record,
  lock,
  screen,
  hand,
  cursor,
  panel,
  pause,
  go,
  download,
  point,
  pencil,
  pen,
  marker,
  line,
  frame,
  letter,
  fade,
  undo,
  eraser,
  bin
};
enum class ArrowLook { full, outline };

struct Button {
  std::string id, label;
  Look look = Look::plain;
  bool enabled = true;
  std::string tip = {};  // shown when hovered or focused
  Icon icon = Icon::none;
};
struct MenuItem {
  std::string id, label;
  bool enabled = true, checked = false;
  std::string hint = {};
};
struct FieldLook {
  Type type = Type::body;
  std::string hint = {};
  std::size_t max_bytes = 2000;
  bool secret = false;  // stars
};
struct FieldResult {
  bool changed = false, submitted = false;  // submitted: Enter
};

/// One thing of the last frame, as ui_tree tells it. `rect` in pixels of the window.
struct Control {
  std::string id, role, label;
  Box rect = {};
  bool enabled = true, truncated = false, focusable = false;
  int layer = 0;  // 0 page, 1 dialog, 2 menu: only the highest takes input
};

class Column;

/// Immediate: the pages call these each frame. Window's thread only. Texts are UTF-8, from whomever.
class Kit {
 public:
  explicit Kit(GuiWindow& window);
  ~Kit();

  void begin(const Theme& theme);
  /// Tab order, tooltips, toasts; true when another frame is needed at once.
  bool end();

  const Theme& theme() const;
  float width() const;
  float height() const;
  GuiWindow& window();

  // Places. A region clips and, when `scrolls`, scrolls; its content's height is told at the end.
  void begin_region(const std::string& id, Box box, bool scrolls);
  void end_region(float content_height);
  void scroll_to_end();
  /// The height that `content` takes in a column of `width`; nothing is drawn or pressed.
  float measure(float width, const std::function<void(Column&)>& content);
  bool measuring() const;
  /// A card around `content`, at least `box.height` high; returns its height.
  float card(Box box, float padding, const std::function<void(Column&)>& content, bool raised = false);

  // Drawing.
  float text(Box box, Type type, Ink ink, std::string_view text,
             Align align = Align::left);  // wraps; returns the height
  float text_width(Type type, std::string_view text);
  /// As text(), with parts that are underlined and can be pressed, controls by the names `id`.0, `id`.1 ...
  struct Passage {
    float height = 0;
    int pressed = -1;  // which of the links
  };
  Passage passage(const std::string& id, Box box, Type type, Ink ink, std::string_view text,
                  const std::vector<ShapedTexts::Span>& links);
  /// One line, shortened with an ellipsis where the box ends; returns the width drawn.
  float line(Box box, Type type, Ink ink, std::string_view text, Align align = Align::left, bool report = true);
  float line(Box box, Type type, Color color, std::string_view text, Align align = Align::left, bool report = true);
  /// `text` with its middle left out until it is no wider than `width`.
  std::string shortened(Type type, std::string_view text, float width);
  /// What is told while the mouse is over `box`, where no control lies: the whole of what was shortened there.
  void tip(Box box, std::string_view text);
  /// `text` with {name} replaced by strong values and [Key] drawn as key caps; returns the height.
  float rich(Box box, Type type, Ink ink, std::string_view text, const std::map<std::string, std::string>& values);
  void fill(Box box, Color color, float radius = 0);
  void frame(Box box, Color color, float radius, float thickness = 1);
  void dot(float x, float y, Color color, float diameter = 9);
  void shadow(Box box, float radius);
  void icon(Box box, Icon icon, Color color);
  void mark(Box box);  // the pilot flag
  void picture(Box clip, Box box, SDL_Texture* texture);
  float chip(float x, float y, std::string_view text, Color back, Color ink, Color dot_color = 0);  // returns the width
  float progress(Box box, float part);
  /// A line through `points` with round ends and corners, as smooth when it is seen through.
  void ribbon(const std::vector<Spot>& points, float width, Color color);
  /// An arrow that points at `tip` from below. `rim`: around it, so that it shows on a ground of its own colour.
  void arrow(Spot tip, float height, Color color, Color rim, ArrowLook look);
  /// One line in letters of any `height`, from the top left corner of its place.
  void lettering(Spot at, float height, Color color, Color rim, std::string_view text);
  /// What is drawn between these is cut at `box`.
  void begin_clip(Box box);
  void end_clip();
  /// The mouse as a cross in this frame.
  void crosshair();
  Color color(Ink ink) const;
  /// For what is drawn from now on, 0 to 1; for bars that fade.
  void set_opacity(float opacity);

  // Controls.
  bool button(const Button& button, Box box);
  float button_width(const Button& button);
  /// A button that is a colour, in the tool bar.
  bool swatch(const std::string& id, const std::string& name, Color color, Box box, bool on);
  bool choice(const std::string& id, std::string_view title, std::string_view text, Box box, bool selected);
  bool toggle(const std::string& id, const std::string& label, bool& on, Box box);
  FieldResult field(const std::string& id, const std::string& label, std::string& text, Box box,
                    const FieldLook& look = {});
  /// A button that opens a menu; the id of the item chosen, or "".
  std::string menu(const Button& button, Box box, const std::vector<MenuItem>& items);
  /// A card over a dimmed page that takes all input. Escape presses the control `cancel`, Enter (unless a button has
  /// the focus) `accept`; `focus` has the focus at first.
  void dialog(const std::string& id, float width, const std::string& cancel, const std::string& accept,
              const std::string& focus, const std::function<void(Column&)>& content);
  bool dialog_open() const;
  bool menu_open() const;
  /// A message at the bottom for some seconds.
  void toast(const std::string& text);

  // Input beyond the controls.
  bool hovered(Box box) const;  // the mouse is over it, and nothing lies above
  bool clicked(Box box) const;
  bool key(int sdl_key);       // pressed since the last frame and not used yet: takes it
  bool shortcut(int sdl_key);  // the same with Ctrl
  void focus(const std::string& id);
  const std::string& focused() const;
  /// Somebody writes in one of the fields that were drawn so far in this frame. Of a field that has just gone nothing
  /// is left: what ImGui says of it is a frame late.
  bool field_active() const;

  // Tests and scripts.
  const std::vector<Control>& controls() const;  // of the last frame
  /// Presses `id` in the next frame, or enters a text; the outcome is known after it.
  void remote_press(const std::string& id);
  void remote_text(const std::string& id, const std::string& text);
  enum class RemoteOutcome { none, done, unknown_id, disabled };
  RemoteOutcome take_remote_outcome();
  /// Milliseconds until the kit needs a frame by itself (a toast ends), -1 for never.
  int wait_ms() const;
  /// Another frame right after this one.
  void request_frame();

 private:
  friend class Column;
  Passage shaped_passage(const std::string& id, Box box, Type type, Ink ink, std::string_view text,
                         const std::vector<ShapedTexts::Span>& links);
  Passage plain_passage(const std::string& id, Box box, Type type, Ink ink, std::string_view text,
                        const std::vector<ShapedTexts::Span>& links);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Things below each other.
class Column {
 public:
  Column(Kit& kit, float x, float y, float width, float gap = space::kM)
      : kit_(kit), x_(x), y_(y), width_(width), gap_(gap) {}

  void text(Type type, Ink ink, std::string_view text, Align align = Align::left);
  void rich(Type type, Ink ink, std::string_view text, const std::map<std::string, std::string>& values);
  /// A row of buttons, wrapping when they do not fit; the id of the pressed one, or "".
  std::string buttons(const std::vector<Button>& buttons, Align align = Align::left);
  FieldResult field(const std::string& id, const std::string& label, std::string& text, const FieldLook& look = {},
                    float height = kFieldHeight);
  void card(float padding, const std::function<void(Column&)>& content);
  void space(float points) { y_ += points; }
  void gap(float points) { gap_ = points; }
  /// A place of that height; the next one comes a gap below.
  Box take(float height);
  float x() const { return x_; }
  float y() const { return y_; }  // where the next thing begins
  float width() const { return width_; }
  float used(float from) const { return y_ - from - (empty_ ? 0 : gap_); }
  Kit& kit() { return kit_; }

 private:
  Kit& kit_;
  float x_, y_, width_, gap_;
  bool empty_ = true;
};

}  // namespace lotse::ui
