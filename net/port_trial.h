// Which of a relay's UDP ports answer, and whether they all see us at one port.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "net/link/datagram.h"
#include "net/link/endpoint.h"
#include "net/loop.h"

namespace lotse::net {

/// Sends each port a few trials of net/link/trial.h, for two seconds and a half at most. Lives on its loop.
class PortTrial {
 public:
  struct Port {
    std::uint16_t number = 0;
    bool answered = false;
    double ms = 0;        // of the trial that was answered first
    link::Endpoint seen;  // our address, as the relay saw it there
  };
  /// `relay`: its port does not count. `on_done` once, never inside the constructor; it may destroy this.
  PortTrial(Loop& loop, link::ConnectionId id, link::Endpoint relay, const std::vector<std::uint16_t>& ports,
            std::function<void(const std::vector<Port>&)> on_done);
  ~PortTrial();
  PortTrial(const PortTrial&) = delete;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lotse::net
