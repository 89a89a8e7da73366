// Commands about the session and the program as a whole.
#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.h"
#include "program/command_fields.h"
#include "program/engine.h"
#include "program/events_json.h"
#include "program/invitation.h"
#include "program/relay_tokens.h"
#include "program/secret_input.h"
#include "program/tickets.h"

namespace lotse::program {
namespace {

using nlohmann::json;
using session::Session;

}  // namespace

void Engine::do_join(const json& c, const Answer& answer) {
  if (session_) return answer.error("not_allowed", "a session runs already: leave it first");
  std::string text = c.value("invitation", c.value("link", c.value("number", std::string())));
  auto invitation = parse_invitation(text);
  if (!invitation)
    return answer.id_json.empty()
               ? fail("bad_number", "The invitation is neither a number of nine digits nor a link.", 2)
               : answer.error("bad_number", "that is neither a number of nine digits nor a link");
  session::ParticipantOptions options;
  options.number = invitation->number;
  options.name = clean_text(c.value("name", options_.name), 64);
  options_.name = options.name;
  options.ask = answer_to_consents();
  options.identity = identity_;
  options.ticket = load_ticket(config_folder(options_), invitation->number, std::time(nullptr));
  std::string code = c.value("password", c.value("code", options_.password.text()));
  if (invitation->credentials)
    options.credentials = *invitation->credentials;
  else if (!code.empty() && code != "none" && code != "auto")
    options.credentials = {crypto::AuthMode::code, crypto::normalized_code(code), {}};
  net::RelayAddress relay = invitation->relay ? *invitation->relay : relay_address(c.value("relay", options_.relay));
  begin_session(std::move(options), std::move(relay), invitation->pin);
  answer.ok();
}

void Engine::do_start_session(const json& c, const Answer& answer) {
  if (session_) return answer.error("not_allowed", "a session runs already: end it first");
  session::MasterOptions options;
  options.lead.name = options_.name = clean_text(c.value("name", options_.name), 64);
  std::string share = c.value("share", options_.share.value_or(""));
  if (c.contains("share")) options_.share = share;
  auto mode = c.contains("mode")
                  ? std::optional(c["mode"] == "control" ? session::Mode::control : session::Mode::presentation)
                  : options_.mode;
  bool shares = !share.empty() && share != "none";
  options.lead.mode = mode.value_or(shares ? session::Mode::presentation : session::Mode::control);
  if (shares) share_what_ = share;
  options.lead.default_rights =
      c.contains("rights") && !options_.rights ? rights_in(c) : options_.rights.value_or(session::Rights::usual());
  options.lead.colors = options_.colors;
  std::string password = c.value("password", options_.password.text());
  options_.password.clear();
  options.code = password == "none"                       ? session::MasterOptions::Code::none
                 : password == "auto" || password.empty() ? session::MasterOptions::Code::automatic
                                                          : session::MasterOptions::Code::passphrase;
  if (options.code == session::MasterOptions::Code::passphrase) {
    if (auto problem = passphrase_problem(password)) throw std::invalid_argument(*problem);
    options.passphrase = password;
  }
  options.ask = answer_to_consents();
  options.lead.identity = identity_;
  begin_session(std::move(options), c.value("relay", options_.relay));
  answer.ok();
}

void Engine::do_relay_token(const json& c, const Answer& answer) {
  auto token = c.at("token").get<std::string>();
  if (!token.empty() && !is_host_token(token)) throw std::invalid_argument("that is no token");
  auto saved = save_relay_token(config_folder(options_), relay_address(c.value("relay", options_.relay)), token);
  saved ? answer.ok() : answer.error("internal", saved.error());
}

void Engine::do_trust_relay(const json& c, const Answer& answer) {
  if (!relay_) return answer.error("not_allowed", "no relay is waiting");
  if (c.at("allow").get<bool>())
    relay_->allow();
  else
    end_session(), emit({{"event", "ended"}, {"reason", ""}});
  answer.ok();
}

void Engine::do_raise_hand(const json& c, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  with_session([&](Session& s) { refusal(s.raise_hand(c.value("up", true), net::Loop::now()), answer); });
}

void Engine::do_roster(const json&, const Answer& answer) {
  if (!session_ || !session_->core()) return answer.error("not_allowed", "there is no session");
  json roster = roster_json(session_->core()->roster, self_, controllers());
  roster.erase("event");
  for (json& member : roster["members"])
    if (member["path"] != "") add_way(member);
  answer.ok(std::move(roster));
}

void Engine::do_drop_connection(const json& c, const Answer& answer) {
  if (!relay_) return answer.error("not_allowed", "there is no connection");
  answer.ok();
  relay_->drop(std::chrono::milliseconds(std::clamp<std::int64_t>(c.value("ms", std::int64_t{0}), 0, 600'000)));
}

void Engine::do_path(const json& c, const Answer& answer) {
  std::string want = c.value("want", "auto");
  auto wish = path_wish(want);
  if (!wish) return answer.error("not_allowed", "the ways are auto, direct, udp, tls and proxy");
  options_.path = want;
  if (relay_) relay_->wish(*wish);
  if (direct_) direct_->set_wish(direct_wish(*wish));
  Way way = own_way();
  answer.ok({{"path", way.path}, {"via", way.via}});
}

void Engine::do_leave(const json&, const Answer& answer) {
  if (!session_) return answer.error("not_allowed", "there is no session");
  answer.ok();
  session_->leave(net::Loop::now());
  emit({{"event", "ended"}, {"reason", "left"}});
  end_session();
  if (interactive_ == Interactive::no) quit(0);
}

void Engine::do_quit(const json&, const Answer& answer) {
  answer.ok();
  quit(0);
}

void Engine::do_forget_contact(const json& c, const Answer& answer) {
  try {
    contacts_.forget(c.at("name").get<std::string>()) ? answer.ok()
                                                      : answer.error("no_such_member", "nobody is known by this name");
  } catch (const std::runtime_error& e) {
    answer.error("internal", e.what());
  }
}

void Engine::do_set_name(const json& c, const Answer& answer) {
  options_.name = clean_text(c.at("name").get<std::string>(), 64);
  answer.ok();
}

}  // namespace lotse::program
