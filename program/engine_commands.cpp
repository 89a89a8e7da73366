// Which command is which function, and how a command is answered.
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <unordered_map>

#include "base/text.h"
#include "program/engine.h"

namespace lotse::program {

using nlohmann::json;
using session::Session;

Engine::Handler Engine::find_command(const std::string& name) {
  static const std::unordered_map<std::string, Handler> kCommands{{"join", &Engine::do_join},
                                                                  {"start_session", &Engine::do_start_session},
                                                                  {"trust_relay", &Engine::do_trust_relay},
                                                                  {"relay_token", &Engine::do_relay_token},
                                                                  {"access_test", &Engine::do_access_test},
                                                                  {"proxy", &Engine::do_proxy},
                                                                  {"chat", &Engine::do_chat},
                                                                  {"chat_history", &Engine::do_chat_history},
                                                                  {"chat_export", &Engine::do_chat_export},
                                                                  {"raise_hand", &Engine::do_raise_hand},
                                                                  {"roster", &Engine::do_roster},
                                                                  {"sources", &Engine::do_sources},
                                                                  {"share", &Engine::do_share},
                                                                  {"pause_share", &Engine::do_pause_share},
                                                                  {"blank_share", &Engine::do_blank_share},
                                                                  {"hide_window", &Engine::do_hide_window},
                                                                  {"unshare", &Engine::do_unshare},
                                                                  {"colors", &Engine::do_colors},
                                                                  {"films", &Engine::do_films},
                                                                  {"consent", &Engine::do_consent},
                                                                  {"grant", &Engine::do_grant},
                                                                  {"revoke", &Engine::do_revoke},
                                                                  {"stop_control", &Engine::do_stop_control},
                                                                  {"drop_connection", &Engine::do_drop_connection},
                                                                  {"clipboard", &Engine::do_clipboard},
                                                                  {"clipboard_get", &Engine::do_clipboard_get},
                                                                  {"clipboard_send", &Engine::do_clipboard_send},
                                                                  {"clipboard_set", &Engine::do_clipboard_set},
                                                                  {"clipboard_take", &Engine::do_clipboard_take},
                                                                  {"path", &Engine::do_path},
                                                                  {"paths", &Engine::do_paths},
                                                                  {"stats", &Engine::do_stats},
                                                                  {"leave", &Engine::do_leave},
                                                                  {"quit", &Engine::do_quit},
                                                                  {"set_name", &Engine::do_set_name},
                                                                  {"forget_contact", &Engine::do_forget_contact},
                                                                  {"view", &Engine::do_view},
                                                                  {"snapshot", &Engine::do_snapshot},
                                                                  {"wait_pixel", &Engine::do_wait_pixel},
                                                                  {"move", &Engine::do_move},
                                                                  {"click", &Engine::do_click},
                                                                  {"button", &Engine::do_button},
                                                                  {"wheel", &Engine::do_wheel},
                                                                  {"key", &Engine::do_key},
                                                                  {"type", &Engine::do_type},
                                                                  {"press", &Engine::do_press},
                                                                  {"release_keys", &Engine::do_release_keys},
                                                                  {"point", &Engine::do_point},
                                                                  {"point_off", &Engine::do_point_off},
                                                                  {"draw", &Engine::do_draw},
                                                                  {"undo", &Engine::do_undo},
                                                                  {"clear", &Engine::do_clear},
                                                                  {"drawing", &Engine::do_drawing},
                                                                  {"pointers", &Engine::do_pointers},
                                                                  {"sysinfo", &Engine::do_sysinfo},
                                                                  {"lock_input", &Engine::do_lock_input},
                                                                  {"request_control", &Engine::do_request_control},
                                                                  {"release_control", &Engine::do_release_control},
                                                                  {"request_present", &Engine::do_request_present},
                                                                  {"admit", &Engine::do_admit},
                                                                  {"refuse", &Engine::do_refuse},
                                                                  {"send_file", &Engine::do_send_file},
                                                                  {"accept_file", &Engine::do_accept_file},
                                                                  {"refuse_file", &Engine::do_refuse_file},
                                                                  {"pause_file", &Engine::do_pause_file},
                                                                  {"resume_file", &Engine::do_resume_file},
                                                                  {"cancel_file", &Engine::do_cancel_file},
                                                                  {"files", &Engine::do_files},
                                                                  {"board_put", &Engine::do_board_put},
                                                                  {"board_get", &Engine::do_board_get},
                                                                  {"board_remove", &Engine::do_board_remove},
                                                                  {"board_list", &Engine::do_board_list},
                                                                  {"handover", &Engine::do_handover},
                                                                  {"deputy", &Engine::do_deputy},
                                                                  {"mute", &Engine::do_mute},
                                                                  {"kick", &Engine::do_kick},
                                                                  {"ban", &Engine::do_ban},
                                                                  {"request_share", &Engine::do_request_share},
                                                                  {"rights_default", &Engine::do_rights_default},
                                                                  {"mode", &Engine::do_mode},
                                                                  {"record", &Engine::do_record},
                                                                  {"record_stop", &Engine::do_record_stop},
                                                                  {"lock", &Engine::do_lock},
                                                                  {"unlock", &Engine::do_unlock},
                                                                  {"new_code", &Engine::do_new_code},
                                                                  {"end", &Engine::do_end}};
  auto at = kCommands.find(name);
  return at == kCommands.end() ? nullptr : at->second;
}

void Engine::refusal(const Session::Refusal& refusal, const Answer& answer) {
  if (!refusal) return answer.ok();
  static const std::unordered_map<std::string, std::string> kWhy{
      {"not_allowed", "that is not allowed, or not possible at this moment"},
      {"no_such_member", "there is no such participant here"},
      {"bad_request", "there is nothing to answer"},
      {"too_large", "the text is too long"},
      {"rate_limited", "too much is waiting already"},
      {"full", "there are three deputies already"},
      {"source_gone", "that screen is not shown any more"}};
  std::string code = session::name_of(*refusal);
  auto why = kWhy.find(code);
  answer.error(code, why == kWhy.end() ? code : why->second);
}

void Engine::command(const json& command, Instant read_at) {
  Answer answer{this, {}, read_at};
  if (command.is_object() && command.contains("id"))
    answer.id_json = command["id"].dump(-1, ' ', false, json::error_handler_t::replace);
  auto name = command.is_object() && command.contains("do") && command["do"].is_string()
                  ? command["do"].get<std::string>()
                  : std::string();
  Handler handler = find_command(name);
  if (!handler)
    return answer.error("bad_request", name.empty() ? "a command is an object with \"do\""
                                                    : "there is no command '" + clean_text(name, 64) + "'");
  try {
    (this->*handler)(command, answer);
  } catch (const json::exception&) {
    answer.error("bad_request", "a field of '" + name + "' is missing or of the wrong kind");
  } catch (const std::invalid_argument& e) {
    answer.error("bad_request", e.what());
  }
  if (depth_ == 0 && session_) after_session();
}

void Engine::Answer::ok(json fields) const {
  if (id_json.empty()) return;
  fields["id"] = json::parse(id_json);
  fields["ok"] = true;
  fields["t_in"] = read_at.since_start().count();
  engine->emit(std::move(fields));
}

void Engine::Answer::ok() const { ok(json::object()); }

void Engine::Answer::error(const std::string& code, const std::string& message) const {
  if (part) return;
  json out{{"id", id_json.empty() ? json(nullptr) : json::parse(id_json)},
           {"ok", false},
           {"error", {{"code", code}, {"message", message}}}};
  out["t_in"] = read_at.since_start().count();
  if (id_json.empty()) out = {{"event", "error"}, {"code", code}, {"message", message}};
  engine->emit(std::move(out));
}

}  // namespace lotse::program
