// The clipboard of a desktop: what was copied there, and putting something on it.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace lotse::desktop {

inline constexpr std::string_view kTextType = "text/plain;charset=utf-8";
inline constexpr std::string_view kPngType = "image/png";
inline constexpr std::string_view kFilesType = "text/uri-list";  // RFC 2483; at least one file: URI

/// Begins as such an image does.
bool is_png(ByteView bytes);

/// What was copied, in one form.
struct ClipboardContent {
  std::string type;  // one of the above; text is valid UTF-8
  std::shared_ptr<const Bytes> bytes;
};

enum class ClipboardProblem {
  empty,      // nothing there, or nothing that is one of the types
  too_large,  // than the limit
  timeout,    // whoever copied it does not answer
  lost        // the display
};

/// Called on the clipboard's own thread: post to your loop, do nothing here.
struct ClipboardHandler {
  /// Somebody copied something; not told of what put() put there.
  std::function<void()> on_copied;
  /// The display is gone; nothing more comes.
  std::function<void()> on_lost;
};

/// Calls from any thread; destruction waits for the thread. What was put goes with it.
class Clipboard {
 public:
  using Taken = std::function<void(Result<ClipboardContent, ClipboardProblem>)>;
  virtual ~Clipboard() = default;
  /// Offers text or an image to whoever pastes.
  virtual void put(ClipboardContent content) = 0;
  /// Files before text before an image, when it was copied as several. `taken` is called once, on the clipboard's
  /// thread; never after the destructor.
  virtual void take(Taken taken) = 0;
};

/// X11, the selection CLIPBOARD. `most`: bytes, what is larger is not taken. Throws std::runtime_error, one clear line,
/// without display or XFixes.
std::unique_ptr<Clipboard> make_x11_clipboard(const std::string& display, std::size_t most, ClipboardHandler handler);

}  // namespace lotse::desktop
