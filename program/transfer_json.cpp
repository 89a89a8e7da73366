#include "program/transfer_json.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.h"
#include "files/names.h"
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

Reason reason_of(wire::BoardNo::Why why) {
  switch (why) {
    case wire::BoardNo::Why::gone:
      return {"gone", "It is no longer on the board."};
    case wire::BoardNo::Why::not_allowed:
      return {"not_allowed", "The moderator has not allowed this member to put files on the board."};
    case wire::BoardNo::Why::full:
      return {"board_full", "There is no room on the board for it."};
    case wire::BoardNo::Why::unable:
      return {"no_board", "This relay keeps no board, or cannot write to its disk."};
  }
  return {"", ""};
}

Reason reason_of(const files::Transfer& transfer) {
  if (transfer.board_no) return reason_of(*transfer.board_no);
  if (transfer.board && transfer.state == State::waiting)
    return {"away", "There is no connection to the relay; it goes on by itself."};
  if (transfer.state == State::waiting) return {"away", "The other one cannot be reached; it goes on by itself."};
  if (transfer.corrupt)
    return {"corrupt", transfer.board ? "What the relay has is not what was put there."
                                      : "What arrived is not what was sent. Please send it again."};
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

}  // namespace

json transfer_json(const files::Transfer& transfer, int self) {
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
  if (transfer.is_folder) out["is_folder"] = true, out["files"] = transfer.files;
  if (transfer.board) {
    out["board"] = true;
    out["peer"] = out["from"] = out["to"] = 0;
    if (transfer.board_file) out["board_file"] = to_hex(*transfer.board_file);
  }
  if (transfer.state == State::active && transfer.rate > 0)
    out["left_s"] = static_cast<std::int64_t>(static_cast<double>(transfer.size - transfer.done) / transfer.rate + 0.5);
  if (transfer.state == State::paused) out["paused_by"] = transfer.paused_here ? "you" : "other";
  if (transfer.outgoing || transfer.state == State::done) out["path"] = clean_text(transfer.path, 4096);
  if (Reason reason = reason_of(transfer); *reason.why != '\0') out["why"] = reason.why, out["reason"] = reason.text;
  return out;
}

wire::FileId file_id_in(const json& command) {
  auto bytes = from_hex(command.at("file_id").get<std::string>());
  wire::FileId id{};
  if (!bytes || bytes->size() != id.size()) throw std::invalid_argument("\"file_id\" has 32 hexadecimal digits");
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

}  // namespace lotse::program
