#include "session/file_message.h"

#include <algorithm>

#include "base/text.h"
#include "session/message_bytes.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

struct Writer {
  wire::pb::File& out;

  void operator()(const wire::FileOffer& m) const {
    out.mutable_offer()->set_name(m.name);
    out.mutable_offer()->set_size(m.size);
    out.mutable_offer()->set_is_folder(m.is_folder);
    out.mutable_offer()->set_files(m.files);
  }
  void operator()(const wire::FileChunk& m) const {
    out.mutable_chunk()->set_offset(m.offset);
    out.mutable_chunk()->set_data(m.data.data(), m.data.size());
  }
  void operator()(const wire::FileEnd& m) const { out.mutable_end()->set_sha256(m.sha256.data(), m.sha256.size()); }
  void operator()(const wire::FileAnswer& m) const {
    out.mutable_answer()->set_accepted(m.accepted);
    out.mutable_answer()->set_have(m.have);
  }
  void operator()(const wire::FileTaken& m) const { out.mutable_taken()->set_have(m.have); }
  void operator()(const wire::FileResult& m) const { out.mutable_result()->set_whole(m.whole); }
  void operator()(const wire::FilePause& m) const { out.mutable_pause()->set_on(m.on); }
  void operator()(const wire::FileCancel& m) const { out.mutable_cancel()->set_why(static_cast<std::uint32_t>(m.why)); }
};

std::optional<wire::FileMessage> read_offer(const wire::FileId& id, const wire::pb::File::Offer& from) {
  if (from.size() > wire::kMaxFileSize || from.name().size() > wire::kMaxFileName) return std::nullopt;
  return wire::FileOffer{id, clean_text(from.name(), wire::kMaxFileName), from.size(), from.is_folder(), from.files()};
}

std::optional<wire::FileMessage> read_chunk(const wire::FileId& id, const wire::pb::File::Chunk& from) {
  if (from.data().empty() || from.data().size() > wire::kFileChunk || from.offset() > wire::kMaxFileSize)
    return std::nullopt;
  return wire::FileChunk{id, from.offset(), Bytes(from.data().begin(), from.data().end())};
}

}  // namespace

void write_file(const wire::FileMessage& message, wire::pb::File& out) {
  std::visit([&](const auto& m) { out.set_id(m.id.data(), m.id.size()); }, message);
  std::visit(Writer{out}, message);
}

std::optional<wire::FileMessage> read_file(const wire::pb::File& message) {
  using F = wire::pb::File;
  wire::FileId id{};
  if (!read_bytes(message.id(), id)) return std::nullopt;
  switch (message.what_case()) {
    case F::kOffer:
      return read_offer(id, message.offer());
    case F::kChunk:
      return read_chunk(id, message.chunk());
    case F::kEnd: {
      wire::FileEnd end{id, {}};
      if (!read_bytes(message.end().sha256(), end.sha256)) return std::nullopt;
      return end;
    }
    case F::kAnswer:
      return wire::FileAnswer{id, message.answer().accepted(), message.answer().have()};
    case F::kTaken:
      return wire::FileTaken{id, message.taken().have()};
    case F::kResult:
      return wire::FileResult{id, message.result().whole()};
    case F::kPause:
      return wire::FilePause{id, message.pause().on()};
    case F::kCancel:
      if (message.cancel().why() > static_cast<std::uint32_t>(wire::FileCancel::Why::not_allowed)) return std::nullopt;
      return wire::FileCancel{id, static_cast<wire::FileCancel::Why>(message.cancel().why())};
    case F::WHAT_NOT_SET:
      break;
  }
  return std::nullopt;
}

}  // namespace lotse::session
