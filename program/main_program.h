// What both programs do in main(): options, log, loop, engine, lines or windows.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "program/options.h"

namespace lotse::program {

/// A relay inside of this program. It ends with its destruction: everybody is told.
class OwnRelay {
 public:
  virtual ~OwnRelay() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::vector<std::uint16_t> udp_ports() const = 0;
  virtual std::string fingerprint() const = 0;  // "sha256:HEX"
};
/// `data`: the folder of its database and certificate. Throws std::runtime_error with one line that says what to do.
using StartRelay = std::function<std::unique_ptr<OwnRelay>(std::uint16_t port, const std::string& data)>;

/// Returns the exit code of the program. `start_relay`: what --serve needs.
int main_program(Kind kind, int argc, char** argv, const StartRelay& start_relay = nullptr);

}  // namespace lotse::program
