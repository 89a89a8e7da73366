// The desktop's own dialog for choosing files: zenity or kdialog, a program beside this one.
#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace lotse::ui {

/// The window never waits for it: a thread watches the program and calls `wake` when it is done. Window's thread only.
class FileChooser {
 public:
  struct Choice {
    bool failed = false;             // the program broke; nobody cancelled it
    std::vector<std::string> files;  // absolute paths, none when it was cancelled
  };

  /// `wake`: called from the watching thread.
  explicit FileChooser(std::function<void()> wake) : wake_(std::move(wake)) {}
  /// Ends the dialog.
  ~FileChooser();
  FileChooser(const FileChooser&) = delete;
  FileChooser& operator=(const FileChooser&) = delete;

  enum class Wanted { files, folder };
  /// Opens the dialog. False when the desktop has no such program. One at a time.
  bool open(const std::string& title, Wanted wanted = Wanted::files);
  bool running() const { return thread_.joinable(); }
  /// What came of it, once.
  std::optional<Choice> take();

 private:
  void watch(int child, int output);

  std::function<void()> wake_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
  std::mutex mutex_;
  std::optional<Choice> choice_;
};

/// The paths in what the program printed: "//" stands between them, which no path has inside.
std::vector<std::string> printed_paths(std::string_view printed);

}  // namespace lotse::ui
