// What the program tells about files on their way.
#include <algorithm>
#include <array>

#include "ui/json_read.h"
#include "ui/model.h"

namespace lotse::ui {
namespace {

using nlohmann::json;

std::optional<TransferState> state_by_name(const std::string& name) {
  static constexpr std::array kNames{"offered", "active", "paused",  "waiting",
                                     "done",    "failed", "refused", "cancelled"};
  auto known = std::find(kNames.begin(), kNames.end(), name);
  if (known == kNames.end()) return {};
  return static_cast<TransferState>(known - kNames.begin());
}

std::int64_t count_field(const json& e, const char* name, std::int64_t otherwise) {
  const double value = number_field(e, name, -1);
  return value >= 0 && value <= 9e15 ? static_cast<std::int64_t>(value) : otherwise;
}

}  // namespace

/// The one with this id, a new one at the end where there is none; null when the list is full of unfinished ones.
Transfer* Model::transfer_of(const std::string& id) {
  auto known = std::find_if(transfers.begin(), transfers.end(), [&](const Transfer& t) { return t.id == id; });
  if (known != transfers.end()) return &*known;
  if (transfers.size() >= kMaxTransfers) {
    auto oldest = std::find_if(transfers.begin(), transfers.end(), is_finished);
    if (oldest == transfers.end()) return nullptr;
    transfers.erase(oldest);
  }
  Transfer& made = transfers.emplace_back();
  made.id = id;
  return &made;
}

void Model::fold_file(const json& e) {
  const std::string id = text_field(e, "file_id", 64);
  const auto state = state_by_name(text_field(e, "state", 16));
  if (id.empty() || !state) return;
  Transfer* t = transfer_of(id);
  if (t == nullptr) return;
  const bool is_new = t->name.empty(), was_done = t->state == TransferState::done;
  t->state = *state;
  if (is_new) {
    t->incoming = text_field(e, "direction", 8) == "in";
    t->name = name_field(e, "name");
    if (t->name.empty()) t->name = std::string(1, '?');
    t->board = bool_field(e, "board", false);
    t->is_folder = bool_field(e, "is_folder", false);
    t->files = int_field(e, "files", 0);
    t->board_file = text_field(e, "board_file", 64);
    if (!t->board) t->peer = int_field(e, "peer", int_field(e, t->incoming ? "from" : "to", -1));
  }
  if (std::string who = name_of(t->peer); !who.empty()) t->peer_name = who;
  t->size = count_field(e, "size", t->size);
  t->done = std::min(count_field(e, "done", t->done), t->size);
  if (std::string where = text_field(e, "path"); !where.empty()) t->path = where;
  t->rate_bps = number_field(e, "rate_bps", 0);
  t->left_s = count_field(e, "left_s", -1);
  t->why = text_field(e, "why", 32);
  t->reason = text_field(e, "reason", 500);
  if (is_new && is_offer(*t)) notices.push_back({"file_offered", t->name, {}, t->peer_name});
  if (!is_new && !was_done && t->incoming && *state == TransferState::done)
    notices.push_back({t->board ? "board_saved" : "file_arrived", t->name, {}, t->peer_name});
  if (notices.size() > 8) notices.pop_front();
}

std::size_t Model::offers() const {
  return static_cast<std::size_t>(std::count_if(transfers.begin(), transfers.end(), is_offer));
}

void Model::forget_transfer(const std::string& id) {
  std::erase_if(transfers, [&](const Transfer& t) { return t.id == id && is_finished(t); });
}

}  // namespace lotse::ui
