#include "session/board.h"

#include <algorithm>

#include "base/text.h"
#include "session/message_bytes.h"
#include "wire/board.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

std::optional<BoardFile> read_file(const wire::pb::BoardFile& from) {
  BoardFile file;
  if (!read_bytes(from.id(), file.id) || !read_bytes(from.sha256(), file.sha256)) return std::nullopt;
  if (from.key().size() != 32 || from.size() > wire::kMaxBoardFile || from.owner() >= kEverybody.value())
    return std::nullopt;
  crypto::Secret<32> key;
  std::copy(from.key().begin(), from.key().end(), key.writable().begin());
  file.key = std::make_shared<const crypto::Secret<32>>(std::move(key));
  file.name = clean_text(from.name(), wire::kMaxFileName);
  file.size = from.size();
  file.owner = ParticipantId(static_cast<std::uint16_t>(from.owner()));
  file.owner_name = clean_text(from.owner_name(), wire::kMaxName);
  file.put = from.put();
  return file.name.empty() ? std::nullopt : std::optional(std::move(file));
}

std::string serialized(const BoardFile& file) {
  wire::pb::BoardFile out;
  out.set_id(text_of(file.id));
  out.set_key(text_of(file.key->view()));
  out.set_name(file.name);
  out.set_size(file.size);
  out.set_sha256(text_of(file.sha256));
  out.set_owner(file.owner.value());
  out.set_owner_name(file.owner_name);
  out.set_put(file.put);
  return out.SerializeAsString();
}

wire::pb::SignedBoardFile message_of(const std::string& bytes, const crypto::VerifyKey& ed,
                                     const std::string& signature) {
  wire::pb::SignedBoardFile out;
  out.set_file(bytes);
  out.set_ed(text_of(ed));
  out.set_signature(signature);
  return out;
}

}  // namespace

// --- what we want ----------------------------------------------------------------------------------------------------

std::optional<ErrorCode> Board::put(BoardFile file) {
  const Member* own = core_.member(core_.self);
  if (own == nullptr || !(core_.leads() || own->rights.has(Right::board))) return ErrorCode::not_allowed;
  if (find(file.id) != entries_.end()) return std::nullopt;
  file.name = clean_text(file.name, wire::kMaxFileName);
  if (file.name.empty()) return ErrorCode::bad_request;
  file.owner = core_.self;
  file.owner_name = own->name;
  std::string bytes = serialized(file);
  const crypto::Signature signature =
      core_.keys.signing.sign(crypto::Purpose::board, {core_.facts.uuid, as_bytes(bytes)});
  if (!core_.leads()) {
    wire::pb::Message message;
    *message.mutable_board_put() = message_of(bytes, core_.keys.signing.verify_key(), text_of(signature));
    core_.tell(core_.master(), message);
    return std::nullopt;
  }
  if (entries_.size() >= wire::kMaxBoardFiles) return ErrorCode::full;
  add({std::move(file), std::move(bytes), core_.keys.signing.verify_key(), text_of(signature)});
  return std::nullopt;
}

std::optional<ErrorCode> Board::remove(const wire::FileId& id) {
  auto entry = find(id);
  if (entry == entries_.end()) return ErrorCode::bad_request;
  if (core_.leads()) return erase(entry), std::nullopt;
  if (entry->file.owner != core_.self) return ErrorCode::not_allowed;
  wire::pb::Message message;
  message.mutable_board_remove()->set_id(text_of(id));
  core_.tell(core_.master(), message);
  return std::nullopt;
}

// --- who hears it ----------------------------------------------------------------------------------------------------

void Board::reachable() {
  told_.clear();
  may_put_.clear();
  if (core_.leads())
    for (const wire::FileId& id : removed_) core_.host.send(wire::encode_board(wire::BoardRemove{id}));
  open_ = true;
  announce();
}

void Board::members_changed() {
  const bool leads = core_.leads();
  if (std::exchange(led_, leads) != leads) reachable();
  if (std::exchange(roster_version_, core_.roster.version) != core_.roster.version) {
    open_ = true;
    for (const Member& member : core_.roster.members) known_[member.id] = member.ed;
  }
  announce();
}

void Board::announce() {
  if (!open_ || !led_ || !core_.attached) return;
  open_ = false;
  const std::vector<ParticipantId> here = core_.others();
  std::erase_if(told_, [&](ParticipantId id) { return std::find(here.begin(), here.end(), id) == here.end(); });
  for (ParticipantId id : here)
    if (told_.insert(id).second) tell(id);
  for (const Member& member : core_.roster.members) {
    const bool may = member.id != core_.self && !member.away && member.rights.has(Right::board);
    if (may == may_put_.contains(member.id)) continue;
    core_.host.send(wire::encode_board(wire::BoardAllow{member.id, may}));
    may ? void(may_put_.insert(member.id)) : void(may_put_.erase(member.id));
  }
}

void Board::tell(ParticipantId member) {
  if (used_) core_.tell(member, list());
}

wire::pb::Message Board::list() const {
  wire::pb::Message message;
  message.mutable_board();
  for (const Entry& entry : entries_)
    *message.mutable_board()->add_files() = message_of(entry.bytes, entry.ed, entry.signature);
  return message;
}

/// Each member under its own key: what stands in there are keys, and only who is a member now may have them.
void Board::changed() {
  used_ = used_ || !entries_.empty();
  std::vector<BoardFile> files;
  for (const Entry& entry : entries_) files.push_back(entry.file);
  core_.host.on_board(files);
  if (!core_.leads()) return;
  const wire::pb::Message message = list();
  for (ParticipantId id : core_.others()) core_.tell(id, message);
}

// --- what others want ------------------------------------------------------------------------------------------------

std::vector<Board::Entry>::iterator Board::find(const wire::FileId& id) {
  return std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.file.id == id; });
}

std::optional<Board::Entry> Board::read(const wire::pb::SignedBoardFile& from) const {
  wire::pb::BoardFile message;
  Entry entry;
  if (!message.ParseFromString(from.file()) || !read_bytes(from.ed(), entry.ed)) return std::nullopt;
  auto file = read_file(message);
  if (!file) return std::nullopt;
  auto known = known_.find(file->owner);
  if (known != known_.end() && known->second != entry.ed) return std::nullopt;
  if (!crypto::verify(entry.ed, crypto::Purpose::board, {core_.facts.uuid, as_bytes(from.file())},
                      as_bytes(from.signature())))
    return std::nullopt;
  entry.file = std::move(*file);
  entry.bytes = from.file();
  entry.signature = from.signature();
  return entry;
}

void Board::add(Entry entry) {
  entries_.push_back(std::move(entry));
  changed();
}

void Board::erase(std::vector<Entry>::iterator entry) {
  core_.host.send(wire::encode_board(wire::BoardRemove{entry->file.id}));
  removed_.push_back(entry->file.id);
  if (removed_.size() > wire::kMaxBoardFiles) removed_.erase(removed_.begin());
  entries_.erase(entry);
  changed();
}

void Board::on_put(ParticipantId from, const wire::pb::SignedBoardFile& signed_file) {
  const Member* member = core_.member(from);
  auto entry = core_.leads() && member != nullptr ? read(signed_file) : std::nullopt;
  if (!entry || entry->file.owner != from || entry->ed != member->ed || entry->file.owner_name != member->name) return;
  if (find(entry->file.id) != entries_.end()) return tell(from);  // it has not heard
  if (!member->rights.has(Right::board) || entries_.size() >= wire::kMaxBoardFiles)
    return core_.host.send(wire::encode_board(wire::BoardRemove{entry->file.id}));
  add(std::move(*entry));
}

void Board::on_remove(ParticipantId from, const std::string& id) {
  wire::FileId file{};
  if (!core_.leads() || !read_bytes(id, file)) return;
  auto entry = find(file);
  if (entry == entries_.end()) return tell(from);
  if (entry->file.owner == from) erase(entry);
}

void Board::on_list(const wire::pb::Board& board) {
  if (board.files_size() > static_cast<int>(wire::kMaxBoardFiles)) return;
  std::vector<Entry> entries;
  for (const wire::pb::SignedBoardFile& file : board.files()) {
    auto entry = read(file);
    const bool twice = entry && std::any_of(entries.begin(), entries.end(),
                                            [&](const Entry& other) { return other.file.id == entry->file.id; });
    if (entry && !twice) entries.push_back(std::move(*entry));
  }
  entries_ = std::move(entries);
  changed();
}

}  // namespace lotse::session
