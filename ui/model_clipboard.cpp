// What was copied, here and by others.
#include <algorithm>

#include "ui/json_read.h"
#include "ui/model.h"

namespace lotse::ui {

/// One of the two controls the other's screen.
std::set<int> Model::clipboard_partners() const {
  std::set<int> partners;
  for (const auto& [whose, by] : controllers_of) {
    if (whose == self) partners.insert(by.begin(), by.end());
    if (by.contains(self)) partners.insert(whose);
  }
  std::erase_if(partners, [&](int id) { return id == self || member(id) == nullptr; });
  return partners;
}

void Model::fold_clipboard(const std::string& name, const nlohmann::json& e) {
  if (name == "clipboard_use") {
    clipboard_use = text_field(e, "use", 8);
  } else if (name == "clipboard") {
    clipboard = {int_field(e, "from", -1), text_field(e, "type", 16),
                 static_cast<std::int64_t>(std::clamp(number_field(e, "bytes", 0), 0.0, 1e15))};
    const bool put = bool_field(e, "put", false);
    notices.push_back({put ? "clipboard_put" : "clipboard_came", clipboard.kind, {}, name_of(clipboard.from)});
  } else {
    fold_clipboard_move(e);
  }
  if (notices.size() > 8) notices.pop_front();
}

void Model::fold_clipboard_move(const nlohmann::json& e) {
  ClipboardMove move{.incoming = text_field(e, "direction", 8) == "in", .peer = int_field(e, "peer", -1)};
  move.size = static_cast<std::int64_t>(std::clamp(number_field(e, "size", 0), 0.0, 1e15));
  move.done = std::min(static_cast<std::int64_t>(std::clamp(number_field(e, "done", 0), 0.0, 1e15)), move.size);
  const std::string state = text_field(e, "state", 16);
  std::erase_if(clipboard_moves,
                [&](const ClipboardMove& m) { return m.incoming == move.incoming && m.peer == move.peer; });
  if (state == "offered" || state == "active" || state == "paused" || state == "waiting") {
    if (clipboard_moves.size() < kMaxMembers) clipboard_moves.push_back(move);
  } else if (!move.incoming && state == "done") {
    notices.push_back({"clipboard_sent", {}, {}, name_of(move.peer)});
  } else if (!move.incoming && (state == "failed" || state == "refused")) {
    const std::string why = text_field(e, "why", 32);
    notices.push_back({why == "not_allowed" ? "clipboard_refused" : "clipboard_failed",
                       text_field(e, "reason", 300),
                       {},
                       name_of(move.peer)});
  }
}

}  // namespace lotse::ui
