#include "ui/probe.h"

namespace lotse::ui {
namespace {

constexpr std::size_t kMaxQuestions = 1000;

nlohmann::json no_window() {
  return {{"ok", false}, {"error", {{"code", "ended"}, {"message", "there is no window"}}}};
}

}  // namespace

void UiProbe::ask(nlohmann::json command, Answer answer) {
  std::function<void()> wake;
  {
    std::lock_guard lock(mutex_);
    if (wake_ && questions_.size() < kMaxQuestions) {
      questions_.push_back({std::move(command), std::move(answer)});
      wake = wake_;
    }
  }
  if (wake)
    wake();
  else
    answer(no_window());
}

void UiProbe::attach(std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void UiProbe::detach() {
  std::deque<Question> open;
  {
    std::lock_guard lock(mutex_);
    wake_ = nullptr;
    open.swap(questions_);
  }
  for (auto& question : open) question.answer(no_window());
}

std::deque<UiProbe::Question> UiProbe::take() {
  std::lock_guard lock(mutex_);
  return std::exchange(questions_, {});
}

}  // namespace lotse::ui
