// What a session tells its program: the events of the control interface as types. The program turns them into JSON
// lines.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/geometry.h"
#include "base/ids.h"
#include "base/time.h"
#include "session/roster.h"
#include "session/system_info.h"

namespace lotse::session {

enum class Stage : std::uint8_t { connecting, handshake, lobby, waiting_for_presenter, live, reconnecting };
std::string name_of(Stage stage);

/// Errors that end a session or refuse a command; the names are those of the control interface.
enum class ErrorCode : std::uint8_t {
  bad_request,
  bad_number,
  no_session,
  ended,
  bad_password,
  locked,
  lobby_refused,
  kicked,
  full,
  version,
  relay_unreachable,
  relay_untrusted,
  no_display,
  no_extension,
  display_lost,
  source_gone,
  not_allowed,
  no_such_member,
  timeout,
  rate_limited,
  too_large,
  internal,
  token_needed,
  token_refused,
  banned,
  identity_changed,
};
std::string name_of(ErrorCode code);

struct SessionNumber {
  enum class Why : std::uint8_t { opened, took_over };
  std::string number;
  std::string code;
  std::string link_secret;
  Why why = Why::opened;
};  // code: empty when there is none
struct NewCode {
  std::string code;
};
struct StageChanged {
  Stage stage;
  std::string reason;
};
struct InLobby {
  ParticipantId participant;
  std::string name;
  std::string sas;
};
struct LobbyLeft {
  ParticipantId participant;
};
struct OwnSas {
  ParticipantId self;
  std::string words;
};
struct Joined {
  ParticipantId participant;
  std::string name;
};
struct Left {
  ParticipantId participant;
  std::string reason;
};  // left lost kicked ended
struct RosterChanged {
  Roster roster;
};
struct Granted {
  Right right;
  ParticipantId presenter;
};
struct Revoked {
  Right right;
  ParticipantId presenter;
};
struct ControlRequested {
  ParticipantId participant;
};
enum class Consent : std::uint8_t { control, share, system_info, input_lock };
struct ConsentRequest {
  std::uint64_t request;
  ParticipantId from;
  Consent what;
};
struct ConsentGone {
  std::uint64_t request;
};  // answered elsewhere, or the asker is gone
/// Who controls `presenter`'s screen, and whether its own input has priority just now.
struct ControllersChanged {
  ParticipantId presenter;
  std::vector<ParticipantId> members;
  bool suspended;
};
struct RaisedHand {
  ParticipantId participant;
  bool up;
};
struct ScreenChanged {
  ParticipantId presenter;
  ScreenId screen;
  std::string name;
  Size size;
  bool sharing;
  bool paused;
};
/// How the screens of a presenter lie beside each other.
struct ScreensPlaced {
  struct Place {
    ScreenId screen;
    Point corner;  // of its desktop
    bool primary;
  };
  ParticipantId presenter;
  std::vector<Place> places;
};
struct PictureComplete {
  ParticipantId presenter;
  ScreenId screen;
  Size size;
};
struct ExactChanged {
  ParticipantId presenter;
  ScreenId screen;
  bool exact;
};
/// Nothing says any more that the picture is current, or something does again.
struct StaleChanged {
  ParticipantId presenter;
  ScreenId screen;
  bool stale;
};
struct ChatLine {
  ParticipantId from;
  ParticipantId to;  // kEverybody, or one
  std::string text;
  std::vector<ParticipantId> group{};  // of several: all of them, `from` included, rising; `to` means nothing then
  std::uint64_t time = 0;              // seconds since 1970, as its sender says; 0: not told
};
struct ModeChanged {
  Mode mode;
};
struct PresenterChanged {
  ParticipantId participant;
  bool sharing;
};
struct MasterChanged {
  ParticipantId participant;
};
struct RecordingChanged {
  ParticipantId by;
  bool on;
};
struct EpochChanged {
  Epoch epoch;
  std::string reason;
};
/// Somebody has shown a long-lived identity; `known`: the one that this name had before.
struct IdentityShown {
  ParticipantId participant;
  std::string name;
  crypto::VerifyKey key;
  bool known;
};
/// What that member's computer is, or why it is not told: refused, not_entitled, too_often, left, lost, malformed.
struct SystemInfoTold {
  ParticipantId participant;
  std::optional<SystemInfo> info;
  std::string why;
};
/// The own keyboard and mouse of `presenter` rest while `by` controls, or not any more.
struct InputLockChanged {
  ParticipantId presenter;
  ParticipantId by;
  bool on;
  std::string why;  // not: as above, or busy, released, control_ended, time, unavailable
};
struct LockChanged {
  bool locked;
};
struct Warning {
  std::string code;
  std::string message;
  std::string who{}, whom{};  // names, where the message has some
};
/// The relay or the moderator is too busy: the connection is to be closed, and made again after `pause`.
struct TryAgain {
  Duration pause;
};
/// The session is over for this program. `error`: nothing when it ended in the ordinary way.
struct Ended {
  std::string reason;
  std::optional<ErrorCode> error;
};

using Event =
    std::variant<SessionNumber, NewCode, StageChanged, InLobby, LobbyLeft, OwnSas, Joined, Left, RosterChanged, Granted,
                 Revoked, ControlRequested, ConsentRequest, ConsentGone, ControllersChanged, RaisedHand, ScreenChanged,
                 ScreensPlaced, PictureComplete, ExactChanged, StaleChanged, ChatLine, ModeChanged, PresenterChanged,
                 MasterChanged, RecordingChanged, EpochChanged, LockChanged, IdentityShown, SystemInfoTold,
                 InputLockChanged, Warning, TryAgain, Ended>;

}  // namespace lotse::session
