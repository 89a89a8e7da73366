// Other programs of the desktop.
#pragma once
#include <string>
#include <vector>

namespace lotse::ui {

/// Starts `command` with its output on the descriptor `output`, -1: nowhere; the process, or -1 when there is no such
/// program. No shell.
int spawn(const std::vector<std::string>& command, int output);

/// Opens `url` in the browser of the desktop; false when nothing there can. Window's thread only.
bool open_link(const std::string& url);

}  // namespace lotse::ui
