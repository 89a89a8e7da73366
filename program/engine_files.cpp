// Files between us and other members, as the control interface has them.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.h"
#include "files/names.h"
#include "program/command_fields.h"
#include "program/engine.h"
#include "wire/limits.h"

namespace lotse::program {
namespace {

using files::State;
using files::Why;
using nlohmann::json;

const char* name_of(State state) {
  switch (state) {
    case State::offered:
      return "offered";
    case State::active:
      return "active";
    case State::paused:
      return "paused";
    case State::waiting:
      return "waiting";
    case State::done:
      return "done";
    case State::failed:
      return "failed";
    case State::refused:
      return "refused";
    case State::cancelled:
      return "cancelled";
  }
  return "failed";
}

/// A word for programs, and a sentence for people.
struct Reason {
  const char *why, *text;
};

Reason reason_of(const files::Transfer& transfer) {
  if (transfer.state == State::waiting) return {"away", "The other one cannot be reached; it goes on by itself."};
  if (transfer.corrupt) return {"corrupt", "What arrived is not what was sent. Please send it again."};
  switch (files::is_over(transfer.state) ? transfer.why.value_or(Why::wanted) : Why::wanted) {
    case Why::wanted:
      break;
    case Why::unreadable:
    case Why::changed:
      return {"changed", "The file has changed or cannot be read any more. Please send it again."};
    case Why::disk_full:
      return {"disk_full", "There is not enough space for it."};
    case Why::unwritable:
      return {"unwritable", "It cannot be written to that folder."};
    case Why::too_many:
      return {"too_many", "Too many files are on their way. Please send it when some are done."};
    case Why::not_allowed:
      return {"not_allowed", "The moderator has not allowed this member to send files."};
    case Why::left:
      return {"left", "The other one has left the session."};
  }
  return {"", ""};
}

json file_json(const files::Transfer& transfer, int self) {
  const int peer = transfer.peer.value();
  json out{
      {"file_id", to_hex(transfer.id)},
      {"direction", transfer.outgoing ? "out" : "in"},
      {"peer", peer},
      {"from", transfer.outgoing ? self : peer},
      {"to", transfer.outgoing ? peer : self},
      {"name", transfer.outgoing ? clean_text(transfer.name, wire::kMaxFileName) : files::safe_name(transfer.name)},
      {"size", transfer.size},
      {"done", transfer.done},
      {"state", name_of(transfer.state)},
      {"rate_bps", static_cast<std::int64_t>(transfer.rate * 8)}};
  if (transfer.state == State::active && transfer.rate > 0)
    out["left_s"] = static_cast<std::int64_t>(static_cast<double>(transfer.size - transfer.done) / transfer.rate + 0.5);
  if (transfer.state == State::paused) out["paused_by"] = transfer.paused_here ? "you" : "other";
  if (transfer.outgoing || transfer.state == State::done) out["path"] = clean_text(transfer.path, 4096);
  if (Reason reason = reason_of(transfer); *reason.why != '\0') out["why"] = reason.why, out["reason"] = reason.text;
  return out;
}

wire::FileId file_in(const json& command) {
  auto bytes = from_hex(command.at("file_id").get<std::string>());
  wire::FileId id{};
  if (!bytes || bytes->size() != id.size()) throw std::invalid_argument("\"file_id\" has 32 hexadecimal digits");
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

}  // namespace

void Engine::open_files() {
  FileExchange::Events events;
  events.say = [this](ParticipantId to, const wire::FileMessage& message) {
    return session_ && session_->is_admitted() && session_->tell_file(to, message, net::Loop::now());
  };
  events.on_change = [this](const files::Transfer& transfer) {
    json event = file_json(transfer, self_);
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
  });
}

// --- commands --------------------------------------------------------------------------------------------------------

void Engine::do_send_file(const json& c, const Answer& answer) {
  if (!files_ || !session_->core()) return answer.error("not_allowed", "there is no session");
  const session::Core& core = *session_->core();
  if (!may_send_files(core.self))
    return answer.error("not_allowed", "the moderator has not allowed you to send files (right: files)");
  std::vector<ParticipantId> to;
  json target = c.value("to", json("all"));
  if (target == "all") {
    for (const session::Member& member : core.roster.members)
      if (member.id != core.self) to.push_back(member.id);
  } else if (target == "master") {
    to = {core.master()};
  } else {
    to = {participant_in(c, "to")};
  }
  for (ParticipantId id : to)
    if (id == core.self || !core.member(id)) return answer.error("no_such_member", "there is no such participant here");
  if (to.empty()) return answer.error("no_such_member", "nobody else is here");
  std::string problem;
  auto source = files::examine(c.at("file").get<std::string>(), problem);
  if (!source) return answer.error("file_name", problem);
  if (source->size > wire::kMaxFileSize) return answer.error("too_large", "the file is too large");
  json ids = json::array();
  for (ParticipantId id : to) {
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
  files_->accept(file_in(c), folder) ? answer.ok() : answer.error("no_such_file", "no such file is offered");
}

void Engine::do_refuse_file(const json& c, const Answer& answer) {
  if (!files_) return answer.error("not_allowed", "there is no session");
  files_->refuse(file_in(c)) ? answer.ok() : answer.error("no_such_file", "no such file is offered");
}

void Engine::do_pause_file(const json& c, const Answer& answer) {
  if (!files_) return answer.error("not_allowed", "there is no session");
  files_->pause(file_in(c), true) ? answer.ok() : answer.error("no_such_file", "no such file is on its way");
}

void Engine::do_resume_file(const json& c, const Answer& answer) {
  if (!files_) return answer.error("not_allowed", "there is no session");
  files_->pause(file_in(c), false) ? answer.ok() : answer.error("no_such_file", "no such file is on its way");
}

void Engine::do_cancel_file(const json& c, const Answer& answer) {
  if (!files_) return answer.error("not_allowed", "there is no session");
  files_->cancel(file_in(c)) ? answer.ok() : answer.error("no_such_file", "no such file is on its way");
}

void Engine::do_files(const json&, const Answer& answer) {
  json list = json::array();
  if (files_)
    for (const files::Transfer* transfer : files_->all()) list.push_back(file_json(*transfer, self_));
  answer.ok({{"files", list}});
}

}  // namespace lotse::program
