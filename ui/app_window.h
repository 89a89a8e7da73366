// The main window: which page is shown, the loop, and the ways in and out of a session.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ui/access_dialog.h"
#include "ui/app.h"
#include "ui/banner.h"
#include "ui/board_list.h"
#include "ui/gui_window.h"
#include "ui/host_page.h"
#include "ui/input_capture.h"
#include "ui/kick_dialog.h"
#include "ui/kit.h"
#include "ui/model.h"
#include "ui/page.h"
#include "ui/picture_view.h"
#include "ui/picture_window.h"
#include "ui/probe.h"
#include "ui/rights_dialog.h"
#include "ui/send_file_dialog.h"
#include "ui/settings_dialog.h"
#include "ui/start_page.h"
#include "ui/system_dialog.h"
#include "ui/viewer_page.h"
#include "ui/ways_dialog.h"

namespace lotse::ui {

class AppWindow {
 public:
  AppWindow(const AppOptions& options, Backend& backend);
  ~AppWindow();
  int run();

 private:
  void wake();  // from any thread
  void wait_for_event();
  void handle(const SDL_Event& event);
  void take_drop(const SDL_Event& event);
  void take_events();
  void notice(const Problem& problem);
  void draw();
  void draw_page();
  void draw_banner(const std::string& snapshot);
  void open_windows();
  void draw_windows(bool needed);
  void run_commands();
  void send_now(nlohmann::json command);
  void ask_to_close();
  void remember_session();
  void apply_settings();
  void back_to_start();
  void answer_questions();
  void answer_press(UiProbe::Question& question);
  nlohmann::json tree() const;
  int wait_ms() const;
  int exit_code() const;

  AppOptions options_;
  Backend& backend_;
  std::atomic<bool> woken_ = false;
  std::uint32_t wake_event_ = 0;
  Settings settings_;
  std::vector<RecentSession> recent_;
  Model model_;
  GuiWindow window_;
  Kit kit_;
  std::unique_ptr<Banner> banner_;
  InputCapture capture_;
  MarkChoice marking_, drawn_marking_;  // drawn: as the windows of single screens show it
  PictureSet pictures_;
  std::map<Model::ScreenKey, std::unique_ptr<PictureWindow>> windows_;  // of single screens
  StartPage start_;
  HostPage host_;
  ViewerPage viewer_;
  SettingsDialog settings_dialog_;
  AccessDialog access_dialog_;
  WaysDialog ways_dialog_;
  KickDialog kick_dialog_;
  RightsDialog rights_dialog_;
  SystemDialog system_dialog_;
  SendFileDialog send_file_;
  BoardRemoval removal_;
  PageContext context_;
  std::vector<nlohmann::json> outbox_;  // sent after the frame: pages must not pull the ground from under themselves
  std::optional<nlohmann::json> last_way_in_;  // join or start_session, for "Try again"
  Page page_ = Page::start;
  bool windows_wish_ = false;  // a window is made between frames: each has a drawing context of its own
  bool back_wish_ = false, retry_wish_ = false, closing_ = false, dirty_ = true, remembered_ = false;
  int frames_due_ = 2;
  std::uint64_t next_id_ = 0;
  std::time_t ended_at_ = 0;
};

}  // namespace lotse::ui
