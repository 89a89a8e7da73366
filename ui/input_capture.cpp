#include "ui/input_capture.h"

#include <SDL2/SDL.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ui/key_names.h"

namespace lotse::ui {
namespace {

bool is_modifier(int scancode) { return scancode >= SDL_SCANCODE_LCTRL && scancode <= SDL_SCANCODE_RGUI; }
bool is_lock(int scancode) { return scancode == SDL_SCANCODE_CAPSLOCK || scancode == SDL_SCANCODE_NUMLOCKCLEAR; }

/// The interface's button numbers are X11's: 8 back, 9 forward.
int button_number(int sdl) { return sdl <= 3 ? sdl : sdl + 4; }

std::string plain_letter(int keycode) {
  return letter_name(keycode > 0 && keycode < 0x110000 ? static_cast<char32_t>(keycode) : U' ');
}

nlohmann::json modifier_fields(int mods, bool alt_gr) {
  return {{"shift", (mods & KMOD_SHIFT) != 0},
          {"control", (mods & KMOD_CTRL) != 0},
          {"alt", (mods & KMOD_LALT) != 0 || ((mods & KMOD_RALT) != 0 && !alt_gr)},
          {"super", (mods & KMOD_GUI) != 0},
          {"alt_gr", alt_gr},
          {"caps", (mods & KMOD_CAPS) != 0},
          {"num", (mods & KMOD_NUM) != 0}};
}

}  // namespace

void InputCapture::grab(bool on) {
  if (window_ == nullptr) return;
  SDL_SetHint(SDL_HINT_GRAB_KEYBOARD, "1");
  SDL_SetWindowKeyboardGrab(window_, on ? SDL_TRUE : SDL_FALSE);
}

nlohmann::json InputCapture::to_screen(const char* verb) const {
  return {{"do", verb}, {"presenter", presenter_}, {"screen", screen_}};
}

void InputCapture::set_control(SDL_Window* window, bool allowed, const PictureLayout& layout, int presenter,
                               int screen) {
  window_ = window;
  layout_ = layout;
  if (presenter_ != presenter || screen_ != screen) {  // what is down is lifted where it went down
    if (keyboard_ || buttons_ != 0) release_all();
    move_.reset();
  }
  presenter_ = presenter;
  screen_ = screen;
  if (allowed_ && !allowed) {
    capture_keyboard(false);
    move_.reset();
    buttons_ = 0;
  }
  allowed_ = allowed;
}

void InputCapture::capture_keyboard(bool on) {
  on = on && allowed_;
  if (on == keyboard_) return;
  if (!on) release_all();
  keyboard_ = on;
  alone_ = false;
  grab(on);
}

void InputCapture::release_all() {
  pending_.reset();
  down_.clear();
  alt_gr_held_ = alt_gr_sent_ = false;
  buttons_ = 0;
  send_(to_screen("release_keys"));
}

void InputCapture::send_key(const std::string& name, int position, bool down) {
  const bool alt_gr = alt_gr_held_ && !alt_gr_sent_;
  nlohmann::json command = to_screen("key");
  command.update(
      {{"sym", name}, {"position", position}, {"down", down}, {"mods", modifier_fields(modifiers_, alt_gr)}});
  send_(std::move(command));
}

bool InputCapture::handle(const SDL_Event& event, bool over_picture) {
  if (!allowed_) return false;
  switch (event.type) {
    case SDL_KEYDOWN:
    case SDL_KEYUP:
      return keyboard_ && handle_key(event.key);
    case SDL_TEXTINPUT:
      return keyboard_ && handle_text(event.text.text);
    case SDL_TEXTEDITING:
      return keyboard_;
    case SDL_MOUSEMOTION:
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
    case SDL_MOUSEWHEEL:
      return handle_mouse(event, over_picture);
    case SDL_WINDOWEVENT:
      // Whatever is down must not stay down over there.
      if (event.window.event == SDL_WINDOWEVENT_FOCUS_LOST && (keyboard_ || buttons_ != 0)) {
        if (keyboard_)
          capture_keyboard(false);
        else
          release_all();
      }
      return false;
    default:
      return false;
  }
}

bool InputCapture::handle_mouse(const SDL_Event& event, bool over_picture) {
  if (event.type == SDL_MOUSEMOTION) {
    if (!over_picture && buttons_ == 0) return false;
    move_ = to_picture(layout_, {event.motion.x, event.motion.y});
    return false;  // our own hover follows as well
  }
  if (event.type == SDL_MOUSEWHEEL) {
    if (!over_picture) return false;
    flush();
    nlohmann::json command = to_screen("wheel");
    command.update({{"dx", event.wheel.x}, {"dy", -event.wheel.y}});
    send_(std::move(command));
    return true;
  }
  const bool down = event.button.state == SDL_PRESSED;
  const unsigned bit = 1U << event.button.button;
  if (down ? !over_picture : (buttons_ & bit) == 0) {
    if (down) capture_keyboard(false);  // a click on something of ours takes the keyboard back
    return false;
  }
  if (down) capture_keyboard(true);
  buttons_ = down ? buttons_ | bit : buttons_ & ~bit;
  move_.reset();
  const Point at = to_picture(layout_, {event.button.x, event.button.y});
  nlohmann::json command = to_screen("button");
  command.update({{"x", at.x}, {"y", at.y}, {"button", button_number(event.button.button)}, {"down", down}});
  send_(std::move(command));
  return true;
}

bool InputCapture::handle_key(const SDL_KeyboardEvent& event) {
  const int scancode = event.keysym.scancode;
  const bool down = event.state == SDL_PRESSED;
  modifiers_ = event.keysym.mod;
  drop_text_ = event.repeat != 0;  // the presenter's side repeats by itself
  if (event.repeat != 0) return true;
  flush();
  if (scancode == SDL_SCANCODE_RCTRL) {
    if (down) {
      alone_ = true;
    } else if (alone_) {
      capture_keyboard(false);
      return true;
    }
  } else if (down) {
    alone_ = false;
  }
  if (is_lock(scancode)) return true;  // their state travels with every key
  if (scancode == SDL_SCANCODE_RALT) {
    // Perhaps Alt, perhaps AltGr: the next key tells.
    if (!down && alt_gr_sent_) send_key("Alt_R", key_position(scancode), false);
    alt_gr_held_ = down;
    alt_gr_sent_ = false;
    return true;
  }
  if (!down) {
    auto held = down_.find(scancode);
    if (held == down_.end()) return true;
    send_key(held->second, key_position(scancode), false);
    down_.erase(held);
    return true;
  }
  std::string name = key_name(scancode);
  const bool shortcut = (modifiers_ & (KMOD_CTRL | KMOD_LALT | KMOD_GUI)) != 0;
  if (name.empty() && !shortcut) {
    pending_ = Pending{scancode, event.keysym.sym};
    return true;
  }
  drop_text_ = true;
  if (name.empty()) name = plain_letter(event.keysym.sym);
  if (alt_gr_held_ && !alt_gr_sent_ && !is_modifier(scancode)) {
    alt_gr_sent_ = true;
    send_key("Alt_R", key_position(SDL_SCANCODE_RALT), true);
  }
  down_[scancode] = name;
  send_key(name, key_position(scancode), true);
  return true;
}

bool InputCapture::handle_text(const std::string& text) {
  if (drop_text_) return true;
  const std::u32string letters = to_utf32(text);
  if (letters.empty()) return true;
  if (!pending_ || letters.size() != 1) {
    pending_.reset();
    nlohmann::json command = to_screen("type");  // composed here: dead keys, input methods
    command["text"] = text;
    send_(std::move(command));
    return true;
  }
  const auto [scancode, plain] = *pending_;
  pending_.reset();
  if (alt_gr_held_ && !alt_gr_sent_ && static_cast<char32_t>(plain) == letters[0]) {
    alt_gr_sent_ = true;  // it changed nothing, so it is Alt
    send_key("Alt_R", key_position(SDL_SCANCODE_RALT), true);
  }
  down_[scancode] = letter_name(letters[0]);
  send_key(down_[scancode], key_position(scancode), true);
  return true;
}

void InputCapture::flush() {
  if (move_ && allowed_) {
    nlohmann::json command = to_screen("move");
    command.update({{"x", move_->x}, {"y", move_->y}});
    send_(std::move(command));
  }
  move_.reset();
  if (!pending_) return;
  // No text came. With the right Alt key it was a shortcut; alone it is a dead key that waits for the next one.
  const auto [scancode, plain] = *pending_;
  pending_.reset();
  if (!alt_gr_held_) return;
  if (!alt_gr_sent_) send_key("Alt_R", key_position(SDL_SCANCODE_RALT), true);
  alt_gr_sent_ = true;
  down_[scancode] = plain_letter(plain);
  send_key(down_[scancode], key_position(scancode), true);
}

void InputCapture::press_chord(const std::vector<std::string>& names) {
  if (!allowed_) return;
  flush();
  auto position = [](const std::string& name) {
    for (int scancode = 0; scancode < SDL_NUM_SCANCODES; ++scancode)
      if (key_name(scancode) == name) return key_position(scancode);
    return 0;
  };
  modifiers_ &= KMOD_CAPS | KMOD_NUM;
  for (const auto& name : names) send_key(name, position(name), true);
  for (auto name = names.rbegin(); name != names.rend(); ++name) send_key(*name, position(*name), false);
}

}  // namespace lotse::ui
