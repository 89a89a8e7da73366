#include "program/shared_screen.h"

#include <cstdio>
#include <stdexcept>

namespace lotse::program {
namespace {

struct Shared {
  Rect area;  // empty: the whole screen
  std::string name;
};

Shared find_shared(const std::string& display, const std::string& what) {
  if (what == "screen" || what.empty()) return {{}, "Screen"};
  Rect r;
  char tail = 0;
  if (std::sscanf(what.c_str(), "region:%dx%d%d%d%c", &r.width, &r.height, &r.x, &r.y, &tail) == 4 && !r.empty() &&
      r.x >= 0 && r.y >= 0)
    return {r, what.substr(7)};
  unsigned index = 0;
  if (std::sscanf(what.c_str(), "monitor:%u%c", &index, &tail) == 1) {
    auto sources = desktop::x11_sources(display);
    if (index < sources.monitors.size()) return {sources.monitors[index].area, sources.monitors[index].name};
    throw std::invalid_argument("there is no " + what + "; monitors are counted from 0 to " +
                                std::to_string(sources.monitors.size() - 1));
  }
  throw std::invalid_argument("cannot share '" + what + "': use screen, monitor:N or region:WxH+X+Y");
}

}  // namespace

// Brings what happens on the source's threads to the loop; knows when nobody listens any more.
class SharedScreen::Relay : public desktop::ScreenSourceHandler, public std::enable_shared_from_this<Relay> {
 public:
  Relay(net::Loop& loop, std::string name, Handler handler)
      : loop_(loop), name_(std::move(name)), handler_(std::move(handler)) {}

  void stop() { stopped_ = true; }  // on the loop

  template <class F>
  void post(F f) {
    loop_.post([self = shared_from_this(), f = std::move(f)]() mutable {
      if (!self->stopped_) f(self->handler_);
    });
  }

  void on_state(desktop::SourceState state, desktop::SourceProblem problem, const std::string& detail) override {
    using S = desktop::SourceState;
    if (state == S::granted) post([name = name_](Handler& h) { h.on_granted(name); });
    if (state == S::refused || state == S::gone) post([problem, detail](Handler& h) { h.on_ended(problem, detail); });
  }
  void on_frame(desktop::CapturedFrame frame) override {
    post([frame = std::move(frame)](Handler& h) mutable { h.on_frame(std::move(frame)); });
  }
  void on_cursor_shape(desktop::CursorShape shape) override {
    post([shape = std::move(shape)](Handler& h) mutable { h.on_cursor_shape(std::move(shape)); });
  }
  void on_cursor_position(Point position) override {
    post([position](Handler& h) { h.on_cursor_position(position); });
  }

 private:
  net::Loop& loop_;
  std::string name_;
  Handler handler_;
  bool stopped_ = false;
};

SharedScreen::SharedScreen(net::Loop& loop, const std::string& display, const std::string& what, codec::Colors colors,
                           Handler handler) {
  Shared shared = find_shared(display, what);
  auto no_input = handler.on_no_input;
  relay_ = std::make_shared<Relay>(loop, shared.name, std::move(handler));
  source_ = desktop::make_x11_source(display, shared.area);
  source_->set_colors(colors);
  try {
    input_ = desktop::make_x11_input(display, shared.area,
                                     {[relay = relay_] { relay->post([](Handler& h) { h.on_local_input(); }); },
                                      [relay = relay_] { relay->post([](Handler& h) { h.on_panic(); }); }});
  } catch (const std::exception& e) {
    no_input(e.what());
  }
  source_->start(*relay_);
}

SharedScreen::~SharedScreen() {
  relay_->stop();
  if (input_.sink) input_.sink->release_all();
}

void SharedScreen::request() { source_->request(); }
void SharedScreen::refresh() { source_->refresh(); }
void SharedScreen::set_colors(codec::Colors colors) { source_->set_colors(colors); }

void SharedScreen::inject(const session::InputEvent& in) {
  if (!input_.sink) return;
  desktop::InputSink& sink = *input_.sink;
  using K = session::InputEvent::Kind;
  switch (in.kind) {
    case K::move:
      return sink.move(in.position);
    case K::button:
      if (in.at_position) sink.move(in.position);
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
