// Data of X selections on their way between two clients: in one property, or in pieces (ICCCM 2.7.2, "INCR").
#pragma once
#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "desktop/x11_connection.h"

namespace lotse::desktop {

/// Without an answer or a piece for so long, the other client is given up.
inline constexpr Duration kSelectionStall = std::chrono::seconds(5);

/// What selections speak of. One round trip.
struct SelectionAtoms {
  explicit SelectionAtoms(const X11Connection& connection);
  /// 0: none of the names below.
  std::uint32_t clipboard, targets, timestamp, multiple, atom_pair, incr, utf8_string, text_utf8, text_plain, png,
      uri_list, stamp;
  /// Where what is taken arrives, in turn: who was given up may still be writing to the one before.
  std::array<std::uint32_t, 8> transfers;
};

/// Gives away what this client owns. One thread, that of the connection.
class SelectionGiving {
 public:
  SelectionGiving(X11Connection& connection, const SelectionAtoms& atoms);

  /// `bytes` as `target` into that property of the requestor, at once or in pieces. False: too many are under way.
  bool give(std::uint32_t requestor, std::uint32_t property, std::uint32_t target, std::shared_ptr<const Bytes> bytes,
            Instant now);
  void handle(const X11Event& event, Instant now);
  void expire(Instant now);
  Instant next_deadline() const;

 private:
  struct Piecewise {
    std::uint32_t requestor;
    std::uint32_t property, target;
    std::shared_ptr<const Bytes> bytes;
    std::size_t given = 0;
    Instant until;
  };
  void give_next(Piecewise& to, Instant now);
  void release(std::uint32_t requestor);

  X11Connection& connection_;
  const SelectionAtoms& atoms_;
  const std::size_t piece_;
  std::list<Piecewise> under_way_;
};

/// Takes what another client owns, one target at a time. One thread, that of the connection.
class SelectionTaking {
 public:
  enum class Outcome { going, done, refused, too_large, timeout };

  /// `window` is ours and selects property changes. `most`: bytes.
  SelectionTaking(X11Connection& connection, const SelectionAtoms& atoms, std::uint32_t window, std::size_t most);

  /// Forgets what was under way.
  void ask(std::uint32_t target, std::uint32_t time, Instant now);
  void stop() { until_ = Instant::never(); }
  bool is_going() const { return until_ != Instant::never(); }
  Outcome handle(const X11Event& event, Instant now);
  Outcome expire(Instant now);
  Instant next_deadline() const { return until_; }

  // Of what is done.
  std::uint32_t target() const { return target_; }
  Bytes& bytes() { return bytes_; }

 private:
  struct Property {
    std::uint32_t type = 0;
    Bytes bytes;
    bool whole = true;
  };
  Property read_property();
  Outcome end(Outcome outcome);

  X11Connection& connection_;
  const SelectionAtoms& atoms_;
  const std::uint32_t window_;
  const std::size_t most_;
  std::uint32_t target_ = 0, property_ = 0;
  std::size_t turn_ = 0;
  bool piecewise_ = false;
  Bytes bytes_;
  Instant until_ = Instant::never();
};

}  // namespace lotse::desktop
