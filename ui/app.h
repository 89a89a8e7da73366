// The windows of a program: one SDL window with its pages, and a banner while the own screen is shared.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "ui/backend.h"

namespace lotse::ui {

class UiProbe;

struct AppOptions {
  std::string program;       // "lotse-master" or "lotse-participant"
  std::string language;      // "" = the environment's, "en", "de"
  std::string theme;         // "" = as the system, "dark", "light"
  std::string name;          // own name, as last used
  std::string relay;         // as last used
  std::string clipboard{};   // "" = as last used, or as the command clipboard has it
  std::string config_dir;    // recent.json, settings.json live here
  std::string invitation;    // number, code or link to join at once: shown in the field
  bool started = false;      // the program already runs a session: begin on its page, not on the start page
  UiProbe* probe = nullptr;  // ui/probe.h: lets the program forward ui_tree, ui_press, ui_text, ui_snapshot
};

/// Runs the windows on the calling thread (the main one) until closed or the session's end was acknowledged; returns
/// the exit code. Throws std::runtime_error, one clear line, when there is no display.
///
/// Options that are not empty overrule settings.json. On closing, {"do":"quit"} is sent. Beyond the control interface
/// the windows send {"do":"start_session","relay","name","mode","share","password"}, {"do":"trust_relay","allow"},
/// {"do":"set_name","name"}, {"do":"proxy",...}, {"do":"access_test","relay"}, {"do":"new_code"},
/// {"do":"request_share","participant"}, {"do":"leave"} (back to no session; the program stays),
/// {"do":"release_control","presenter"} and {"do":"release_keys"}. The event
/// {"event":"quit"} closes the windows: the program sends it when it is to end.
int run_app(const AppOptions& options, Backend& backend);

}  // namespace lotse::ui
