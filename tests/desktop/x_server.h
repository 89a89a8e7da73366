// An X server of the test's own, and a client that draws and looks.
#pragma once
#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/geometry.h"

struct xcb_connection_t;

namespace lotse::desktop {

/// Xvfb on a free display. Ends with the object.
class XServer {
 public:
  explicit XServer(const std::string& screen = "640x480x24", const std::vector<std::string>& options = {});
  ~XServer();
  XServer(const XServer&) = delete;
  XServer& operator=(const XServer&) = delete;

  const std::string& display() const { return display_; }
  /// Runs a program on this display and waits for it; throws when it fails.
  void run(const std::vector<std::string>& command) const;
  void kill();
  void stop();  // SIGSTOP: the server hangs
  void go_on();

 private:
  pid_t pid_ = 0;
  std::string display_;
};

/// A program on a server's display, killed with the object.
class XProgram {
 public:
  XProgram(const XServer& server, const std::vector<std::string>& command);
  ~XProgram();
  XProgram(const XProgram&) = delete;
  XProgram& operator=(const XProgram&) = delete;

 private:
  pid_t pid_;
};

/// For what an X server tells nobody of: asks again and again, and throws after ten seconds.
void wait_until(const std::function<bool()>& done);

/// A plain client. Every call returns after the server has done it.
class XClient {
 public:
  explicit XClient(const XServer& server);
  ~XClient();
  XClient(const XClient&) = delete;
  XClient& operator=(const XClient&) = delete;

  xcb_connection_t* raw() const { return connection_; }
  std::uint32_t root() const { return root_; }
  void sync() const;
  /// Draws on the root window; `color` as the server's pixels are.
  void fill(const Rect& rect, std::uint32_t color);
  void warp(Point position);
  /// One of the cursors of the core font: XC_... / 2 shapes; shown over the root window.
  void set_cursor(std::uint16_t glyph);
  Point pointer() const;
  /// XGetImage of the root window, as the server gives it.
  Bytes image(const Rect& rect) const;

 private:
  xcb_connection_t* connection_;
  std::uint32_t root_ = 0, gc_ = 0;
};

}  // namespace lotse::desktop
