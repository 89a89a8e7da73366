#include "ui/app_window.h"

#include <SDL2/SDL.h>

#include <algorithm>
#include <ctime>

#include "ui/connecting_page.h"
#include "ui/consent_dialog.h"
#include "ui/error_page.h"
#include "ui/json_read.h"
#include "ui/problems.h"
#include "ui/texts.h"

namespace lotse::ui {
namespace {

constexpr Size kWindowSize{1280, 800};  // points
constexpr int kFramesAfterInput = 2;    // the second shows what the first one found out: hover, heights, letters

Settings first_settings(const AppOptions& options) {
  Settings settings = load_settings(options.config_dir);
  if (!options.name.empty()) settings.name = options.name;
  if (!options.relay.empty()) settings.relay = options.relay;
  if (!options.language.empty()) settings.language = options.language;
  if (!options.clipboard.empty()) settings.clipboard = options.clipboard;
  if (!options.theme.empty()) settings.theme = options.theme;
  return settings;
}

}  // namespace

AppWindow::AppWindow(const AppOptions& options, Backend& backend)
    : options_(options),
      backend_(backend),
      settings_(first_settings(options)),
      recent_(load_recent(options.config_dir)),
      window_("Lotse", kWindowSize, WindowKind::normal),
      kit_(window_),
      capture_([this](nlohmann::json command) { send_now(std::move(command)); }),
      viewer_(capture_, marking_, [this](nlohmann::json command) { send_now(std::move(command)); }),
      send_file_([this] { wake(); }),
      context_{kit_,
               model_,
               settings_,
               recent_,
               [this](nlohmann::json command) { outbox_.push_back(std::move(command)); },
               [this] { apply_settings(); },
               [this] { settings_dialog_.open(settings_, model_.proxy); },
               [this] { access_dialog_.open(context_); },
               [this] { ways_dialog_.open(context_); },
               [this] { host_.ask_to_end(false); },
               [this] { back_wish_ = true; },
               [this] { closing_ = true; },
               [this] { windows_wish_ = true; },
               [this](int to) { send_file_.choose(context_, to); },
               [this](const std::string& file) { send_file_.save_in(context_, file); },
               [this](int member, bool for_good) { kick_dialog_.open(member, for_good); },
               [this](int member) { rights_dialog_.open(context_, member); },
               [this](const std::string& file) { removal_.ask(file); },
               [this](int member) { system_dialog_.open(context_, member); }} {
  use_language(settings_.language);
  model_.own_name = settings_.name;
  model_.relay = relay_name(settings_);
  start_.enter(options.invitation);
  if (options.started) model_.stage = Stage::connecting;
  if (options.started) model_.role = options.program == "lotse-master" ? Role::master : Role::participant;
  wake_event_ = SDL_RegisterEvents(1);
  backend_.on_wake([this] { wake(); });
  if (options_.probe != nullptr) options_.probe->attach([this] { wake(); });
  SDL_StartTextInput();
}

AppWindow::~AppWindow() {
  if (options_.probe != nullptr) options_.probe->detach();
  backend_.on_wake([] {});
}

void AppWindow::wake() {
  if (woken_.exchange(true)) return;
  SDL_Event event{};
  event.type = wake_event_;
  SDL_PushEvent(&event);
}

int AppWindow::run() {
  if (settings_.clipboard != "hand") send_now({{"do", "clipboard"}, {"use", settings_.clipboard}});
  if (!options_.invitation.empty() && !options_.started) {
    start_.join(context_);
    run_commands();
  }
  while (!closing_) {
    wait_for_event();
    take_events();
    answer_questions();
    const bool needed = dirty_;
    if (dirty_) frames_due_ = kFramesAfterInput;
    dirty_ = false;
    if (frames_due_ > 0) draw();
    draw_windows(needed);
  }
  send_now({{"do", "quit"}});
  remember_session();
  return exit_code();
}

int AppWindow::wait_ms() const {
  if (frames_due_ > 0 || dirty_) return 0;
  int wait = -1;
  auto sooner = [&](int ms) {
    if (ms >= 0) wait = wait < 0 ? ms : std::min(wait, ms);
  };
  sooner(kit_.wait_ms());
  if (page_ == Page::viewer && model_.view().has_picture) sooner(viewer_.wait_ms());
  if (page_ == Page::viewer || page_ == Page::host)
    sooner(page_ == Page::host ? host_.wait_ms() : viewer_.picker_wait_ms());
  for (const auto& [key, window] : windows_) sooner(window->wait_ms());
  if (model_.recording.on && (page_ == Page::viewer || page_ == Page::host)) sooner(1000);  // its clock
  return wait;
}

void AppWindow::wait_for_event() {
  SDL_Event event;
  const int wait = wait_ms();
  bool there = wait < 0 ? SDL_WaitEvent(&event) != 0 : SDL_WaitEventTimeout(&event, wait) != 0;
  if (!there && wait > 0) dirty_ = true;  // a time of our own is up
  while (there) {
    handle(event);
    there = SDL_PollEvent(&event) != 0;
  }
  capture_.flush();
  if (page_ == Page::viewer) viewer_.flush();
  for (auto& [key, window] : windows_) window->flush();
}

void AppWindow::open_windows() {
  for (const auto& [key, screen] : model_.screens) {
    if (windows_.contains(key)) continue;
    auto window = std::make_unique<PictureWindow>(
        key, model_.screen_title(key) + " – Lotse", [this](nlohmann::json command) { send_now(std::move(command)); },
        marking_);
    windows_.emplace(key, std::move(window));
  }
}

void AppWindow::draw_windows(bool needed) {
  std::erase_if(windows_, [&](const auto& entry) {
    return entry.second->closed() || !model_.screens.contains(entry.first) || page_ != Page::viewer;
  });
  const MarkChoice before = std::exchange(drawn_marking_, marking_);
  needed = needed || before != marking_;
  for (auto& [key, window] : windows_)
    window->draw(model_, theme_by_name(settings_.theme), backend_.pictures(), needed);
  if (marking_ != drawn_marking_) dirty_ = true;  // the tool was put away in one of them
}

void AppWindow::handle(const SDL_Event& event) {
  if (event.type == wake_event_) {
    woken_ = false;
    return;
  }
  const Uint32 id = SDL_GetWindowID(window_.window());
  if (event.type == SDL_QUIT) return ask_to_close();
  if (event.type == SDL_DROPFILE || event.type == SDL_DROPTEXT) return take_drop(event);
  if (event.type == SDL_WINDOWEVENT && event.window.event == SDL_WINDOWEVENT_CLOSE) {
    if (event.window.windowID == id) ask_to_close();
    for (auto& [key, window] : windows_) window->handle(event);
    return;  // the banner cannot be closed
  }
  for (auto& [key, window] : windows_)
    if (window->handle(event)) return;
  if (event.type == SDL_RENDER_DEVICE_RESET || event.type == SDL_RENDER_TARGETS_RESET) {
    pictures_.forget();
    for (auto& [key, window] : windows_) window->forget();
  }
  if (page_ == Page::viewer && viewer_.handle(event, static_cast<int>(id))) {
    dirty_ = dirty_ || marking_.mode == MarkMode::draw;
    return;
  }
  if (window_.handle(event)) dirty_ = true;
  if (banner_ && banner_->handle(event)) dirty_ = true;
}

/// On whichever of our windows: the question comes in this one.
void AppWindow::take_drop(const SDL_Event& event) {
  const std::string file = event.drop.file == nullptr ? "" : event.drop.file;
  SDL_free(event.drop.file);
  if (event.type != SDL_DROPFILE) return;
  capture_.capture_keyboard(false);  // what is typed now is for the question
  if (event.drop.windowID != SDL_GetWindowID(window_.window())) SDL_RaiseWindow(window_.window());
  send_file_.drop(context_, file);
  dirty_ = true;
}

void AppWindow::ask_to_close() {
  send_file_.close();
  removal_.close();
  rights_dialog_.close();
  kick_dialog_.close();
  if (model_.in_session() && model_.role == Role::master && !model_.members.empty()) {
    host_.ask_to_end(true);
    dirty_ = true;
  } else {
    closing_ = true;
  }
}

void AppWindow::take_events() {
  const std::time_t now = std::time(nullptr);
  const bool asked_before = !model_.consents.empty();
  for (const auto& event : backend_.take_events()) {
    if (event.is_object() && event.value("event", "") == "quit") closing_ = true;
    model_.fold(event, now);
    dirty_ = true;
  }
  for (const auto& problem : model_.notices) notice(problem);
  model_.notices.clear();
  if (send_file_.take_chosen(context_)) {
    run_commands();
    dirty_ = true;
  }
  if (model_.stage == Stage::ended && ended_at_ == 0) {
    ended_at_ = now;
    remember_session();
  }
  if (!asked_before && !model_.consents.empty()) {  // the question must be seen
    SDL_RestoreWindow(window_.window());
    SDL_RaiseWindow(window_.window());
    SDL_FlashWindow(window_.window(), SDL_FLASH_UNTIL_FOCUSED);
  }
  if (page_ == Page::viewer && pictures_.update(window_.renderer(), backend_.pictures(), viewer_.shown(model_)))
    dirty_ = true;
}

void AppWindow::notice(const Problem& problem) {
  if (problem.code == "file_offered" || problem.code == "file_arrived" || problem.code == "board_saved") {
    SDL_FlashWindow(window_.window(), SDL_FLASH_UNTIL_FOCUSED);
    const Page page = model_.page();
    if (page == Page::host || (page == Page::viewer && viewer_.show_files())) return;  // it is seen there
  }
  kit_.toast(notice_words(problem));
}

void AppWindow::draw() {
  --frames_due_;
  window_.begin_frame(theme_by_name(settings_.theme));
  kit_.begin(theme_by_name(settings_.theme));
  draw_page();
  if (kit_.end()) frames_due_ = std::max(frames_due_, 1);
  std::string snapshot;
  window_.end_frame(kit_.theme().background);
  if (options_.probe != nullptr) options_.probe->count_draw();
  draw_banner("");
  run_commands();
}

void AppWindow::draw_page() {
  const Page page = model_.page();
  if (page == Page::viewer) pictures_.update(window_.renderer(), backend_.pictures(), viewer_.shown(model_));
  if (page_ == Page::viewer && page != Page::viewer) viewer_.leave(context_);
  if (page != page_) {
    kit_.focus("");
    frames_due_ = kFramesAfterInput;
  }
  page_ = page;
  switch (page) {
    case Page::start:
      start_.draw(context_);
      break;
    case Page::connecting:
      draw_connecting_page(context_);
      break;
    case Page::trust:
    case Page::relay_changed:
      draw_trust_page(context_);
      break;
    case Page::host:
      host_.draw(context_);
      break;
    case Page::viewer:
      viewer_.draw(context_, pictures_);
      break;
    case Page::error:
      draw_error_page(context_, [this] { retry_wish_ = true; });
      break;
    case Page::ended:
      draw_ended_page(context_, static_cast<long>(ended_at_ - model_.began));
      break;
  }
  if (!model_.consents.empty())
    draw_consent_dialog(context_);
  else if (model_.in_session() && model_.role == Role::master)
    host_.draw_end_question(context_);
  settings_dialog_.draw(context_);
  access_dialog_.draw(context_);
  ways_dialog_.draw(context_);
  rights_dialog_.draw(context_);
  kick_dialog_.draw(context_);
  if (model_.consents.empty()) system_dialog_.draw(context_);
  if (model_.consents.empty()) send_file_.draw(context_), removal_.draw(context_);
  if ((page == Page::host || page == Page::viewer) && !kit_.dialog_open() && kit_.shortcut(SDLK_o))
    send_file_.choose(context_, SendFileDialog::kAsk);
}

void AppWindow::draw_banner(const std::string& snapshot) {
  if (!model_.own_screen_shared()) {
    banner_.reset();
    return;
  }
  if (!banner_) banner_ = std::make_unique<Banner>();
  // Its letters and its width settle within a few frames.
  for (int i = 0; i < 4; ++i)
    if (!banner_->draw(model_, context_.send, snapshot)) break;
}

void AppWindow::run_commands() {
  if (retry_wish_) {
    retry_wish_ = false;
    if (last_way_in_)
      outbox_.push_back(*last_way_in_);
    else
      back_wish_ = true;
  }
  for (auto& command : std::exchange(outbox_, {})) send_now(std::move(command));
  if (back_wish_) back_to_start();
  back_wish_ = false;
  if (std::exchange(windows_wish_, false)) open_windows();
}

void AppWindow::send_now(nlohmann::json command) {
  const std::string verb = command.value("do", "");
  if (verb == "join" || verb == "start_session") {
    last_way_in_ = command;
    ended_at_ = 0;
    remembered_ = false;
  }
  if (verb == "send_file" || verb == "board_put") viewer_.show_files();
  model_.sent(command, std::time(nullptr));
  command["id"] = "ui." + verb + "." + std::to_string(++next_id_);
  backend_.command(command);
  const bool input =
      verb == "move" || verb == "key" || verb == "button" || verb == "wheel" || verb == "type" || verb == "point";
  if (!input) dirty_ = true;
}

void AppWindow::back_to_start() {
  remember_session();
  model_.reset();
  model_.relay = relay_name(settings_);
  ended_at_ = 0;
  start_.enter(start_.entered());
  dirty_ = true;
}

void AppWindow::remember_session() {
  const bool lived = model_.stage == Stage::live || model_.stage == Stage::waiting_for_presenter ||
                     model_.stage == Stage::reconnecting || (model_.stage == Stage::ended && model_.most_people > 0);
  if (remembered_ || !lived || model_.most_people < 2) return;
  remembered_ = true;
  const Member* other = model_.other();
  const std::time_t end = ended_at_ != 0 ? ended_at_ : std::time(nullptr);
  std::string kind = model_.role == Role::participant ? "joined"
                     : model_.mode == "presentation"  ? "presented"
                                                      : "helped";
  add_recent(recent_, {.with = other == nullptr ? "" : other->name,
                       .kind = kind,
                       .number = model_.number,
                       .relay = relay_name(settings_),
                       .path = model_.path,
                       .when = model_.began,
                       .seconds = static_cast<long>(end - model_.began),
                       .people = static_cast<int>(model_.most_people),
                       .recorded = !model_.recording.file.empty()});
  save_recent(options_.config_dir, recent_);
}

void AppWindow::apply_settings() {
  save_settings(options_.config_dir, settings_);
  use_language(settings_.language);
  model_.own_name = settings_.name;
  dirty_ = true;
}

int AppWindow::exit_code() const {
  const std::string why = model_.problem ? model_.problem->code : model_.ended_reason;
  if (why == "kicked" || why == "banned" || why == "lobby_refused" || why == "bad_password" || why == "refused")
    return 3;
  if (why == "lost" || why == "relay_unreachable" || why == "timeout") return 4;
  return 0;
}

void AppWindow::answer_questions() {
  if (options_.probe == nullptr) return;
  auto questions = options_.probe->take();
  if (!questions.empty()) take_events();  // what came while this round ran already was there before the question
  for (auto& question : questions) {
    const std::string verb = text_field(question.command, "do", 64);
    // What is told is never older than what happened: everything due is drawn first.
    for (int i = 0; i < 12 && (dirty_ || frames_due_ > 0); ++i) {
      if (dirty_) frames_due_ = kFramesAfterInput;
      dirty_ = false;
      draw();
    }
    if (verb == "ui_press" || verb == "ui_text") {
      answer_press(question);
    } else if (verb == "ui_tree") {
      question.answer(tree());
    } else if (verb == "ui_snapshot") {
      const std::string file = text_field(question.command, "file");
      bool banner = bool_field(question.command, "banner", false), written = false;
      const int presenter = int_field(question.command, "presenter", -1);
      auto single = windows_.find({presenter, int_field(question.command, "screen", 0)});
      if (file.empty()) {
        written = false;
      } else if (presenter >= 0) {
        draw_windows(true);
        written = single != windows_.end() && single->second->snapshot(model_, theme_by_name(settings_.theme), file);
      } else if (banner && banner_) {
        banner_->draw(model_, context_.send, file);
        written = true;
      } else if (!banner) {
        window_.begin_frame(theme_by_name(settings_.theme));
        kit_.begin(theme_by_name(settings_.theme));
        draw_page();
        kit_.end();
        written = window_.end_frame(kit_.theme().background, file);
      }
      if (written)
        question.answer({{"ok", true}, {"file", file}});
      else
        question.answer(
            {{"ok", false}, {"error", {{"code", "internal"}, {"message", "the picture cannot be written"}}}});
    } else {
      question.answer({{"ok", false}, {"error", {{"code", "bad_request"}, {"message", "unknown command"}}}});
    }
  }
}

void AppWindow::answer_press(UiProbe::Question& question) {
  // "control", or an "id" that is one: a script may count its commands instead.
  std::string control = text_field(question.command, "control", 200);
  if (control.empty()) control = text_field(question.command, "id", 200);
  if (control.empty())
    return question.answer({{"ok", false}, {"error", {{"code", "bad_request"}, {"message", "which control?"}}}});
  if (control.starts_with("banner.") && banner_) {
    banner_->kit().remote_press(control);
    banner_->draw(model_, context_.send, "");
    run_commands();
    question.answer({{"ok", true}});
    dirty_ = true;
    return;
  }
  if (text_field(question.command, "do", 64) == "ui_text")
    kit_.remote_text(control, text_field(question.command, "text"));
  else
    kit_.remote_press(control);
  draw();
  Kit::RemoteOutcome outcome = kit_.take_remote_outcome();
  dirty_ = true;
  if (outcome == Kit::RemoteOutcome::done) return question.answer({{"ok", true}});
  const char* why =
      outcome == Kit::RemoteOutcome::disabled ? "the control takes no input now" : "no such control on this page";
  question.answer({{"ok", false}, {"error", {{"code", "bad_request"}, {"message", why}}}});
}

nlohmann::json AppWindow::tree() const {
  nlohmann::json list = nlohmann::json::array();
  auto add = [&](const std::vector<Control>& controls, const std::string& window) {
    for (const auto& c : controls)
      list.push_back({{"id", c.id},
                      {"role", c.role},
                      {"label", c.label},
                      {"rect", {c.rect.x, c.rect.y, c.rect.width, c.rect.height}},
                      {"enabled", c.enabled},
                      {"truncated", c.truncated},
                      {"focused", !c.id.empty() && c.id == kit_.focused()},
                      {"window", window}});
  };
  add(kit_.controls(), "main");
  if (banner_) add(banner_->controls(), "banner");
  for (const auto& [key, window] : windows_)
    add(window->controls(), "screen." + std::to_string(key.first) + "." + std::to_string(key.second));
  static const char* kPages[] = {"start", "connecting", "trust", "relay_changed", "host", "viewer", "error", "ended"};
  return {{"ok", true},
          {"tree", list},
          {"page", kPages[static_cast<int>(page_)]},
          {"draws", options_.probe->draws()},
          {"window_id", SDL_GetWindowID(window_.window())}};
}

int run_app(const AppOptions& options, Backend& backend) {
  SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
  SDL_SetHint(SDL_HINT_APP_NAME, "Lotse");
  SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
  SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
  // No SDL_Quit(): it unloads libX11, whose locks are lost then; the process is about to end anyway.
  AppWindow window(options, backend);
  return window.run();
}

}  // namespace lotse::ui

#if defined(__SANITIZE_ADDRESS__)
// SDL keeps its connection to D-Bus and its list of windows until the process ends.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libdbus-1\nleak:libSDL2\nleak:libfontconfig\n"; }
#endif
