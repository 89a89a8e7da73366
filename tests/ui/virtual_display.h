// A display of its own for a test: Xvfb, gone with the object.
#pragma once
#include <sys/types.h>

#include <string>

namespace lotse::ui::test {

class VirtualDisplay {
 public:
  /// Sets DISPLAY. Throws std::runtime_error when Xvfb does not start.
  explicit VirtualDisplay(const std::string& size = "1280x800x24");
  ~VirtualDisplay();
  VirtualDisplay(const VirtualDisplay&) = delete;
  VirtualDisplay& operator=(const VirtualDisplay&) = delete;
  const std::string& name() const { return name_; }

 private:
  pid_t pid_ = -1;
  std::string name_;
};

}  // namespace lotse::ui::test
