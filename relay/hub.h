// What the parts of one session need of the core around them.
#pragma once
#include <memory>

#include "relay/counters.h"
#include "relay/limits.h"
#include "relay/links.h"

namespace lotse::relay {

class BoardStore;

class Hub {
 public:
  virtual ~Hub() = default;
  virtual void send(ConnId conn, SharedBytes frame) = 0;
  virtual std::size_t queued(ConnId conn) const = 0;
  virtual std::size_t files_queued(ConnId) const { return 0; }
  /// ERROR, then the connection is closed and forgotten: the session hears no more of it.
  virtual void cut(ConnId conn, wire::RelayError why, std::uint32_t detail) = 0;
  virtual void admitted(ConnId conn) = 0;

  /// Null: this relay keeps no boards.
  virtual BoardStore* boards() { return nullptr; }
  virtual const Limits& limits() const = 0;
  virtual Counters& count() = 0;
  virtual const std::shared_ptr<Meter>& meter() const = 0;  // of the whole relay
};

}  // namespace lotse::relay
