// What a member does that watches others' screens: their pictures, asking for control, input on its way to them.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "session/core.h"
#include "session/picture_receiver.h"

namespace lotse::session {

class Watching {
 public:
  explicit Watching(Core& core);

  using ScreenKey = std::pair<ParticipantId, ScreenId>;

  // From the program. False: no such screen, or no right to it.
  bool request_control(std::optional<ParticipantId> presenter, bool wanted);
  /// To the screen that the input names.
  bool send_input(std::optional<ParticipantId> presenter, const InputEvent& input);
  bool controls(ParticipantId presenter) const { return granted_.contains(presenter); }

  /// Pictures go there from now on, opened and of members who may present, instead of being decoded and shown: for
  /// programs that count what comes. `hash`: of a key's complete packet.
  using Diversion =
      std::function<void(const wire::ParsedPacket& packet, const Bytes& payload, const wire::PacketHash& hash)>;
  void divert(Diversion diversion) { diversion_ = std::move(diversion); }

  // From other members.
  /// `packet`: as it came; `payload`: what it protects, its signature checked where it has one.
  void on_picture(const wire::ParsedPacket& packet, Bytes payload);
  void on_control_answer(ParticipantId from, const wire::pb::Message& message);
  void on_controllers(ParticipantId from, const wire::pb::Message& message);
  void on_screen_places(ParticipantId from, const wire::pb::Message& message);
  void members_changed();

  /// That screen of `presenter`, without a number its first one; without a presenter of the first that shows something.
  /// Nothing when there is none.
  PictureReceiver* screen(std::optional<ParticipantId> presenter, std::optional<ScreenId> screen = std::nullopt);
  const std::map<ScreenKey, std::unique_ptr<PictureReceiver>>& screens() const { return screens_; }
  std::optional<ParticipantId> only_presenter() const;
  /// Presenters of whose screens, as far as we know of them, no slot was never there.
  std::set<ParticipantId> whole() const;

  void poll();
  Instant next_deadline() const;

  std::function<void(ParticipantId, bool sharing)> on_sharing;

 private:
  void drop(ParticipantId presenter);
  void miss(ScreenKey screen);
  void keep_early(ScreenKey screen, const wire::PictureFields& fields, Bytes payload);
  void consume_early(ScreenKey screen, PictureReceiver& receiver);

  Core& core_;
  std::map<ScreenKey, std::unique_ptr<PictureReceiver>> screens_;
  /// Screens of which manifests come and nothing else, and when all of them is to be asked for.
  std::map<ScreenKey, Instant> unseen_;
  /// The newest states that came before the geometry of their generation, by channel: datagrams overtake each other.
  struct Early {
    wire::PictureFields fields;
    Bytes payload;
  };
  std::map<ScreenKey, std::map<SlotId, Early>> early_;
  std::set<ParticipantId> granted_;
  Diversion diversion_;
};

}  // namespace lotse::session
