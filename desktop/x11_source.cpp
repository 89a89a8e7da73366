#include "desktop/screen_source.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include "desktop/frame_pacer.h"
#include "desktop/share_plan.h"
#include "desktop/wakeup.h"
#include "desktop/x11_app.h"
#include "desktop/x11_connection.h"
#include "desktop/x11_cursor.h"
#include "desktop/x11_damage.h"
#include "desktop/x11_masked.h"
#include "desktop/x11_monitors.h"
#include "desktop/x11_overlay.h"
#include "desktop/x11_picture.h"

namespace lotse::desktop {
namespace {

constexpr Duration kPollInterval = std::chrono::milliseconds(50);
// The server refuses a grab when the screen has just become smaller; the new size comes with the next events.
constexpr int kMostRefusals = 20;
// A layout comes in several steps: what it has become is asked for when they are over.
constexpr Duration kLayoutSettles = std::chrono::milliseconds(100);

/// What the owner wants, handed over to the capture thread.
struct Orders {
  bool stop = false, refresh = false;
  std::set<ScreenId> requests;
  std::optional<codec::Colors> colors;
  std::map<ScreenId, std::vector<OverlayItem>> overlays;
  std::optional<std::set<std::uint32_t>> hidden;
};

struct Ending {
  SourceState state;
  SourceProblem problem;
  std::string detail;
};

/// One screen of the share.
struct Stream {
  Stream(PixelSource& pixels, const X11Overlay* overlay) : picture(pixels, overlay) {}
  X11Picture picture;
  bool requested = false;
  FramePacer pacer;
  Instant poll_at;
  std::optional<Point> told_cursor;
};

/// Everything on one connection, which the capture thread alone uses.
struct X11Desktop {
  X11Desktop(X11Connection& connection, const PixelFormat& format)
      : layouts(connection),
        damage(connection, connection.root()),
        capture(connection, format),
        masked(connection, capture),
        cursor(connection),
        overlay(connection, format) {}
  X11Layouts layouts;
  X11Damage damage;
  X11Capture capture;
  X11Masked masked;
  X11Cursor cursor;
  X11Overlay overlay;
  std::unique_ptr<X11App> app;  // where windows are shared, not the desktop
  std::map<ScreenId, Stream> streams;

  bool tells_damage() const { return app || damage.available(); }
  bool damaged() const { return app ? app->pending() : damage.pending(); }
  std::vector<Rect> take_damage() { return app ? app->take_damage() : damage.take(); }
};

bool is_of_windows(ShareChoice::Kind kind) {
  return kind == ShareChoice::Kind::application || kind == ShareChoice::Kind::window;
}

class X11Source final : public ScreenSource {
 public:
  X11Source(std::string display, const ShareChoice& choice, std::shared_ptr<SharedWindows> shared)
      : display_(std::move(display)), choice_(choice), shared_(std::move(shared)), plan_(choice) {}
  ~X11Source() override;

  void start(ScreenSourceHandler& handler) override;
  void request(ScreenId screen) override {
    order([screen](Orders& o) { o.requests.insert(screen); });
  }
  void refresh() override {
    order([](Orders& o) { o.refresh = true; });
  }
  void set_colors(codec::Colors colors) override {
    order([colors](Orders& o) { o.colors = colors; });
  }
  void set_overlay(ScreenId screen, std::vector<OverlayItem> items) override {
    order([&](Orders& o) { o.overlays[screen] = std::move(items); });
  }
  void set_hidden(std::set<std::uint32_t> windows) override {
    order([&](Orders& o) { o.hidden = std::move(windows); });
  }

 private:
  template <class Change>
  void order(Change change) {
    std::lock_guard lock(mutex_);
    change(orders_);
    wakeup_.signal();
  }
  // From here on: the capture thread.
  void run();
  Ending share();
  bool connect(Ending& refused);
  std::optional<Ending> trouble(const X11Desktop& desktop) const;
  Ending serve(X11Desktop& desktop);
  /// False when the thread is to stop.
  bool take_orders(X11Desktop& desktop);
  void read_events(X11Desktop& desktop);
  bool follow_windows(X11Desktop& desktop);
  void lay_out(X11Desktop& desktop);
  bool look(X11Desktop& desktop, Instant now);
  Instant next_look(const X11Desktop& desktop, const Stream& stream) const;
  void tell_cursor(X11Desktop& desktop);

  const std::string display_;
  const ShareChoice choice_;
  const std::shared_ptr<SharedWindows> shared_;
  SharePlan plan_;
  ScreenSourceHandler* handler_ = nullptr;
  Wakeup wakeup_;
  std::thread thread_;

  std::mutex mutex_;
  Orders orders_;
  std::unique_ptr<X11Connection> connection_;  // set once under the mutex, goes with the source

  Size root_;
  codec::Colors colors_ = codec::Colors::full;
  Instant lay_out_at_ = Instant::never();
};

X11Source::~X11Source() {
  if (!thread_.joinable()) return;
  order([](Orders& o) { o.stop = true; });
  {
    std::lock_guard lock(mutex_);
    if (connection_) connection_->interrupt();
  }
  thread_.join();
}

void X11Source::start(ScreenSourceHandler& handler) {
  if (thread_.joinable()) return;
  handler_ = &handler;
  thread_ = std::thread([this] { run(); });
}

void X11Source::run() {
  block_signals_here();
  Ending ending = share();
  std::unique_lock lock(mutex_);
  if (orders_.stop) return;
  lock.unlock();
  handler_->on_state(ending.state, ending.problem, ending.detail);
}

bool X11Source::connect(Ending& refused) {
  try {
    auto connection = std::make_unique<X11Connection>(display_);
    std::lock_guard lock(mutex_);
    connection_ = std::move(connection);
    return !orders_.stop;
  } catch (const std::runtime_error& error) {
    refused = {SourceState::refused, SourceProblem::no_display, error.what()};
    return false;
  }
}

Ending X11Source::share() {
  Ending refused{SourceState::refused, SourceProblem::none, {}};
  if (!connect(refused)) return refused;
  int depth = 0;
  auto format = root_pixel_format(*connection_, depth);
  if (!format)
    return {SourceState::refused, SourceProblem::no_extension,
            "The screen has a colour depth of " + std::to_string(depth) +
                ", which cannot be shared: 15, 16, 24 and 30 can."};
  X11Desktop desktop(*connection_, *format);
  root_ = connection_->root_size();
  if (is_of_windows(choice_.kind)) {
    desktop.overlay.watch_always();
    desktop.app = std::make_unique<X11App>(*connection_, desktop.capture, choice_, shared_);
    if (!desktop.app->available() || !desktop.damage.available())
      return {SourceState::refused, SourceProblem::no_extension,
              "The X server lacks XComposite or XDamage, without which single windows cannot be shared."};
    desktop.app->update();
    plan_.follow(desktop.app->name(), desktop.app->area());
  } else {
    plan_.update(root_, monitors_of(*connection_));
  }
  if (auto problem = trouble(desktop)) return {SourceState::refused, problem->problem, problem->detail};
  handler_->on_state(SourceState::granted, SourceProblem::none, {});
  lay_out(desktop);
  return serve(desktop);
}

std::optional<Ending> X11Source::trouble(const X11Desktop& desktop) const {
  if (connection_->lost()) return Ending{SourceState::gone, SourceProblem::display_lost, "The X server has gone away."};
  for (const SharedMonitor& s : plan_.screens())
    if (s.monitor.area.width > codec::kMaxSide || s.monitor.area.height > codec::kMaxSide)
      return Ending{SourceState::gone, SourceProblem::too_large,
                    "The screen is larger than " + std::to_string(codec::kMaxSide) + " pixels."};
  if (desktop.app && desktop.app->closed())
    return Ending{SourceState::gone, SourceProblem::source_gone,
                  choice_.kind == ShareChoice::Kind::window ? "The shared window has been closed."
                                                            : "The shared application has closed its windows."};
  if (plan_.screens().empty())
    return Ending{SourceState::gone, SourceProblem::source_gone, "The shared area is no longer on the screen."};
  for (const auto& [screen, stream] : desktop.streams)
    if (stream.picture.refusals() > kMostRefusals)
      return Ending{SourceState::gone, SourceProblem::source_gone, "The X server does not let its screen be read."};
  return std::nullopt;
}

Ending X11Source::serve(X11Desktop& desktop) {
  while (take_orders(desktop)) {
    read_events(desktop);
    Instant now = monotonic_now();
    const bool moved = follow_windows(desktop);
    if (now >= lay_out_at_) {
      lay_out_at_ = Instant::never();
      root_ = connection_->root_size();
      plan_.update(root_, monitors_of(*connection_));
      lay_out(desktop);
    }
    if (auto ending = trouble(desktop)) return *ending;
    desktop.overlay.stay_on_top();
    for (const Rect& left : desktop.overlay.take_left(now))
      for (auto& [screen, stream] : desktop.streams) stream.picture.damaged(left);
    bool looked = look(desktop, now);
    if (looked) desktop.cursor.look_again();
    bool asked = desktop.cursor.update(now, *handler_);
    if (asked) tell_cursor(desktop);
    // Whoever waits for a reply may have read events too, and those would not wake us.
    if (asked || looked || moved) continue;
    Instant next = std::min({desktop.cursor.next_deadline(), lay_out_at_, desktop.overlay.next_deadline()});
    for (const auto& [screen, stream] : desktop.streams) next = std::min(next, next_look(desktop, stream));
    connection_->wait(wakeup_, next);
  }
  return {};
}

/// True when the server was asked.
bool X11Source::follow_windows(X11Desktop& desktop) {
  const bool moved = desktop.masked.stale();
  if (moved)
    for (const Rect& rect : desktop.masked.take_moved())
      for (auto& [screen, stream] : desktop.streams) stream.picture.damaged(rect);
  if (!desktop.app || !desktop.app->stale()) return moved;
  if (desktop.app->update()) {
    plan_.follow(desktop.app->name(), desktop.app->area());
    lay_out(desktop);
  }
  return true;
}

void X11Source::read_events(X11Desktop& desktop) {
  while (X11Event event = connection_->next_event()) {
    desktop.masked.handle(event);
    if (desktop.app) desktop.app->handle(event);
    if (desktop.damage.handle(event) || desktop.cursor.handle(event) || desktop.overlay.handle(event)) continue;
    Size root = root_;
    if (!desktop.layouts.handle(event, root)) continue;
    if (desktop.app) continue;
    bool own_size = choice_.kind == ShareChoice::Kind::desktop || choice_.kind == ShareChoice::Kind::area;
    if (own_size) {  // known at once, and nothing else counts
      root_ = root;
      plan_.update(root_, {});
      lay_out(desktop);
    } else {
      lay_out_at_ = std::min(lay_out_at_, monotonic_now() + kLayoutSettles);
    }
  }
}

void X11Source::lay_out(X11Desktop& desktop) {
  if (plan_.screens().empty()) return;  // told as the end of the share
  desktop.overlay.lay_out(plan_.screens(), monotonic_now());
  std::erase_if(desktop.streams, [&](const auto& entry) {
    return std::none_of(plan_.screens().begin(), plan_.screens().end(),
                        [&](const SharedMonitor& s) { return s.screen == entry.first; });
  });
  for (const SharedMonitor& s : plan_.screens()) {
    // Windows are read without what lies over them.
    PixelSource& pixels = desktop.app ? static_cast<PixelSource&>(*desktop.app) : desktop.masked;
    const X11Overlay* overlay = desktop.app ? nullptr : &desktop.overlay;
    Stream& stream = desktop.streams.try_emplace(s.screen, pixels, overlay).first->second;
    stream.picture.set_colors(colors_);
    stream.picture.move_to(s.monitor.area);
    stream.told_cursor.reset();
  }
  handler_->on_screens(plan_.screens());
  tell_cursor(desktop);
}

void X11Source::tell_cursor(X11Desktop& desktop) {
  auto at = desktop.cursor.position();
  if (!at) return;
  bool several = desktop.streams.size() > 1, outside = desktop.app && !desktop.app->shows(*at);
  for (auto& [screen, stream] : desktop.streams) {
    Rect area = stream.picture.area();
    Point position = outside || (several && !area.contains(*at)) ? kCursorAway : Point{at->x - area.x, at->y - area.y};
    if (std::exchange(stream.told_cursor, position) != position) handler_->on_cursor_position(screen, position);
  }
}

bool X11Source::take_orders(X11Desktop& desktop) {
  wakeup_.clear();
  Orders orders;
  {
    std::lock_guard lock(mutex_);
    if (orders_.stop) return false;
    orders = std::exchange(orders_, {});
  }
  if (orders.colors) colors_ = *orders.colors;
  for (auto& [screen, stream] : desktop.streams) {
    stream.requested = stream.requested || orders.requests.contains(screen);
    if (orders.refresh) stream.picture.forget();
    if (orders.colors) stream.picture.set_colors(colors_);
  }
  if (orders.hidden && (!orders.hidden->empty() || desktop.masked.hides())) {
    desktop.overlay.watch_always();
    desktop.masked.hide(*orders.hidden);
    for (auto& [screen, stream] : desktop.streams) stream.picture.distrust();
  }
  for (const auto& [screen, items] : orders.overlays) desktop.overlay.show(screen, items, monotonic_now());
  return true;
}

Instant X11Source::next_look(const X11Desktop& desktop, const Stream& stream) const {
  if (!stream.requested) return Instant::never();
  if (stream.picture.stale() || desktop.damaged()) return stream.pacer.ready_at();
  return desktop.tells_damage() ? Instant::never() : stream.poll_at;
}

bool X11Source::look(X11Desktop& desktop, Instant now) {
  bool looked = false, fetched = false;
  for (auto& [screen, stream] : desktop.streams) {
    if (now < next_look(desktop, stream)) continue;
    // Also when everything is looked at, so that this damage is not looked at again.
    if (desktop.tells_damage() && !std::exchange(fetched, true))
      for (const Rect& rect : desktop.take_damage())
        for (auto& [other, damaged] : desktop.streams) damaged.picture.damaged(rect);
    if (!desktop.tells_damage()) stream.picture.look_at_all();
    looked = true;
    if (!stream.picture.stale()) continue;  // it was on another screen
    stream.pacer.spend(now);
    stream.poll_at = now + kPollInterval;
    if (auto frame = stream.picture.look(now)) {
      stream.requested = false;
      handler_->on_frame(screen, std::move(*frame));
    }
  }
  return looked;
}

}  // namespace

std::unique_ptr<ScreenSource> make_x11_source(const std::string& display, const ShareChoice& choice,
                                              std::shared_ptr<SharedWindows> shared) {
  return std::make_unique<X11Source>(display, choice, std::move(shared));
}

}  // namespace lotse::desktop
