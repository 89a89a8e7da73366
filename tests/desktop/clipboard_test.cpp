// The clipboard against xclip, a client that is not ours.
#include <signal.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>

#include "desktop/clipboard.h"
#include "x_server.h"

namespace lotse::desktop {
namespace {

using Taken = Result<ClipboardContent, ClipboardProblem>;
constexpr std::size_t kMost = 64u << 20;

std::shared_ptr<const Bytes> bytes_of(std::string_view text) {
  return std::make_shared<const Bytes>(text.begin(), text.end());
}

ClipboardContent text(std::string_view words) { return {std::string(kTextType), bytes_of(words)}; }

/// Begins as PNG images do, and goes on with bytes that do not repeat.
Bytes image(std::size_t size) {
  Bytes bytes{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  std::mt19937 random(7);
  while (bytes.size() < size) bytes.push_back(static_cast<std::uint8_t>(random()));
  return bytes;
}

/// A desktop with a clipboard of ours.
class Desk {
 public:
  explicit Desk(std::size_t most = kMost)
      : folder_(std::filesystem::temp_directory_path() / ("lotse-clipboard" + server_.display().substr(1))) {
    std::filesystem::create_directory(folder_);
    clipboard_ = make_x11_clipboard(server_.display(), most, {[this] { count(copied_); }, [this] { count(lost_); }});
  }
  ~Desk() {
    if (hanging_ > 0) ::kill(hanging_, SIGKILL);
    std::filesystem::remove_all(folder_);
  }

  void put(ClipboardContent content) { clipboard_->put(std::move(content)); }
  Taken take() {
    std::unique_lock lock(mutex_);
    std::optional<Taken> taken;
    clipboard_->take([&](Taken result) {
      std::lock_guard inner(mutex_);
      taken = std::move(result);
      changed_.notify_all();
    });
    if (!changed_.wait_for(lock, std::chrono::seconds(30), [&] { return taken.has_value(); }))
      throw std::runtime_error("the clipboard does not answer");
    return *taken;
  }
  void wait_for_copied(int so_often) { wait_for(copied_, so_often); }
  void wait_for_lost() { wait_for(lost_, 1); }

  /// As a person does it in another program. `type` empty: text as xclip offers it.
  void copy(const Bytes& bytes, const std::string& type = {}) {
    std::ofstream(file("copied"), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    server_.run({"sh", "-c",
                 "xclip -selection clipboard " + (type.empty() ? "" : "-t " + type) + " -i " + file("copied") +
                     " >/dev/null 2>&1"});
  }
  void copy_in_a_program_that_hangs() {
    server_.run({"sh", "-c",
                 "echo held > " + file("held") + "; xclip -quiet -selection clipboard -i " + file("held") +
                     " >/dev/null 2>&1 & echo $! > " + file("pid")});
    std::ifstream(file("pid")) >> hanging_;
    wait_for_copied(1);
    ::kill(hanging_, SIGSTOP);
  }
  /// What another program pastes; nothing: it gets nothing.
  std::optional<Bytes> pasted(const std::string& type = "UTF8_STRING") {
    try {
      server_.run({"sh", "-c", "xclip -selection clipboard -t '" + type + "' -o > " + file("pasted")});
    } catch (const std::runtime_error&) {
      return std::nullopt;
    }
    std::ifstream in(file("pasted"), std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
  }
  /// put() is done by another thread: until it is seen.
  std::optional<Bytes> pasted_soon(const Bytes& wanted, const std::string& type = "UTF8_STRING") {
    for (int i = 0; i < 100; ++i)
      if (auto now = pasted(type); now == wanted) return now;
    return pasted(type);
  }
  XServer& server() { return server_; }

 private:
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  void count(int& what) {
    std::lock_guard lock(mutex_);
    ++what;
    changed_.notify_all();
  }
  void wait_for(int& what, int so_often) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(30), [&] { return what >= so_often; }))
      throw std::runtime_error("the clipboard tells nothing");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int copied_ = 0, lost_ = 0;
  pid_t hanging_ = 0;
  XServer server_;
  std::filesystem::path folder_;
  std::unique_ptr<Clipboard> clipboard_;
};

}  // namespace

TEST_CASE("what was copied in another program is taken", "[clipboard]") {
  Desk desk;
  CHECK(desk.take().error() == ClipboardProblem::empty);

  const std::string words = "Grüße, 日本語, שלום\n\ttabs and 😀";
  desk.copy(*bytes_of(words));
  desk.wait_for_copied(1);
  Taken taken = desk.take();
  REQUIRE(taken);
  CHECK(taken->type == kTextType);
  CHECK(as_text(*taken->bytes) == words);

  const Bytes picture = image(9u << 20);  // comes in pieces
  desk.copy(picture, "image/png");
  desk.wait_for_copied(2);
  taken = desk.take();
  REQUIRE(taken);
  CHECK(taken->type == kPngType);
  CHECK(*taken->bytes == picture);

  desk.copy(*bytes_of("file:///tmp/a%20b\r\n"), "text/uri-list");
  desk.wait_for_copied(3);
  taken = desk.take();
  REQUIRE(taken);
  CHECK(taken->type == kFilesType);
}

TEST_CASE("what is none of the types it says is not taken", "[clipboard]") {
  Desk desk;
  desk.copy(*bytes_of("no image"), "image/png");
  desk.wait_for_copied(1);
  CHECK(desk.take().error() == ClipboardProblem::empty);
  desk.copy(*bytes_of("https://example.org/\r\n"), "text/uri-list");
  desk.wait_for_copied(2);
  CHECK(desk.take().error() == ClipboardProblem::empty);
  desk.copy(*bytes_of("\xff\xfe and more"), "UTF8_STRING");
  desk.wait_for_copied(3);
  CHECK(as_text(*desk.take().value().bytes) == "\xEF\xBF\xBD\xEF\xBF\xBD and more");
}

TEST_CASE("more than the limit is not taken, in one piece or in many", "[clipboard]") {
  Desk desk(100'000);
  desk.copy(Bytes(100'001, 'a'));
  desk.wait_for_copied(1);
  CHECK(desk.take().error() == ClipboardProblem::too_large);
  desk.copy(image(5u << 20), "image/png");
  desk.wait_for_copied(2);
  CHECK(desk.take().error() == ClipboardProblem::too_large);
  desk.copy(Bytes(100'000, 'a'));
  desk.wait_for_copied(3);
  CHECK(desk.take()->bytes->size() == 100'000);
}

TEST_CASE("what is put is pasted in another program", "[clipboard]") {
  Desk desk;
  const auto words = bytes_of("Grüße 😀");
  desk.put({std::string(kTextType), words});
  CHECK(desk.pasted_soon(*words) == *words);
  CHECK(desk.pasted("text/plain;charset=utf-8") == *words);
  CHECK_FALSE(desk.pasted("STRING"));  // which cannot have it
  CHECK_FALSE(desk.pasted("image/png"));

  const Bytes picture = image(20u << 20);  // goes in pieces
  desk.put({std::string(kPngType), std::make_shared<const Bytes>(picture)});
  CHECK(desk.pasted_soon(picture, "image/png") == picture);
  CHECK_FALSE(desk.pasted());

  // Our own is there at once, and nobody is told of it.
  CHECK(*desk.take()->bytes == picture);
  desk.copy(*bytes_of("theirs"));
  desk.wait_for_copied(1);
  CHECK(as_text(*desk.take()->bytes) == "theirs");
}

TEST_CASE("a program that dies while it pastes, and one that hangs while it is asked, harm nobody", "[clipboard]") {
  Desk desk;
  const Bytes picture = image(20u << 20);
  desk.put({std::string(kPngType), std::make_shared<const Bytes>(picture)});
  REQUIRE(desk.pasted_soon(picture, "image/png") == picture);
  // Reads nothing of its pipe, and is gone in the middle.
  desk.server().run({"sh", "-c", "xclip -selection clipboard -t image/png -o | head -c 10 >/dev/null; true"});
  CHECK(desk.pasted("image/png") == picture);

  desk.copy_in_a_program_that_hangs();
  CHECK(desk.take().error() == ClipboardProblem::timeout);
  desk.put(text("again"));
  CHECK(desk.pasted_soon(*bytes_of("again")) == *bytes_of("again"));
}

TEST_CASE("without its server a clipboard says so", "[clipboard]") {
  Desk desk;
  desk.server().kill();
  desk.wait_for_lost();
  CHECK_THROWS(make_x11_clipboard(desk.server().display(), kMost, {}));
}

}  // namespace lotse::desktop
