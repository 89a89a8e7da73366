// The way of a picture alone, in simulated time: one presenter, the relay's bookkeeping, viewers; no keys, no members.
// What travels is not sealed, and links lose, repeat and reorder as much as they are told to.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "codec/frame.h"
#include "relay/pictures.h"
#include "session/picture_receiver.h"
#include "session/picture_sender.h"

namespace lotse::test {

using namespace std::chrono_literals;

class PictureWorld : public relay::Hub {
 public:
  struct Trouble {  // in a thousand packets from the relay to a viewer
    unsigned lost = 0, repeated = 0, late = 0;
  };
  PictureWorld(Size screen, unsigned seed);
  ~PictureWorld() override;

  Instant now{Duration(1s)};
  Trouble trouble;
  codec::Image screen;

  /// Changes some of the screen: `paint` draws, the slots of `area` count as changed.
  void edit(const Rect& area, const std::function<void(codec::MutableFrameView)>& paint);
  void resize(Size size);
  /// A viewer more, with an epoch for it, or the first that left is there again.
  std::size_t join(double bytes_a_second, Duration latency);
  void leave(std::size_t viewer);
  void rekey();
  /// What moves in so many slots side by side goes as a film.
  void set_films(session::Films wanted, std::size_t least_slots);
  void set_uplink(double bytes_a_second) { uplink_rate_ = bytes_a_second; }

  void run(Duration time);
  bool until(const std::function<bool()>& done, Duration limit);

  std::size_t viewers() const { return viewers_.size(); }
  bool watches(std::size_t viewer) const;
  /// It has the presenter's picture, and knows that it has.
  bool sees(std::size_t viewer) const;
  /// Times that a viewer had all, proven, and a picture that was not the presenter's.
  std::size_t wrong(std::size_t viewer) const;
  std::string state(std::size_t viewer) const;
  std::size_t most_memory() const { return most_memory_; }
  std::size_t deltas = 0, keys = 0, moves = 0, films = 0, film_keys = 0;
  /// Frames of films that a viewer has shown; and its picture as it is to be seen.
  std::size_t films_seen(std::size_t viewer) const;
  const codec::Image& shown(std::size_t viewer) const;

 private:
  class Presenter;
  class Viewer;
  struct Link {  // towards a viewer
    double rate = 1e9;
    Duration latency = 1ms;
    std::size_t queued = 0;
    Instant busy{}, arrives{};
  };

  // Of the relay.
  void send(relay::ConnId conn, relay::SharedBytes frame) override;
  std::size_t queued(relay::ConnId conn) const override;
  void cut(relay::ConnId, wire::RelayError, std::uint32_t) override {}
  void admitted(relay::ConnId) override {}
  const relay::Limits& limits() const override { return limits_; }
  relay::Counters& count() override { return counters_; }
  const std::shared_ptr<relay::Meter>& meter() const override { return meter_; }

  void at(Instant when, std::function<void()> what) { queue_.emplace(when, std::move(what)); }
  bool step(Instant limit);
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  std::mt19937 random_;
  relay::Limits limits_;
  relay::Counters counters_;
  std::shared_ptr<relay::Meter> meter_ = std::make_shared<relay::Meter>();
  relay::Pictures relay_;
  std::multimap<Instant, std::function<void()>> queue_;
  std::map<relay::ConnId, Link> links_;
  double uplink_rate_ = 1e9;
  std::uint32_t epoch_ = 1;
  std::unique_ptr<Presenter> presenter_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
  std::size_t most_memory_ = 0;
};

}  // namespace lotse::test
