#include "x_server.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <thread>

namespace lotse::desktop {
namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (const std::string& s : strings) all.push_back(const_cast<char*>(s.c_str()));
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> environment_with(const std::string& display) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry)
    if (!std::string_view(*entry).starts_with("DISPLAY=")) all.emplace_back(*entry);
  all.push_back("DISPLAY=" + display);
  return all;
}

/// `output`: becomes descriptor 9 of the program, or -1. Its chatter goes nowhere.
pid_t spawn(const std::vector<std::string>& command, const std::string& display, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  if (output >= 0) posix_spawn_file_actions_adddup2(&actions, output, 9);
  std::vector<std::string> environment = environment_with(display);
  pid_t pid = 0;
  int failed =
      posix_spawnp(&pid, command[0].c_str(), &actions, nullptr, pointers(command).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed) throw std::runtime_error("cannot start " + command[0]);
  return pid;
}

}  // namespace

XServer::XServer(const std::string& screen, const std::vector<std::string>& options) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<std::string> command = {"Xvfb", "-displayfd", "9",   "-screen", "0",
                                      screen, "-nolisten",  "tcp", "-noreset"};
  command.insert(command.end(), options.begin(), options.end());
  pid_ = spawn(command, "", ends[1]);
  close(ends[1]);
  char digit = 0;
  display_ = ":";
  while (read(ends[0], &digit, 1) == 1 && digit != '\n') display_ += digit;
  close(ends[0]);
  if (digit != '\n') throw std::runtime_error("Xvfb did not start");
}

XServer::~XServer() { kill(); }

void XServer::kill() {
  if (!pid_) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  // Killed, it leaves these behind.
  unlink(("/tmp/.X11-unix/X" + display_.substr(1)).c_str());
  unlink(("/tmp/.X" + display_.substr(1) + "-lock").c_str());
  pid_ = 0;
}

void XServer::stop() { ::kill(pid_, SIGSTOP); }
void XServer::go_on() { ::kill(pid_, SIGCONT); }

void XServer::run(const std::vector<std::string>& command) const {
  pid_t pid = spawn(command, display_, -1);
  int status = 0;
  waitpid(pid, &status, 0);
  if (status != 0) throw std::runtime_error(command[0] + " failed");
}

XProgram::XProgram(const XServer& server, const std::vector<std::string>& command)
    : pid_(spawn(command, server.display(), -1)) {}

XProgram::~XProgram() {
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void wait_until(const std::function<bool()>& done) {
  for (auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10); !done();) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited for ten seconds in vain");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

XClient::XClient(const XServer& server) : connection_(xcb_connect(server.display().c_str(), nullptr)) {
  if (xcb_connection_has_error(connection_)) throw std::runtime_error("no connection to the test's X server");
  root_ = xcb_setup_roots_iterator(xcb_get_setup(connection_)).data->root;
  gc_ = xcb_generate_id(connection_);
  xcb_create_gc(connection_, gc_, root_, 0, nullptr);
}

XClient::~XClient() { xcb_disconnect(connection_); }

void XClient::sync() const {
  std::unique_ptr<xcb_get_input_focus_reply_t, Free> reply(
      xcb_get_input_focus_reply(connection_, xcb_get_input_focus(connection_), nullptr));
}

void XClient::fill(const Rect& rect, std::uint32_t color) {
  xcb_change_gc(connection_, gc_, XCB_GC_FOREGROUND, &color);
  xcb_rectangle_t area{static_cast<std::int16_t>(rect.x), static_cast<std::int16_t>(rect.y),
                       static_cast<std::uint16_t>(rect.width), static_cast<std::uint16_t>(rect.height)};
  xcb_poly_fill_rectangle(connection_, root_, gc_, 1, &area);
  sync();
}

void XClient::warp(Point position) {
  xcb_warp_pointer(connection_, XCB_NONE, root_, 0, 0, 0, 0, static_cast<std::int16_t>(position.x),
                   static_cast<std::int16_t>(position.y));
  sync();
}

void XClient::set_cursor(std::uint16_t glyph) {
  std::uint32_t font = xcb_generate_id(connection_), cursor = xcb_generate_id(connection_);
  xcb_open_font(connection_, font, 6, "cursor");
  xcb_create_glyph_cursor(connection_, cursor, font, font, glyph, static_cast<std::uint16_t>(glyph + 1), 0, 0, 0, 65535,
                          65535, 65535);
  xcb_change_window_attributes(connection_, root_, XCB_CW_CURSOR, &cursor);
  sync();
}

Point XClient::pointer() const {
  std::unique_ptr<xcb_query_pointer_reply_t, Free> reply(
      xcb_query_pointer_reply(connection_, xcb_query_pointer(connection_, root_), nullptr));
  if (!reply) throw std::runtime_error("no pointer");
  return {reply->root_x, reply->root_y};
}

Bytes XClient::image(const Rect& r) const {
  auto cookie = xcb_get_image(connection_, XCB_IMAGE_FORMAT_Z_PIXMAP, root_, static_cast<std::int16_t>(r.x),
                              static_cast<std::int16_t>(r.y), static_cast<std::uint16_t>(r.width),
                              static_cast<std::uint16_t>(r.height), ~0u);
  std::unique_ptr<xcb_get_image_reply_t, Free> reply(xcb_get_image_reply(connection_, cookie, nullptr));
  if (!reply) throw std::runtime_error("no image");
  const std::uint8_t* data = xcb_get_image_data(reply.get());
  return Bytes(data, data + xcb_get_image_data_length(reply.get()));
}

}  // namespace lotse::desktop
