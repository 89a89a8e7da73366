// Text that must not stay in memory: a passphrase, a link.
#pragma once
#include <string>
#include <utility>

#include "crypto/secret.h"

namespace lotse::program {

/// Move-only; what it leaves behind is overwritten. For people's words, which are text all around it: keys are
/// crypto::Secret.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string text) : text_(std::move(text)) { overwrite(text); }
  SecretText(SecretText&& other) noexcept : text_(std::move(other.text_)) { overwrite(other.text_); }
  SecretText& operator=(SecretText&& other) noexcept {
    if (this == &other) return *this;
    overwrite(text_);
    text_ = std::move(other.text_);
    overwrite(other.text_);
    return *this;
  }
  ~SecretText() { overwrite(text_); }

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  void clear() { overwrite(text_); }

  /// All that `text` has room for; afterwards it is empty.
  static void overwrite(std::string& text) {
    text.resize(text.capacity());
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    text.clear();
  }

 private:
  std::string text_;
};

}  // namespace lotse::program
