// A program behind the windows that only replays events and writes down commands.
#pragma once
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "ui/app.h"
#include "ui/probe.h"

namespace lotse::ui::test {

using nlohmann::json;
inline constexpr std::chrono::seconds kPatience{60};  // sanitizers on a busy machine; only a failure waits so long

class FakeBackend : public Backend {
 public:
  void command(const json& command) override {
    std::lock_guard lock(mutex_);
    commands_.push_back(command);
    changed_.notify_all();
  }
  std::vector<json> take_events() override {
    std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }
  SharedPictures& pictures() override { return pictures_; }
  void on_wake(std::function<void()> wake) override {
    std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }

  void say(std::initializer_list<json> events) {
    for (const json& event : events) push(event);
    wake();
  }
  void say(const std::vector<json>& events) {
    for (const json& event : events) push(event);
    wake();
  }
  void wake() {
    std::function<void()> wake;
    {
      std::lock_guard lock(mutex_);
      wake = wake_;
    }
    if (wake) wake();
  }
  /// The first command `verb` that was sent and not asked for before; null when none came in time.
  json wait_for(const std::string& verb) {
    std::unique_lock lock(mutex_);
    json found;
    changed_.wait_for(lock, kPatience, [&] {
      auto it =
          std::find_if(commands_.begin(), commands_.end(), [&](const json& c) { return c.value("do", "") == verb; });
      if (it == commands_.end()) return false;
      found = *it;
      commands_.erase(it);
      return true;
    });
    return found;
  }
  std::vector<json> commands() {
    std::lock_guard lock(mutex_);
    return commands_;
  }

 private:
  void push(const json& event) {
    std::lock_guard lock(mutex_);
    events_.push_back(event);
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<json> events_, commands_;
  std::function<void()> wake_;
  SharedPictures pictures_;
};

/// The windows on a thread of their own, pressed and read through the probe.
class RunningWindow {
 public:
  explicit RunningWindow(AppOptions options) {
    options.probe = &probe_;
    thread_ = std::thread([this, options] {
      try {
        result_.set_value(run_app(options, backend));
      } catch (...) {
        result_.set_exception(std::current_exception());
      }
    });
    while (ask({{"do", "ui_tree"}}).value("ok", false) == false && !ended()) std::this_thread::yield();
  }
  ~RunningWindow() {
    backend.say({{{"event", "quit"}}});
    thread_.join();
  }

  json ask(const json& command) {
    auto promise = std::make_shared<std::promise<json>>();
    auto future = promise->get_future();
    probe_.ask(command, [promise](json answer) { promise->set_value(std::move(answer)); });
    return future.wait_for(kPatience) == std::future_status::ready ? future.get() : json{{"ok", false}, {"late", true}};
  }
  bool press(const std::string& id) { return ask({{"do", "ui_press"}, {"control", id}}).value("ok", false); }
  bool type(const std::string& id, const std::string& text) {
    return ask({{"do", "ui_text"}, {"control", id}, {"text", text}}).value("ok", false);
  }
  json tree() { return ask({{"do", "ui_tree"}}); }
  std::string page() { return tree().value("page", ""); }
  /// The control with this id, null when there is none.
  json control(const std::string& id) {
    const json now_c = tree();
    for (const auto& c : now_c["tree"])
      if (c["id"] == id) return c;
    return nullptr;
  }
  /// Whether some label contains `text`.
  bool shows(const std::string& text) {
    const json now_c = tree();
    for (const auto& c : now_c["tree"])
      if (c["label"].get<std::string>().find(text) != std::string::npos) return true;
    return false;
  }
  std::uint64_t draws() const { return probe_.draws(); }
  bool ended() { return result_future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
  int result() { return result_future_.get(); }

  FakeBackend backend;

 private:
  UiProbe probe_;
  std::promise<int> result_;
  std::shared_future<int> result_future_ = result_.get_future().share();
  std::thread thread_;
};

}  // namespace lotse::ui::test
