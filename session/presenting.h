// What a member does that shows its screen: consent, the picture, and who may touch it. Enforcement sits here, with the
// one who is protected.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "session/core.h"
#include "session/input_gate.h"
#include "session/picture_sender.h"

namespace lotse::wire::pb {
class Input;
}

namespace lotse::session {

class Presenting {
 public:
  ~Presenting();
  /// `ask`: answers for a person who is not there; nothing: a person is asked.
  Presenting(Core& core, std::optional<bool> ask);

  // From the program.
  /// The screens that are shared from now on, at most wire::kMaxScreens: frames of them may come. A new one begins, one
  /// that is missing ends, the others go on. None: end().
  void share(const std::vector<ScreenPlace>& screens);
  void captured(ScreenId screen, Size size, std::vector<SlotUpdate> slots);
  void cursor_shape(const CursorImage& shape);  // of the whole desktop
  void cursor_position(ScreenId screen, Point position);
  /// What all are told of the marks on it, by ScreenMarks.
  void set_marks(ScreenId screen, std::uint32_t channel, const std::string& payload);
  /// By the person here, by the master's wish, or because the source is gone.
  void end();
  void pause(bool paused);
  void local_input();
  /// False: no such request.
  bool answer(std::uint64_t request, bool allow, Duration span);
  bool grant(ParticipantId member, Duration span);  // zero span: until revoked
  bool revoke(ParticipantId member, const std::string& reason);
  void stop_control(const std::string& reason);
  void set_colors(codec::Colors colors);
  void set_films(Films films);
  /// The person at this machine does not hold up remote input meanwhile.
  void set_input_locked(bool locked) { input_locked_ = locked; }

  /// Asks the person, in place of what is asked already for the same; what control and share mean is known here, the
  /// answer to anything else goes to `then`.
  using Answered = std::function<void(bool allow, Duration span)>;
  void ask_person(ParticipantId from, Consent what, Answered then = {});
  void drop_requests(ParticipantId from, Consent what);

  // From other members.
  void on_control_request(ParticipantId from, bool wanted);
  void on_share_request(ParticipantId from, bool wanted);
  /// False: it was not let through.
  bool on_input(ParticipantId from, const wire::pb::Input& input);
  void on_key_request(Generation generation, ScreenId screen, const std::vector<SlotId>& slots);
  void members_changed();
  void join_epoch();
  /// The relay takes packets from us, for the first time or again.
  void attached();
  /// Whether the master answers: while it does not, nobody knows who may still control, and all grants sleep.
  void hold_control(bool held);

  bool sharing() const { return !screens_.empty(); }
  /// Nothing when that screen is not shared.
  const PictureSender* sender(ScreenId screen) const;
  std::map<ScreenId, const PictureSender*> senders() const;
  const InputGate& gate() const { return gate_; }
  void poll();
  Instant next_deadline() const;

 private:
  struct Request {
    ParticipantId from;
    Consent what;
    Answered then;
  };
  void answer_control(ParticipantId to, bool allowed, Duration span, const std::string& reason);
  void answer_share(ParticipantId to, bool allowed);
  void tell_controllers();
  struct Screen;
  void begin(const ScreenPlace& place);
  void end(ScreenId screen);
  void rename(Screen& screen, const std::string& name);
  void tell_places();

  Core& core_;
  std::optional<bool> ask_;
  std::map<std::uint64_t, Request> requests_;
  std::uint64_t next_request_ = 1;
  LinkRate link_;
  std::map<ScreenId, std::unique_ptr<Screen>> screens_;
  std::map<ScreenId, Generation> last_generations_;  // also of screens that have ended
  std::optional<CursorImage> cursor_;
  bool paused_ = false;
  Films films_ = Films::on;
  std::uint32_t clock_ = 0;  // of manifests
  InputGate gate_;
  std::set<ParticipantId> lost_control_;  // while they were away
  bool told_suspended_ = false;
  bool input_locked_ = false;
  std::vector<ParticipantId> audience_;  // of what was last told to all
};

}  // namespace lotse::session
