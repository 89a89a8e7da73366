#include "ui/problems.h"

#include <functional>
#include <map>

#include "ui/texts.h"

namespace lotse::ui {
namespace {

using Words = std::map<std::string, std::function<ProblemWords()>>;

const Words& joining_words() {
  static const Words kWords{
      {"bad_number",
       [] {
         return ProblemWords{_("That is not a session number"), _("A number has nine digits."),
                             _("Compare it with the invitation."), _("Enter it again"), Remedy::enter_again};
       }},
      {"no_session",
       [] {
         return ProblemWords{_("There is no session with this number"),
                             _("The relay does not know the number, or the session is over."),
                             _("Compare it with the invitation, or ask for a new one."), _("Enter it again"),
                             Remedy::enter_again};
       }},
      {"bad_password",
       [] {
         return ProblemWords{_("The code is not right"),
                             _("The number is known, but the code does not fit. Codes are renewed after an hour."),
                             _("Ask the moderator for the code that is shown now."), _("Enter it again"),
                             Remedy::enter_again};
       }},
      {"identity_changed",
       [] {
         return ProblemWords{_("This is not who you know by this name"),
                             _("The identity is another one than last time, or is missing."),
                             _("Ask them by telephone and compare the words before you trust them."),
                             _("Back to the start"), Remedy::back};
       }},
      {"locked",
       [] {
         return ProblemWords{_("The session is locked"), _("The moderator lets nobody else in at the moment."),
                             _("Ask the moderator to unlock it."), _("Try again"), Remedy::try_again};
       }},
      {"lobby_refused",
       [] {
         return ProblemWords{_("You were not let in"), _("The moderator refused your request."),
                             _("Ask the moderator, then join again."), _("Back to the start"), Remedy::back};
       }},
      {"kicked",
       [] {
         return ProblemWords{_("You were removed from the session"),
                             _("The moderator removed you. Your screen is no longer shared."),
                             _("If that was a mistake, ask for a new code."), _("Back to the start"), Remedy::back};
       }},
      {"banned",
       [] {
         return ProblemWords{_("You were removed for good"),
                             _("The moderator does not let you into this session again."),
                             _("Nothing more can be done here."), _("Back to the start"), Remedy::back};
       }},
      {"full",
       [] {
         return ProblemWords{_("The session is full"), _("It has as many people as the relay allows."),
                             _("Wait until somebody leaves."), _("Try again"), Remedy::try_again};
       }},
      {"ended",
       [] {
         return ProblemWords{_("The session is over"), _("It ended before you could join."),
                             _("Ask for a new invitation."), _("Back to the start"), Remedy::back};
       }},
      {"version",
       [] {
         return ProblemWords{_("The programs do not fit together"),
                             _("The other side runs a version that this one does not understand."),
                             _("Install the newest version on both computers."), _("Back to the start"), Remedy::back};
       }},
      {"timeout",
       [] {
         return ProblemWords{_("No answer came"), _("The other side did not answer in time."),
                             _("Check whether it is still connected."), _("Try again"), Remedy::try_again};
       }},
      {"rate_limited",
       [] {
         return ProblemWords{_("Too many attempts"), _("The relay takes only some attempts a minute."),
                             _("Wait a minute."), _("Try again"), Remedy::try_again};
       }},
  };
  return kWords;
}

const Words& machine_words() {
  static const Words kWords{
      {"relay_unreachable",
       [] {
         return ProblemWords{_("The relay cannot be reached"), _("No connection to {relay} could be made."),
                             _("Check the network and the relay's address."), _("Try again"), Remedy::try_again};
       }},
      {"relay_untrusted",
       [] {
         return ProblemWords{
             _("The relay is not trusted"), _("The certificate of {relay} was not confirmed, so nothing was sent."),
             _("Compare its words with those of its operator, or use a link: it carries the relay's fingerprint."),
             _("Try again"), Remedy::try_again};
       }},
      {"token_needed",
       [] {
         return ProblemWords{_("This relay wants a token"),
                             _("{relay} lets only people open sessions to whom its operator gave a token."),
                             _("Ask the operator for one and paste it in the settings, then try again."),
                             _("Open the settings"), Remedy::settings};
       }},
      {"token_refused",
       [] {
         return ProblemWords{_("The relay does not take the token"),
                             _("The token for {relay} is wrong, revoked or expired."),
                             _("Ask the relay's operator for a new one and paste it in the settings, then try again."),
                             _("Open the settings"), Remedy::settings};
       }},
      {"proxy_auth",
       [] {
         return ProblemWords{_("The proxy wants a login"), _("Your network lets nobody out without one."),
                             _("Enter the proxy's name and password in the settings, then try again."),
                             _("Open the settings"), Remedy::settings};
       }},
      {"no_display",
       [] {
         return ProblemWords{_("There is no screen to share"), _("No display could be opened on this computer."),
                             _("Log in to a desktop, then share again."), _("Back to the start"), Remedy::back};
       }},
      {"no_extension",
       [] {
         return ProblemWords{_("This display cannot be shared"),
                             _("The display lacks something that sharing needs (XDamage or XTest)."),
                             _("Use an ordinary desktop session."), _("Back to the start"), Remedy::back};
       }},
      {"display_lost",
       [] {
         return ProblemWords{_("The screen is gone"), _("The display that was shared has closed."),
                             _("Log in again, then share again."), _("Back to the start"), Remedy::back};
       }},
      {"source_gone",
       [] {
         return ProblemWords{_("What was shared has closed"), _("The window or monitor no longer exists."),
                             _("Choose something else to share."), _("Back to the start"), Remedy::back};
       }},
      {"not_allowed",
       [] {
         return ProblemWords{_("That is not allowed"), _("You do not have this right in the session."),
                             _("Ask the moderator."), _("Back to the start"), Remedy::back};
       }},
      {"no_such_member",
       [] {
         return ProblemWords{_("That person has left"), _("Nobody in the session has this name any more."),
                             _("Look at the list of people."), _("Back to the start"), Remedy::back};
       }},
      {"file_name",
       [] {
         return ProblemWords{_("This file name cannot be used"), _("The name has characters that no file may have."),
                             _("Choose another name."), _("Back to the start"), Remedy::back};
       }},
      {"file_exists",
       [] {
         return ProblemWords{_("The file is already there"), _("Nothing was overwritten."), _("Choose another name."),
                             _("Back to the start"), Remedy::back};
       }},
      {"disk_full",
       [] {
         return ProblemWords{_("The disk is full"), _("Nothing more could be written."), _("Make room, then go on."),
                             _("Back to the start"), Remedy::back};
       }},
      {"too_large",
       [] {
         return ProblemWords{_("That is too large"), _("It passes the limit for one message, file or screen."),
                             _("Try something smaller."), _("Back to the start"), Remedy::back};
       }},
      {"bad_request",
       [] {
         return ProblemWords{_("That could not be done"), _("The program did not understand the request."),
                             _("Install the newest version."), _("Back to the start"), Remedy::back};
       }},
      {"internal",
       [] {
         return ProblemWords{_("Something went wrong"), _("The program met an error of its own."),
                             _("Try again. If it stays, look into the log."), _("Try again"), Remedy::try_again};
       }},
  };
  return kWords;
}

}  // namespace

ProblemWords problem_words(const std::string& code, const std::string& message, const std::string& relay) {
  ProblemWords words;
  if (auto known = joining_words().find(code); known != joining_words().end())
    words = known->second();
  else if (auto other = machine_words().find(code); other != machine_words().end())
    words = other->second();
  else
    words = {_("Something went wrong"), message, _("Try again. If it stays, look into the log."), _("Try again"),
             Remedy::try_again};
  words.happened = filled(words.happened, {{"relay", relay.empty() ? _("the relay") : relay}});
  // What the moderator said stands at the end of the program's own sentence.
  constexpr std::string_view kReason = " Reason: ";
  if (const auto at = message.find(kReason); code == "kicked" && at != message.npos)
    words.happened += " " + filled(_("Reason: {reason}"), {{"reason", message.substr(at + kReason.size())}});
  return words;
}

namespace {

std::string clipboard_words_of(const Problem& problem) {
  const std::string& code = problem.code;
  const std::map<std::string, std::string> values{{"name", problem.whom.empty() ? _("Somebody") : problem.whom}};
  const bool image = problem.message == "image";
  if (code == "clipboard_put")
    return filled(
        image ? _("{name} copied an image. You can paste it now.") : _("{name} copied a text. You can paste it now."),
        values);
  if (code == "clipboard_came")
    return filled(image ? _("{name} sent an image. Under \"Clipboard\" you can take it.")
                        : _("{name} sent a text. Under \"Clipboard\" you can take it."),
                  values);
  if (code == "clipboard_sent") return filled(_("{name} has what you copied."), values);
  if (code == "clipboard_refused") return filled(_("{name} takes no clipboard."), values);
  if (code == "clipboard_failed") return filled(_("What you copied did not reach {name}."), values);
  if (code == "clipboard_empty")
    return _("Nothing is copied that could be sent: copy a text, an image or files first.");
  return problem.message;
}

/// `why` not, or not any more; empty: it is.
std::string lock_words(const std::string& why, const std::string& name) {
  const std::map<std::string, std::string> values{{"name", name.empty() ? _("Somebody") : name}};
  if (why.empty()) return filled(_("The keyboard and mouse of {name} are locked, for five minutes at most."), values);
  if (why == "refused") return filled(_("{name} keeps the keyboard and mouse."), values);
  if (why == "unavailable") return filled(_("The computer of {name} cannot lock its keyboard and mouse."), values);
  if (why == "busy") return filled(_("Somebody else has locked the keyboard and mouse of {name}."), values);
  if (why == "too_often") return filled(_("{name} was asked several times just now. Wait a minute."), values);
  return filled(_("The keyboard and mouse of {name} work again."), values);
}

}  // namespace

std::string notice_words(const Problem& problem) {
  const std::string& code = problem.code;
  if (code == "input_suspended") return _("The other side uses its own mouse. Yours waits a moment.");
  if (code == "picture_unproven")
    return _("Part of the picture may have been altered on its way. Do not rely on what you see.");
  if (code == "picture_withheld") return _("Parts of the picture do not arrive. What you see is not complete.");
  if (code == "recording_done") return filled(_("Recording saved: {file}"), {{"file", problem.message}});
  if (code == "chat_saved") return filled(_("The chat is saved: {file}"), {{"file", problem.message}});
  if (code == "file_offered" || code == "file_arrived") {
    const std::map<std::string, std::string> values{{"name", problem.whom.empty() ? _("Somebody") : problem.whom},
                                                    {"file", shortened(problem.message, 48)}};
    return filled(code == "file_offered" ? _("{name} wants to send you the file {file}.")
                                         : _("The file {file} from {name} has arrived."),
                  values);
  }
  if (code == "board_put")
    return filled(
        _("{name} has put {file} on the board."),
        {{"name", problem.whom.empty() ? _("Somebody") : problem.whom}, {"file", shortened(problem.message, 48)}});
  if (code == "board_saved")
    return filled(_("The file {file} from the board is saved."), {{"file", shortened(problem.message, 48)}});
  if (code == "board_full" || code == "gone" || code == "no_board") return file_words(code, problem.message);
  if (code.starts_with("clipboard_")) return clipboard_words_of(problem);
  if (code == "input_lock") return lock_words(problem.message, problem.who);
  if (code == "you_lead") return _("You lead the session now. It has a new code and a new link.");
  if (code == "other_leads") return filled(_("{name} leads the session now."), {{"name", problem.message}});
  if (code == "hand_over_failed") return _("The participant did not take over. You still lead the session.");
  if (code == "code_guessed")
    return _("Five wrong codes were tried. Whoever types the right one now waits in the lobby; a new code ends that.");
  if (code == "withheld")
    return _("What the moderator says does not reach you completely. Somebody on the way may be holding it back.");
  if (code == "removal_unconfirmed")
    return filled(_("{who}: not confirmed yet that {whom} was removed, who may still be heard there."),
                  {{"who", problem.who}, {"whom", problem.whom}});
  const bool known = joining_words().contains(code) || machine_words().contains(code);
  if (!known) return problem.message.empty() ? code : problem.message;
  ProblemWords words = problem_words(code, problem.message, "");
  return words.title + ". " + words.advice;
}

std::string ended_words(const std::string& reason) {
  if (reason.empty() || reason == "ended" || reason == "end" || reason == "master_ended")
    return _("The moderator ended the session.");
  if (reason == "left" || reason == "quit" || reason == "leave") return _("You left the session.");
  if (reason == "kicked") return _("The moderator removed you. Your screen is no longer shared.");
  if (reason == "banned") return _("The moderator does not let you into this session again.");
  if (reason == "lost" || reason == "timeout" || reason == "relay_unreachable")
    return _("The connection was lost and could not be made again.");
  if (reason == "lobby_refused" || reason == "refused") return _("The moderator refused your request.");
  if (reason == "master_gone" || reason == "master_lost") return _("The moderator's computer is gone.");
  return reason;
}

std::string file_words(const std::string& why, const std::string& reason) {
  if (why == "corrupt") return _("What arrived is not what was sent. Please send it again.");
  if (why == "changed") return _("The file has changed meanwhile. Please send it again.");
  if (why == "disk_full") return _("There is not enough space for it.");
  if (why == "unwritable") return _("It cannot be written to that folder.");
  if (why == "too_many") return _("Too many files are on their way. Please send it when some are done.");
  if (why == "not_allowed") return _("The moderator has not allowed sending files.");
  if (why == "left") return _("The other one has left the session.");
  if (why == "board_full") return _("There is no room on the board for it.");
  if (why == "gone") return _("It is no longer on the board.");
  if (why == "no_board") return _("This relay keeps no board.");
  return reason.empty() ? _("It could not be finished.") : reason;
}

}  // namespace lotse::ui
