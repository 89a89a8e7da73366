// What the program tells about the board: files that are left for all in the session.
#include <algorithm>

#include "ui/json_read.h"
#include "ui/model.h"

namespace lotse::ui {
namespace {

using nlohmann::json;

constexpr double kMaxSize = 9e15;                   // bytes; what a double still counts one by one
constexpr std::int64_t kLastSecond = 253402300799;  // of the year 9999

BoardFile read_entry(const json& e) {
  BoardFile file;
  file.id = text_field(e, "file_id", 64);
  file.name = name_field(e, "name");
  if (file.name.empty()) file.name = std::string(1, '?');
  file.size = static_cast<std::int64_t>(std::clamp(number_field(e, "size", 0), 0.0, kMaxSize));
  file.owner = int_field(e, "owner", -1);
  file.owner_name = name_field(e, "owner_name");
  if (const std::int64_t put = time_field(e, "put"); put > 0 && put <= kLastSecond) file.put = put;
  file.mine = bool_field(e, "mine", false);
  file.can_remove = bool_field(e, "can_remove", false);
  return file;
}

}  // namespace

/// What was there when one joined is told of by the list alone, what comes later in passing too.
void Model::fold_board(const json& e) {
  auto list = e.find("files");
  if (list == e.end() || !list->is_array()) return;
  std::vector<BoardFile> now;
  for (const json& entry : *list) {
    if (!entry.is_object() || now.size() >= kMaxBoardFiles) continue;
    BoardFile file = read_entry(entry);
    if (file.id.empty() || std::any_of(now.begin(), now.end(), [&](const BoardFile& f) { return f.id == file.id; }))
      continue;
    if (file.owner_name.empty()) file.owner_name = name_of(file.owner);
    if (board_known && !file.mine && board_file(file.id) == nullptr)
      notices.push_back({"board_put", file.name, {}, file.owner_name});
    if (notices.size() > 8) notices.pop_front();
    now.push_back(std::move(file));
  }
  board = std::move(now);
  board_known = true;
}

const BoardFile* Model::board_file(const std::string& id) const {
  auto found = std::find_if(board.begin(), board.end(), [&](const BoardFile& file) { return file.id == id; });
  return found == board.end() ? nullptr : &*found;
}

bool Model::may_put() const {
  if (!in_session()) return false;
  const Member* me = member(self);
  return role == Role::master || (self >= 0 && self == master) || (me != nullptr && me->rights.contains("board"));
}

const Transfer* Model::fetch_of(const std::string& board_file) const {
  auto newest = std::find_if(transfers.rbegin(), transfers.rend(),
                             [&](const Transfer& t) { return t.board && t.incoming && t.board_file == board_file; });
  return newest == transfers.rend() ? nullptr : &*newest;
}

bool Model::is_listed(const Transfer& transfer) const {
  if (!transfer.board || !transfer.incoming || board_file(transfer.board_file) == nullptr) return true;
  return !is_finished(transfer) && fetch_of(transfer.board_file)->id != transfer.id;
}

bool Model::lists_transfers() const {
  return std::any_of(transfers.begin(), transfers.end(), [&](const Transfer& t) { return is_listed(t); });
}

}  // namespace lotse::ui
