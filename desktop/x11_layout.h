// The X server's keyboard: its layout as it is now, its modifiers, and spare keys that get a meaning for a while.
#pragma once
#include <cstdint>
#include <map>
#include <memory>

#include "desktop/keymap.h"
#include "desktop/x11_connection.h"

struct xkb_context;

namespace lotse::desktop {

enum class Keyboard {
  core,  // what the person at the machine types on
  test,  // XTest's own one: its layout may be another, and it is in force when XTest types
};

class X11Layout {
 public:
  /// Throws std::runtime_error without XKB.
  X11Layout(X11Connection& connection, Keyboard keyboard);
  ~X11Layout();

  /// Reads all events that have come; loads the layout again when one of them says that it changed.
  void settle();
  /// True when the event was about the layout; settle() does it for all.
  bool handle(const X11Event& event);
  /// Loads the layout again if handle() saw that it changed. True when it did, and then it may have read events.
  bool refresh();
  /// As of the last settle(); invalid after the next one.
  const Keymap& keymap() const { return *keymap_; }
  /// Asks the server; all events that came before the answer are read by the next settle().
  KeyboardState state();
  /// Gives keys one meaning each from now on, 0 for nothing. One request for each run of neighbours, since every
  /// program loads the whole layout again after each. Loaded here by reload().
  void change(const std::map<Keycode, std::uint32_t>& meanings);
  void reload();

 private:
  struct Release {
    void operator()(xkb_context* context) const;
  };
  bool load();

  X11Connection& connection_;
  std::unique_ptr<xkb_context, Release> context_;
  int first_event_ = 0;
  int device_ = 0, core_device_ = 0;
  std::unique_ptr<Keymap> keymap_;
  std::uint32_t loaded_at_ = 0;  // sequence number: what the server told before is in keymap_ already
  bool stale_ = false;
};

}  // namespace lotse::desktop
