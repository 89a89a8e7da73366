// A whole session, seen from one program: bytes and time in, frames and events out. Both roles are in here, since
// anyone may present, view, chat and control; what only a master or only a participant does is in Lead and Follow.
//
// Sans I/O: the program gives it frames of its relay connection and asks next_deadline(); tests give it a simulated
// world. Not thread-safe.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "crypto/handshake.h"
#include "crypto/identity.h"
#include "session/board.h"
#include "session/core.h"
#include "session/follow.h"
#include "session/lead.h"
#include "session/marking.h"
#include "session/presenting.h"
#include "session/support.h"
#include "session/talk.h"
#include "session/watching.h"
#include "wire/relay_frame.h"

namespace lotse::session {

struct MasterOptions {
  Lead::Options lead;
  enum class Code { automatic, none, passphrase } code = Code::automatic;
  std::string passphrase;
  std::optional<bool> ask;  // answers consents without a person
};

struct ParticipantOptions {
  std::string number;  // nine digits
  crypto::Credentials credentials;
  std::string name;
  std::optional<bool> ask;
  std::shared_ptr<const crypto::Identity> identity;  // to show; null: none
  std::shared_ptr<crypto::RsaKey> rsa;               // made ahead; nothing: made on a worker when needed,
  bool rsa_is_coming = false;  // unless the program makes one already and hands it in by use_rsa()
  Bytes ticket;                // of an earlier join to this session, or empty
};

class Session {
 public:
  Session(SessionHost& host, MasterOptions options);
  Session(SessionHost& host, ParticipantOptions options);
  ~Session();

  // The relay connection.
  void on_frame(ByteView frame, Instant now);
  /// `reason`: for people. The program tries again by itself.
  void on_disconnected(const std::string& reason, Instant now);
  /// The relay takes more.
  void on_drained(Instant now);
  void poll(Instant now);
  Instant next_deadline() const;

  /// The handshake waits for a key that the program is making.
  bool wants_rsa() const;
  void use_rsa(std::shared_ptr<crypto::RsaKey> key, Instant now);

  // The screen, when host.start_sharing() was asked for or the program shares on its own.
  /// All screens that are shared from now on; may be called again when one comes, goes or moves.
  void share_screens(const std::vector<ScreenPlace>& screens, Instant now);
  void on_captured(ScreenId screen, Size size, std::vector<SlotUpdate> slots, Instant now);
  void on_cursor_shape(const CursorImage& shape, Instant now);
  void on_cursor_position(ScreenId screen, Point position, Instant now);
  void end_share(Instant now);
  void pause_share(bool paused, Instant now);
  void on_local_input(Instant now);
  void stop_control(Instant now);

  // What the person wants; nothing: done.
  using Refusal = std::optional<ErrorCode>;
  /// `to`: everybody, one, or the group of these and ourselves. `time`: of the wall clock, in seconds.
  Refusal chat(const std::string& text, std::optional<std::vector<ParticipantId>> to, Instant now,
               std::uint64_t time = 0);
  Refusal answer_consent(std::uint64_t request, bool allow, Duration span, Instant now);
  Refusal grant(ParticipantId member, Right right, Duration span, Instant now);
  Refusal revoke(ParticipantId member, Right right, Instant now);
  Refusal request_control(std::optional<ParticipantId> presenter, bool wanted, Instant now);
  Refusal request_present(Instant now);
  Refusal input(std::optional<ParticipantId> presenter, const InputEvent& event, Instant now);
  Refusal raise_hand(bool up, Instant now);
  Refusal set_recording(bool on, Instant now);
  Refusal kick(ParticipantId member, const std::string& reason, Instant now, Ban ban = Ban::no);
  Refusal admit(ParticipantId member, bool allow, Instant now);
  Refusal ask_to_share(ParticipantId member, bool wanted, Instant now);
  Refusal set_mode(Mode mode, Instant now);
  Refusal set_locked(bool locked, Instant now);
  Refusal set_default_rights(Rights rights, Instant now);
  Refusal set_colors(codec::Colors colors, Instant now);
  /// Of the own screens, also of those that are shared later.
  void set_films(Films films, Instant now);
  Refusal new_code(Instant now);
  Refusal hand_over(ParticipantId member, Instant now);
  Refusal set_deputy(ParticipantId member, bool on, Instant now);
  /// To a member, as SessionHost::on_direct() has it there. False: it cannot be told now.
  bool tell_direct(ParticipantId member, const wire::DirectSignal& signal, Instant now);
  /// The same for what SessionHost::on_file() has there.
  bool tell_file(ParticipantId member, const wire::FileMessage& message, Instant now);
  bool tell_clipboard(ParticipantId member, const wire::FileMessage& message, Instant now);
  /// A file of ours, which the relay has all of; again until SessionHost::on_board() has it.
  Refusal put_on_board(BoardFile file, Instant now);
  Refusal remove_from_board(const wire::FileId& id, Instant now);
  /// On a screen that is watched or an own one; a presenter of which nothing is seen: source_gone.
  Refusal point(ParticipantId presenter, ScreenId screen, std::optional<Point> tip, Instant now);  // nothing: away
  Refusal draw(ParticipantId presenter, ScreenId screen, StrokePart part, Instant now);
  Refusal undo_stroke(ParticipantId presenter, ScreenId screen, Instant now);
  Refusal clear_strokes(ParticipantId presenter, ScreenId screen, Marking::Whose whose, Instant now);
  /// That may move at once on each screen.
  Refusal set_arrows_moving(std::size_t most, Instant now);
  const Marking* marking() const { return marking_.get(); }
  /// Of that member's computer, once its person allows it: SystemInfoTold.
  Refusal ask_system_info(ParticipantId member, Instant now);
  void tell_system_info(ParticipantId to, const SystemInfo& info, Instant now);
  /// The keyboard and mouse of a presenter whom we control: InputLockChanged, once its person allows it.
  Refusal lock_input(ParticipantId presenter, bool on, Instant now);
  void input_not_held(Instant now);
  /// Ends it for all (master) or leaves it (participant).
  void leave(Instant now);

  bool is_master() const { return lead_ != nullptr; }
  /// The relay passes on what we say, and the master knows us on this connection.
  bool is_admitted() const { return core_ && core_->attached && !(follow_ && follow_->resuming()); }
  Stage stage() const { return stage_; }
  /// Nothing before the handshake is through.
  const Core* core() const { return core_.get(); }
  Watching* watching() { return watching_.get(); }
  const Presenting* presenting() const { return presenting_.get(); }
  /// Restores name and rights at the next join; empty for a master.
  Bytes ticket() const { return follow_ ? follow_->ticket() : Bytes{}; }
  double rtt_ms() const { return follow_ ? follow_->rtt_ms() : 0; }
  struct Drops {
    std::uint64_t replayed = 0, forged = 0, other = 0;
  };
  const Drops& drops() const { return drops_; }

 private:
  struct Joining;
  struct HeldPacket {
    Bytes packet;
    Instant until;
  };

  void build_parts(std::optional<bool> ask);
  void on_welcome(const wire::Welcome& welcome);
  void on_opened(const wire::SessionOpened& opened);
  void on_relay_error(const wire::Error& error);
  void on_presence(const wire::MasterPresence& presence);
  void on_handshake(const wire::Handshake& handshake);
  void on_refused(ByteView body);
  void on_packet(ByteView packet);
  void on_message(const Envelope::Opened& opened, const wire::PacketHeader& header);
  bool may_chat(ParticipantId member);  // counts a drop where not
  void on_private(ParticipantId from, const wire::pb::Message& message);
  void on_public(ParticipantId from, const wire::pb::Message& message);
  void start_handshake();
  void build_follow();
  void become_master();
  void step_down(std::span<const wire::Heir> heirs);
  void on_superseded(const wire::Superseded& superseded);
  void on_taken_over(ParticipantId from, const wire::pb::Message& message);
  void after_contact();
  void established(crypto::ClientHandshake::Established established);
  void attached();
  void retry_held();
  void set_stage(Stage stage, const std::string& reason = {});
  void update_stage();
  void fail(ErrorCode code, const std::string& reason);
  /// False when it was tried too often.
  bool try_again(Duration pause, const std::string& reason);
  bool begin_call(Instant now);

  SessionHost& host_;
  std::unique_ptr<Joining> joining_;
  std::unique_ptr<Core> core_;
  std::unique_ptr<Lead> lead_;
  std::unique_ptr<Follow> follow_;
  std::unique_ptr<Presenting> presenting_;
  std::unique_ptr<Watching> watching_;
  std::unique_ptr<Talk> talk_;
  std::unique_ptr<Board> board_;
  std::unique_ptr<Marking> marking_;
  std::unique_ptr<Support> support_;
  Films films_ = Films::on;
  MasterOptions::Code code_kind_ = MasterOptions::Code::automatic;
  std::deque<HeldPacket> held_;
  std::size_t held_bytes_ = 0;
  Instant now_{};
  Stage stage_ = Stage::connecting;
  std::string stage_reason_;
  bool opened_ = false, over_ = false, ever_attached_ = false, master_present_ = true;
  Instant relay_answers_by_ = Instant::never();  // to OPEN or ATTACH
  bool was_muted_ = false;
  int tries_ = 0;
  bool linked_ = false;  // as a member: the relay has given us a link on this connection
  Drops drops_;
};

}  // namespace lotse::session
