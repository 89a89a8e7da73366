// The windows seen and pressed by tests and scripts: ui_tree, ui_press, ui_text, ui_snapshot.
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>

namespace lotse::ui {

/// Handed to run_app() in AppOptions. The program forwards the four commands to it.
///   ui_tree            ->
///   {"tree":[{"id","role","label","rect":[x,y,w,h],"enabled","truncated","focused"}],"page","draws","window_id"}
///   ui_press{id} ->
///   {} once the frame with the press was drawn ui_text{id,text}   -> {} once the field has the text ui_snapshot{file}
///   -> {"width","height"} once the PNG is written; {"banner":true} takes the banner's window
/// Errors: bad_request (unknown id or command, disabled control), internal (file cannot be written), ended (no window).
class UiProbe {
 public:
  using Answer = std::function<void(nlohmann::json)>;  // {"ok":true,...} or {"ok":false,"error":{"code","message"}}

  /// Any thread. `answer` is called once, on the window's thread (or at once when no window runs).
  void ask(nlohmann::json command, Answer answer);
  /// How many frames the main window has drawn. Any thread.
  std::uint64_t draws() const { return draws_; }

  // The window's side.
  struct Question {
    nlohmann::json command;
    Answer answer;
  };
  void attach(std::function<void()> wake);
  void detach();  // answers what is open
  std::deque<Question> take();
  void count_draw() { ++draws_; }

 private:
  std::mutex mutex_;
  std::deque<Question> questions_;
  std::function<void()> wake_;
  std::atomic<std::uint64_t> draws_ = 0;
};

}  // namespace lotse::ui
