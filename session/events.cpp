#include "session/events.h"

namespace lotse::session {

std::string name_of(Stage stage) {
  switch (stage) {
    case Stage::connecting:
      return "connecting";
    case Stage::handshake:
      return "handshake";
    case Stage::lobby:
      return "lobby";
    case Stage::waiting_for_presenter:
      return "waiting_for_presenter";
    case Stage::live:
      return "live";
    case Stage::reconnecting:
      return "reconnecting";
  }
  return {};
}

std::string name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_request:
      return "bad_request";
    case ErrorCode::bad_number:
      return "bad_number";
    case ErrorCode::no_session:
      return "no_session";
    case ErrorCode::ended:
      return "ended";
    case ErrorCode::bad_password:
      return "bad_password";
    case ErrorCode::locked:
      return "locked";
    case ErrorCode::lobby_refused:
      return "lobby_refused";
    case ErrorCode::kicked:
      return "kicked";
    case ErrorCode::full:
      return "full";
    case ErrorCode::version:
      return "version";
    case ErrorCode::relay_unreachable:
      return "relay_unreachable";
    case ErrorCode::relay_untrusted:
      return "relay_untrusted";
    case ErrorCode::no_display:
      return "no_display";
    case ErrorCode::no_extension:
      return "no_extension";
    case ErrorCode::display_lost:
      return "display_lost";
    case ErrorCode::source_gone:
      return "source_gone";
    case ErrorCode::not_allowed:
      return "not_allowed";
    case ErrorCode::no_such_member:
      return "no_such_member";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::rate_limited:
      return "rate_limited";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::internal:
      return "internal";
    case ErrorCode::token_needed:
      return "token_needed";
    case ErrorCode::token_refused:
      return "token_refused";
    case ErrorCode::banned:
      return "banned";
    case ErrorCode::identity_changed:
      return "identity_changed";
  }
  return {};
}

}  // namespace lotse::session
