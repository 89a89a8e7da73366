// The clipboard between us and others, as the control interface has it.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.h"
#include "desktop/uri_list.h"
#include "program/command_fields.h"
#include "program/engine.h"
#include "program/new_file.h"
#include "program/shared_clipboard.h"
#include "program/transfer_json.h"
#include "wire/limits.h"

namespace lotse::program {
namespace {

using desktop::ClipboardContent;
using desktop::ClipboardProblem;
using nlohmann::json;

constexpr std::size_t kMostText = 256u << 10;  // of one event or answer; more is in the file that was asked for

const char* kind_of(const std::string& type) {
  if (type == desktop::kPngType) return "image";
  return type == desktop::kFilesType ? "files" : "text";
}

json content_json(const ClipboardContent& content) {
  return {{"type", kind_of(content.type)}, {"bytes", content.bytes->size()}};
}

std::pair<std::string, std::string> words_of(ClipboardProblem problem) {
  switch (problem) {
    case ClipboardProblem::empty:
      return {"clipboard_empty",
              "there is nothing on the clipboard that could be sent: copy a text, an image or files"};
    case ClipboardProblem::too_large:
      return {"too_large", "what was copied is too large: at most 64 MB"};
    case ClipboardProblem::timeout:
      return {"timeout", "the program in which it was copied does not answer: copy it once more"};
    case ClipboardProblem::lost:
      break;
  }
  return {"no_display", "there is no desktop here whose clipboard could be used"};
}

ClipboardContent content_of_file(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) throw std::invalid_argument("cannot read " + path + ": " + std::strerror(errno));
  Bytes bytes;
  for (Bytes piece(1u << 20);;) {
    const std::size_t got = std::fread(piece.data(), 1, piece.size(), file.get());
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got));
    if (got == 0 || bytes.size() > ClipboardExchange::kMost) break;
  }
  auto shared = std::make_shared<const Bytes>(std::move(bytes));
  if (auto image = checked_content(std::string(desktop::kPngType), shared)) return *image;
  if (auto text = checked_content(std::string(desktop::kTextType), shared)) return *text;
  throw std::invalid_argument("\"file\" holds neither a PNG image nor text");
}

}  // namespace

ClipboardUse Engine::clipboard_use() const { return options_.clipboard.value_or(ClipboardUse::by_hand); }

void Engine::open_clipboard() {
  SharedClipboard::Around around;
  around.say = [this](ParticipantId to, const wire::FileMessage& message) {
    return session_ && session_->is_admitted() && session_->tell_clipboard(to, message, net::Loop::now());
  };
  around.may_send = [this](ParticipantId member) { return may_send_clipboard(member); };
  around.controls_us = [this](ParticipantId member) { return is_controlling(member, own_index()); };
  around.partners = [this] { return clipboard_partners(); };
  around.on_content = [this](ParticipantId from, const ClipboardContent& content, bool put) {
    json event = content_json(content);
    event.update({{"event", "clipboard"}, {"from", from.value()}, {"put", put}});
    emit(std::move(event));
  };
  around.on_transfer = [this](const files::Transfer& transfer) {
    json event = transfer_json(transfer, self_);
    event.update({{"event", "clipboard_transfer"}, {"type", kind_of(transfer.name)}});
    for (const char* field : {"name", "path", "file_id"}) event.erase(field);
    emit(std::move(event));
  };
  clipboard_ =
      std::make_unique<SharedClipboard>(loop_, options_.display, own_index(), clipboard_use(), std::move(around));
}

bool Engine::is_controlling(ParticipantId member, ParticipantId presenter) const {
  auto at = controllers_.find(presenter);
  return at != controllers_.end() && std::find(at->second.begin(), at->second.end(), member) != at->second.end();
}

bool Engine::may_send_clipboard(ParticipantId member) const {
  const session::Core* core = session_ ? session_->core() : nullptr;
  const session::Member* known = core != nullptr ? core->member(member) : nullptr;
  return known != nullptr && (member == core->master() || known->rights.has(session::Right::clipboard));
}

/// Between whom it goes by itself: one of the two controls the other's screen.
std::set<ParticipantId> Engine::clipboard_partners() const {
  std::set<ParticipantId> partners;
  const session::Core* core = session_ ? session_->core() : nullptr;
  for (const auto& [presenter, members] : controllers_) {
    if (presenter == own_index()) partners.insert(members.begin(), members.end());
    if (is_controlling(own_index(), presenter)) partners.insert(presenter);
  }
  std::erase_if(partners, [&](ParticipantId id) { return core == nullptr || core->member(id) == nullptr; });
  return partners;
}

// We are inside of the session, which is not to be called from here.
void Engine::on_clipboard(ParticipantId from, wire::FileMessage message) {
  loop_.post([this, from, message = std::move(message), alive = std::weak_ptr<int>(session_alive_)]() mutable {
    if (!alive.expired() && clipboard_) clipboard_->on_message(from, std::move(message));
  });
}

// --- commands --------------------------------------------------------------------------------------------------------

/// "to", or those between whom it goes by itself; a participant's goes to the moderator when there is none, a
/// moderator's to all. Nothing, and that is answered: nobody is there, or it may not.
std::optional<std::vector<ParticipantId>> Engine::clipboard_receivers(const json& c, const Answer& answer) const {
  const session::Core* core = session_ ? session_->core() : nullptr;
  if (!clipboard_ || core == nullptr) return answer.error("not_allowed", "there is no session"), std::nullopt;
  if (clipboard_->use() == ClipboardUse::off)
    return answer.error("not_allowed", "the clipboard is switched off here (command clipboard, option --clipboard)"),
           std::nullopt;
  if (!may_send_clipboard(core->self))
    return answer.error("not_allowed", "the moderator has not allowed you to send the clipboard (right: clipboard)"),
           std::nullopt;
  if (c.contains("to")) return receivers_in(c.at("to"), answer);
  if (const auto partners = clipboard_partners(); !partners.empty())
    return std::vector<ParticipantId>(partners.begin(), partners.end());
  return receivers_in(session_->is_master() ? "all" : "master", answer);
}

void Engine::send_clipboard(const ClipboardContent& content, const std::vector<ParticipantId>& to,
                            const Answer& answer) {
  if (content.bytes->size() > ClipboardExchange::kMost) {
    const auto [code, words] = words_of(ClipboardProblem::too_large);
    return answer.error(code, words);
  }
  json receivers = json::array();
  for (ParticipantId id : to) {
    if (!clipboard_->send(content, id))
      return answer.error("rate_limited", "too much is on its way: wait until some of it is there");
    receivers.push_back(id.value());
  }
  json fields = content_json(content);
  fields["to"] = receivers;
  answer.ok(std::move(fields));
}

void Engine::do_clipboard_set(const json& c, const Answer& answer) {
  auto to = clipboard_receivers(c, answer);
  if (!to) return;
  if (c.contains("file")) return send_clipboard(content_of_file(c.at("file").get<std::string>()), *to, answer);
  const auto text = c.at("text").get<std::string>();
  auto content = checked_content(std::string(desktop::kTextType), std::make_shared<Bytes>(text.begin(), text.end()));
  if (!content) throw std::invalid_argument("\"text\" is empty");
  send_clipboard(*content, *to, answer);
}

void Engine::do_clipboard_send(const json& c, const Answer& answer) {
  auto to = clipboard_receivers(c, answer);
  if (!to) return;
  clipboard_->take([this, to = *to, answer](const auto& content) {
    if (!clipboard_ || !files_) return answer.error("not_allowed", "the session has ended");
    if (!content) {
      const auto [code, words] = words_of(content.error());
      return answer.error(code, words);
    }
    content->type == desktop::kFilesType ? send_copied_files(*content, to, answer)
                                         : send_clipboard(*content, to, answer);
  });
}

void Engine::send_copied_files(const ClipboardContent& content, const std::vector<ParticipantId>& to,
                               const Answer& answer) {
  if (!may_send_files(own_index()))
    return answer.error("not_allowed", "the moderator has not allowed you to send files (right: files)");
  resume_files();
  std::vector<files::Source> sources;
  for (const std::string& path : desktop::paths_of(as_text(*content.bytes))) {
    std::string problem;
    auto source = files::examine(path, problem, files::Folders::yes);
    if (!source) return answer.error("file_name", problem);
    if (source->size > wire::kMaxFileSize) return answer.error("too_large", "the file is too large");
    sources.push_back(std::move(*source));
  }
  json ids = json::array(), receivers = json::array();
  for (const files::Source& source : sources)
    for (ParticipantId id : to) {
      auto file = files_->offer(source, id);
      if (!file) return answer.error("rate_limited", "too many files are on their way: wait until some are done");
      ids.push_back(to_hex(*file));
    }
  for (ParticipantId id : to) receivers.push_back(id.value());
  answer.ok({{"type", "files"}, {"bytes", 0}, {"to", receivers}, {"file_ids", ids}});
}

void Engine::answer_content(const ClipboardContent& content, json fields, const std::string& file,
                            const Answer& answer) {
  fields.update(content_json(content));
  if (!file.empty()) {
    if (auto problem = write_new_file(file, *content.bytes)) return answer.error(problem->code, problem->message);
    fields["file"] = file;
  } else if (content.type == desktop::kTextType) {
    if (content.bytes->size() > kMostText)
      return answer.error("too_large", "the text is too long for an answer: name a \"file\" for it");
    fields["text"] = as_text(*content.bytes);
  }
  answer.ok(std::move(fields));
}

void Engine::do_clipboard_get(const json& c, const Answer& answer) {
  if (!clipboard_) return answer.error("not_allowed", "there is no session");
  const std::string file = c.value("file", "");
  if (const auto& received = clipboard_->received(); received && !c.value("desktop", false))
    return answer_content(received->content, {{"from", received->from.value()}}, file, answer);
  clipboard_->take([this, file, answer](const auto& content) {
    if (!content) {
      const auto [code, words] = words_of(content.error());
      return answer.error(code, words);
    }
    answer_content(*content, {{"from", self_}}, file, answer);
  });
}

void Engine::do_clipboard_take(const json& c, const Answer& answer) {
  if (!clipboard_) return answer.error("not_allowed", "there is no session");
  std::optional<ClipboardContent> content;
  if (c.contains("file_id")) {
    const files::Transfer* file = files_->find(file_id_in(c));
    if (file == nullptr || file->outgoing || file->state != files::State::done)
      return answer.error("no_such_file", "no such file has come");
    const std::string list = desktop::uri_list_of({file->path});
    content = ClipboardContent{std::string(desktop::kFilesType), std::make_shared<Bytes>(list.begin(), list.end())};
  } else if (const auto& received = clipboard_->received()) {
    content = received->content;
  }
  if (!content) return answer.error("clipboard_empty", "nobody has sent a clipboard");
  json fields = content_json(*content);
  if (clipboard_->put(std::move(*content))) return answer.ok(std::move(fields));
  const auto [code, words] = words_of(ClipboardProblem::lost);
  answer.error(code, words);
}

void Engine::do_clipboard(const json& c, const Answer& answer) {
  if (c.contains("use")) {
    auto use = clipboard_use_from(c.at("use").get<std::string>());
    if (!use) throw std::invalid_argument("\"use\" is auto, hand or off");
    options_.clipboard = *use;
    if (clipboard_) clipboard_->set_use(*use);
    emit({{"event", "clipboard_use"}, {"use", name_of(*use)}});
  }
  answer.ok({{"use", name_of(clipboard_use())}});
}

}  // namespace lotse::program
