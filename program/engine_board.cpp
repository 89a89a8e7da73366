// The session's board, as the control interface has it.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.h"
#include "files/names.h"
#include "program/command_fields.h"
#include "program/engine.h"
#include "program/transfer_json.h"
#include "wire/board.h"

namespace lotse::program {

using nlohmann::json;

/// As soon as it is known which session this is.
void Engine::open_board() {
  const session::Core* core = session_ ? session_->core() : nullptr;
  if (board_ || core == nullptr) return;
  BoardExchange::Events events;
  events.say = [this](Bytes frame) { send(std::move(frame)); };
  events.on_change = [this](const files::Transfer& transfer) {
    json event = transfer_json(transfer, self_);
    event["event"] = "file";
    emit(std::move(event));
  };
  events.stored = [this](session::BoardFile file) {
    with_session([&](session::Session& s) { s.put_on_board(std::move(file), net::Loop::now()); });
  };
  board_ = std::make_unique<BoardExchange>(loop_, core->facts.uuid, std::move(events));
}

void Engine::update_board() {
  open_board();
  if (!board_) return;
  if (std::exchange(board_cut_, false)) board_->on_connection(false);
  board_->on_connection(session_->is_admitted());
}

// We are inside of the session, which is not to be called from here.
void Engine::on_board(const std::vector<session::BoardFile>& files) {
  loop_.post([this, files, alive = std::weak_ptr<int>(session_alive_)] {
    if (alive.expired()) return;
    board_files_ = files;
    if (board_) board_->on_board(files);
    emit({{"event", "board"}, {"files", board_json()}});
  });
}

json Engine::board_json() const {
  json list = json::array();
  const bool leads = session_ && session_->is_master();
  for (const session::BoardFile& file : board_files_) {
    const bool mine = file.owner.value() == self_;
    list.push_back({{"file_id", to_hex(file.id)},
                    {"name", files::safe_name(file.name)},
                    {"size", file.size},
                    {"owner", file.owner.value()},
                    {"owner_name", file.owner_name},
                    {"put", file.put},
                    {"mine", mine},
                    {"can_remove", mine || leads}});
  }
  return list;
}

/// By "file_id", or by "name": the newest of that name.
const session::BoardFile* Engine::board_file_in(const json& c) const {
  const session::BoardFile* found = nullptr;
  const bool by_id = c.contains("file_id");
  const wire::FileId id = by_id ? file_id_in(c) : wire::FileId{};
  const std::string name = by_id ? std::string() : c.at("name").get<std::string>();
  for (const session::BoardFile& file : board_files_)
    if (by_id ? file.id == id : files::safe_name(file.name) == name) found = &file;
  return found;
}

bool Engine::may_put_on_board() const {
  const session::Core* core = session_ ? session_->core() : nullptr;
  const session::Member* own = core != nullptr ? core->member(core->self) : nullptr;
  return own != nullptr && (core->leads() || own->rights.has(session::Right::board));
}

// --- commands --------------------------------------------------------------------------------------------------------

void Engine::do_board_put(const json& c, const Answer& answer) {
  if (!board_) return answer.error("not_allowed", "there is no session");
  if (!may_put_on_board())
    return answer.error("not_allowed", "the moderator has not allowed you to put files on the board (right: board)");
  std::string problem;
  auto source = files::examine(c.at("file").get<std::string>(), problem);
  if (!source) return answer.error("file_name", problem);
  if (source->size > wire::kMaxBoardFile) return answer.error("too_large", "the file is too large");
  auto id = board_->put(*source);
  if (!id) return answer.error("rate_limited", "four files are on their way to the board: wait until one is there");
  answer.ok({{"file_id", to_hex(*id)}});
}

void Engine::do_board_get(const json& c, const Answer& answer) {
  if (!board_) return answer.error("not_allowed", "there is no session");
  const session::BoardFile* file = board_file_in(c);
  if (file == nullptr) return answer.error("no_such_file", "there is no such file on the board");
  std::string folder = c.value("dir", options_.downloads);
  if (folder.empty()) folder = download_folder();
  if (!folder.starts_with('/')) throw std::invalid_argument("\"dir\" is not an absolute path");
  answer.ok({{"file_id", to_hex(board_->get(*file, folder))}});
}

void Engine::do_board_remove(const json& c, const Answer& answer) {
  if (!board_) return answer.error("not_allowed", "there is no session");
  const session::BoardFile* file = board_file_in(c);
  if (file == nullptr) return answer.error("no_such_file", "there is no such file on the board");
  const wire::FileId id = file->id;
  with_session([&](session::Session& s) {
    s.remove_from_board(id, net::Loop::now())
        ? answer.error("not_allowed", "only who put it there, or the moderator, may remove it")
        : answer.ok();
  });
}

void Engine::do_board_list(const json&, const Answer& answer) { answer.ok({{"files", board_json()}}); }

}  // namespace lotse::program
