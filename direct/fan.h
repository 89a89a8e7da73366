// A presenter's pictures on their several ways: to viewers directly, and to the relay for all others. Each way gets the
// newest as fast as it takes it, by the same rules as a relay's receivers (relay/pictures.h); none waits for another.
#pragma once
#include <functional>
#include <memory>
#include <set>

#include "relay/hub.h"
#include "relay/pictures.h"

namespace lotse::direct {

/// Not thread-safe.
class Fan final : private relay::Hub {
 public:
  using Frame = relay::SharedBytes;
  struct Ways {
    std::function<void(ParticipantId viewer, Frame)> send;
    std::function<std::size_t(ParticipantId viewer)> queued;  // as the relay's queues: wire::kPictureWindow is full
    std::function<void(Frame)> send_to_relay;
    std::function<std::size_t()> relay_queued;
  };
  Fan(ParticipantId self, Ways ways, Instant now);
  ~Fan() override;

  /// A picture of ours. `frame` carries the packet with this header.
  void on_packet(const wire::PacketHeader& header, Bytes frame, Instant now);
  /// A viewer on a way of its own from now on. What came before it has by the relay, or lacks.
  void add(ParticipantId viewer, bool lacks_all, Instant now);
  void remove(ParticipantId viewer);
  void on_request(ParticipantId viewer, const wire::KeyRequest& request, Instant now);
  void on_writable(ParticipantId viewer) { pictures_.on_writable(viewer); }
  bool has(ParticipantId viewer) const { return viewers_.contains(viewer); }
  const std::set<ParticipantId>& viewers() const { return viewers_; }

  /// Whether the relay gets them. From the moment it does again, all of them.
  void set_relay(bool wanted, Instant now);
  void on_relay_request(const wire::KeyRequest& request, Instant now);
  void on_relay_writable();

  /// Bytes that wait on the way that is the furthest.
  std::size_t queued() const;
  /// What the session is to seal anew, since it was asked last.
  std::vector<wire::KeyRequest> take_requests();
  void poll(Instant now) { pictures_.poll(now); }
  Instant next_deadline() const { return pictures_.next_deadline(); }

 private:
  void send(relay::ConnId conn, Frame frame) override;
  std::size_t queued(relay::ConnId conn) const override;
  void cut(relay::ConnId, wire::RelayError, std::uint32_t) override {}
  void admitted(relay::ConnId) override {}
  const relay::Limits& limits() const override { return limits_; }
  relay::Counters& count() override { return counters_; }
  const std::shared_ptr<relay::Meter>& meter() const override { return meter_; }

  const ParticipantId self_;
  const Ways ways_;
  const relay::Limits limits_;
  relay::Counters counters_;
  std::shared_ptr<relay::Meter> meter_ = std::make_shared<relay::Meter>();
  std::set<ParticipantId> viewers_;
  std::set<ScreenId> screens_;
  bool relay_ = true;
  std::vector<wire::KeyRequest> requests_;
  bool all_asked_ = false;  // beside these
  relay::Pictures pictures_;
};

}  // namespace lotse::direct
