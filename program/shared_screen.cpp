#include "program/shared_screen.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <stdexcept>

#include "desktop/share_plan.h"
#include "desktop/shared_windows.h"
#include "desktop/whiteboard.h"

namespace lotse::program {
namespace {

/// app:PID, window:ID; nothing when it is neither.
std::optional<desktop::ShareChoice> find_windows(const std::string& display, const std::string& what) {
  using K = desktop::ShareChoice::Kind;
  const bool app = what.starts_with("app:");
  if (!app && !what.starts_with("window:")) return std::nullopt;
  std::string_view number = std::string_view(what).substr(what.find(':') + 1);
  const bool hexadecimal = !app && (number.starts_with("0x") || number.starts_with("0X"));
  if (hexadecimal) number.remove_prefix(2);
  std::uint32_t id = 0;
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), id, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != number.data() + number.size() || id == 0)
    throw std::invalid_argument("cannot share '" + what + "': use app:PID or window:ID, as 'sources' lists them");
  const auto windows = desktop::x11_sources(display).windows;
  if (std::none_of(windows.begin(), windows.end(),
                   [&](const desktop::DesktopWindow& w) { return (app ? w.pid : w.id) == id; }))
    throw std::invalid_argument(app ? "there is no window of an application with the process id " + std::to_string(id)
                                    : "there is no " + what);
  return desktop::ShareChoice{.kind = app ? K::application : K::window, .monitor = {}, .area = {}, .id = id};
}

desktop::ShareChoice find_shared(const std::string& display, const std::string& what) {
  using K = desktop::ShareChoice::Kind;
  if (what == "screen" || what.empty()) return {};
  if (what == "desktop") return {.kind = K::desktop, .monitor = {}, .area = {}, .id = 0};
  Rect r;
  char tail = 0;
  if (std::sscanf(what.c_str(), "region:%dx%d%d%d%c", &r.width, &r.height, &r.x, &r.y, &tail) == 4 && !r.empty() &&
      r.x >= 0 && r.y >= 0)
    return {.kind = K::area, .monitor = {}, .area = r, .id = 0};
  if (auto windows = find_windows(display, what)) return *windows;
  if (!what.starts_with("monitor:"))
    throw std::invalid_argument("cannot share '" + what +
                                "': use screen, desktop, monitor:N, region:WxH+X+Y, app:PID, window:ID or whiteboard");
  std::string name = what.substr(8);
  auto sources = desktop::x11_sources(display);
  unsigned index = 0;
  bool counted = std::sscanf(name.c_str(), "%u%c", &index, &tail) == 1;
  if (counted && index < sources.monitors.size()) name = sources.monitors[index].name;
  bool there = std::any_of(sources.monitors.begin(), sources.monitors.end(),
                           [&](const desktop::Monitor& m) { return m.name == name; });
  if (!there)
    throw std::invalid_argument("there is no " + what + "; monitors are counted from 0 to " +
                                std::to_string(sources.monitors.size() - 1) + ", or named");
  // A server without RandR has one monitor only, which it cannot name.
  bool only = sources.monitors.size() == 1;
  return only ? desktop::ShareChoice{} : desktop::ShareChoice{.kind = K::monitor, .monitor = name, .area = {}, .id = 0};
}

}  // namespace

// Brings what happens on the source's threads to the loop; knows when nobody listens any more.
class SharedScreen::Relay : public desktop::ScreenSourceHandler, public std::enable_shared_from_this<Relay> {
 public:
  Relay(net::Loop& loop, Handler handler) : loop_(loop), handler_(std::move(handler)) {}

  void stop() { stopped_ = true; }  // on the loop

  template <class F>
  void post(F f) {
    loop_.post([self = shared_from_this(), f = std::move(f)]() mutable {
      if (!self->stopped_) f(self->handler_);
    });
  }

  void on_state(desktop::SourceState state, desktop::SourceProblem problem, const std::string& detail) override {
    using S = desktop::SourceState;
    if (state == S::granted) post([](Handler& h) { h.on_granted(); });
    if (state == S::refused || state == S::gone) post([problem, detail](Handler& h) { h.on_ended(problem, detail); });
  }
  void on_screens(std::vector<desktop::SharedMonitor> screens) override {
    post([screens = std::move(screens)](Handler& h) { h.on_screens(screens); });
  }
  void on_frame(ScreenId screen, desktop::CapturedFrame frame) override {
    post([screen, frame = std::move(frame)](Handler& h) mutable { h.on_frame(screen, std::move(frame)); });
  }
  void on_cursor_shape(desktop::CursorShape shape) override {
    post([shape = std::move(shape)](Handler& h) mutable { h.on_cursor_shape(std::move(shape)); });
  }
  void on_cursor_position(ScreenId screen, Point position) override {
    post([screen, position](Handler& h) { h.on_cursor_position(screen, position); });
  }

 private:
  net::Loop& loop_;
  Handler handler_;
  bool stopped_ = false;
};

SharedScreen::SharedScreen(net::Loop& loop, const std::string& display, const std::string& what, codec::Colors colors,
                           std::set<std::uint32_t> hidden, Handler handler) {
  const bool whiteboard = what == "whiteboard";
  const auto choice = whiteboard ? desktop::ShareChoice{} : find_shared(display, what);
  using K = desktop::ShareChoice::Kind;
  if (choice.kind == K::application || choice.kind == K::window) windows_ = std::make_shared<desktop::SharedWindows>();
  auto no_input = handler.on_no_input;
  handler.on_screens = [this, tell = std::move(handler.on_screens)](std::vector<desktop::SharedMonitor> screens) {
    screens_ = screens;
    tell(std::move(screens));
  };
  relay_ = std::make_shared<Relay>(loop, std::move(handler));
  source_ = whiteboard ? desktop::make_whiteboard() : desktop::make_x11_source(display, choice, windows_);
  source_->set_colors(colors);
  source_->set_hidden(std::move(hidden));
  if (!whiteboard) take_input(display, no_input);
  source_->start(*relay_);
}

void SharedScreen::take_input(const std::string& display, const std::function<void(const std::string&)>& no_input) {
  try {
    input_ = desktop::make_x11_input(display,
                                     {[relay = relay_] { relay->post([](Handler& h) { h.on_local_input(); }); },
                                      [relay = relay_] { relay->post([](Handler& h) { h.on_panic(); }); },
                                      [relay = relay_] { relay->post([](Handler& h) { h.on_input_not_held(); }); }},
                                     windows_);
  } catch (const std::exception& e) {
    no_input(e.what());
  }
}

SharedScreen::~SharedScreen() {
  relay_->stop();
  if (input_.sink) input_.sink->release_all();
}

bool SharedScreen::hold_local_input(bool held) {
  if (input_.local) input_.local->hold(held);
  return input_.local != nullptr;
}

void SharedScreen::request(ScreenId screen) { source_->request(screen); }
void SharedScreen::refresh() { source_->refresh(); }
void SharedScreen::set_colors(codec::Colors colors) { source_->set_colors(colors); }
void SharedScreen::set_overlay(ScreenId screen, std::vector<desktop::OverlayItem> items) {
  source_->set_overlay(screen, std::move(items));
}

void SharedScreen::set_hidden(std::set<std::uint32_t> windows) { source_->set_hidden(std::move(windows)); }

void SharedScreen::inject(const session::InputEvent& in) {
  if (!input_.sink) return;
  desktop::InputSink& sink = *input_.sink;
  auto place = desktop::on_desktop(screens_, in.screen, in.position);
  using K = session::InputEvent::Kind;
  switch (in.kind) {
    case K::move:
      return place ? sink.move(*place) : void();
    case K::button:
      if (!place && in.down) return;
      if (place && in.at_position) sink.move(*place);
      return sink.button(in.button, in.down);
    case K::wheel:
      return sink.wheel(in.dx, in.dy);
    case K::text:
      return sink.type(in.text);
    case K::release_all:
      return sink.release_all();
    case K::key: {
      auto bit = [&](int i) { return (in.modifiers >> i & 1) != 0; };
      return sink.key({in.keysym, in.keycode, in.down, {bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6)}});
    }
  }
}

std::string code_of(desktop::SourceProblem problem) {
  using P = desktop::SourceProblem;
  switch (problem) {
    case P::no_display:
      return "no_display";
    case P::no_extension:
      return "no_extension";
    case P::display_lost:
      return "display_lost";
    case P::refused_by_user:
      return "not_allowed";
    case P::too_large:
      return "too_large";
    case P::none:
    case P::source_gone:
      break;
  }
  return "source_gone";
}

}  // namespace lotse::program
