// Files between us and other members, as the control interface has them.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.h"
#include "program/command_fields.h"
#include "program/engine.h"
#include "program/transfer_json.h"
#include "wire/limits.h"

namespace lotse::program {

using nlohmann::json;

void Engine::open_files() {
  FileExchange::Events events;
  events.say = [this](ParticipantId to, const wire::FileMessage& message) {
    return session_ && session_->is_admitted() && session_->tell_file(to, message, net::Loop::now());
  };
  events.on_change = [this](const files::Transfer& transfer) {
    json event = transfer_json(transfer, self_);
    event["event"] = "file";
    emit(std::move(event));
  };
  files_ = std::make_unique<FileExchange>(loop_, config_folder(options_), std::move(events));
}

// We are inside of the session, which is not to be called from here.
void Engine::on_file(ParticipantId from, wire::FileMessage message) {
  loop_.post([this, from, message = std::move(message), alive = std::weak_ptr<int>(session_alive_)]() mutable {
    if (!alive.expired() && files_) files_->on_message(from, std::move(message), may_send_files(from));
  });
}

bool Engine::may_send_files(ParticipantId member) const {
  const session::Core* core = session_ ? session_->core() : nullptr;
  const session::Member* known = core != nullptr ? core->member(member) : nullptr;
  return known != nullptr && (member == core->master() || known->rights.has(session::Right::files));
}

/// Before anything is remembered of this session: its files have to be found again under its name.
void Engine::resume_files() {
  const session::Core& core = *session_->core();
  std::set<ParticipantId> members;
  for (const session::Member& member : core.roster.members)
    if (member.id != core.self) members.insert(member.id);
  files_->resume(to_hex(core.facts.uuid), members);
}

void Engine::update_files() {
  if (!files_ || !session_->is_admitted()) return;
  const session::Core& core = *session_->core();
  std::set<ParticipantId> members, here;
  for (const session::Member& member : core.roster.members) {
    if (member.id == core.self) continue;
    members.insert(member.id);
    if (!member.away) here.insert(member.id);
  }
  loop_.post([this, members, here, session = to_hex(core.facts.uuid), stale = std::exchange(files_stale_, false),
              alive = std::weak_ptr<int>(session_alive_)] {
    if (alive.expired() || !files_) return;
    files_->on_members(members, here);
    files_->resume(session, members);
    if (stale) files_->on_connection();
    if (!clipboard_) open_clipboard();
    clipboard_->on_members(members, here);
    if (stale) clipboard_->on_connection();
  });
}

// --- commands --------------------------------------------------------------------------------------------------------

/// "to": all (each of the others), master, a member or a list of them. Nothing, and that is answered: one of them is
/// not here, or nobody.
std::optional<std::vector<ParticipantId>> Engine::receivers_in(const json& to, const Answer& answer) const {
  const session::Core& core = *session_->core();
  std::vector<ParticipantId> list;
  if (to == "all") {
    for (const session::Member& member : core.roster.members)
      if (member.id != core.self) list.push_back(member.id);
  } else if (to == "master") {
    list = {core.master()};
  } else {
    for (const json& one : to.is_array() ? to : json::array({to})) list.push_back(participant_from(one));
  }
  for (ParticipantId id : list)
    if (id == core.self || core.member(id) == nullptr)
      return answer.error("no_such_member", "there is no such participant here"), std::nullopt;
  if (list.empty()) return answer.error("no_such_member", "nobody else is here"), std::nullopt;
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

void Engine::do_send_file(const json& c, const Answer& answer) {
  if (!files_ || !session_->core()) return answer.error("not_allowed", "there is no session");
  const session::Core& core = *session_->core();
  if (!may_send_files(core.self))
    return answer.error("not_allowed", "the moderator has not allowed you to send files (right: files)");
  resume_files();
  auto to = receivers_in(c.value("to", json("all")), answer);
  if (!to) return;
  std::string problem;
  auto source = files::examine(c.at("file").get<std::string>(), problem, files::Folders::yes);
  if (!source) return answer.error("file_name", problem);
  if (source->size > wire::kMaxFileSize) return answer.error("too_large", "the file is too large");
  json ids = json::array();
  for (ParticipantId id : *to) {
    auto file = files_->offer(*source, id);
    if (!file) return answer.error("rate_limited", "too many files are on their way: wait until some are done");
    ids.push_back(to_hex(*file));
  }
  answer.ok({{"file_ids", ids}, {"file_id", ids.front()}});
}

void Engine::do_accept_file(const json& c, const Answer& answer) {
  if (!files_) return answer.error("not_allowed", "there is no session");
  std::string folder = c.value("dir", options_.downloads);
  if (folder.empty()) folder = download_folder();
  if (!folder.starts_with('/')) throw std::invalid_argument("\"dir\" is not an absolute path");
  if (session_->core()) resume_files();
  files_->accept(file_id_in(c), folder) ? answer.ok() : answer.error("no_such_file", "no such file is offered");
}

void Engine::do_refuse_file(const json& c, const Answer& answer) {
  if (!files_) return answer.error("not_allowed", "there is no session");
  files_->refuse(file_id_in(c)) ? answer.ok() : answer.error("no_such_file", "no such file is offered");
}

bool Engine::pause_file(const wire::FileId& id, bool on) {
  return files_->pause(id, on) || (board_ && board_->pause(id, on));
}

void Engine::do_pause_file(const json& c, const Answer& answer) {
  if (!files_) return answer.error("not_allowed", "there is no session");
  pause_file(file_id_in(c), true) ? answer.ok() : answer.error("no_such_file", "no such file is on its way");
}

void Engine::do_resume_file(const json& c, const Answer& answer) {
  if (!files_) return answer.error("not_allowed", "there is no session");
  pause_file(file_id_in(c), false) ? answer.ok() : answer.error("no_such_file", "no such file is on its way");
}

void Engine::do_cancel_file(const json& c, const Answer& answer) {
  if (!files_) return answer.error("not_allowed", "there is no session");
  const wire::FileId id = file_id_in(c);
  files_->cancel(id) || (board_ && board_->cancel(id)) ? answer.ok()
                                                       : answer.error("no_such_file", "no such file is on its way");
}

void Engine::do_files(const json&, const Answer& answer) {
  json list = json::array();
  if (files_)
    for (const files::Transfer* transfer : files_->all()) list.push_back(transfer_json(*transfer, self_));
  if (board_)
    for (const files::Transfer* transfer : board_->all()) list.push_back(transfer_json(*transfer, self_));
  answer.ok({{"files", list}});
}

}  // namespace lotse::program
