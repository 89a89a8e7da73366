#include "wire/board.h"

namespace lotse::wire {
namespace {

enum class Type : std::uint8_t { put = 0x60, have, chunk, get, remove, no, allow };
static_assert(static_cast<std::uint8_t>(Type::chunk) == kBoardChunkFrame);

class Encoder {
 public:
  Bytes out;

  void operator()(const BoardPut& f) { start(Type::put, f.id).put(f.size); }
  void operator()(const BoardHave& f) { start(Type::have, f.id).put(f.chunks); }
  void operator()(const BoardChunk& f) { start(Type::chunk, f.id).put(f.index).put(f.sealed); }
  void operator()(const BoardGet& f) { start(Type::get, f.id).put(f.first).put(f.count); }
  void operator()(const BoardRemove& f) { start(Type::remove, f.id); }
  void operator()(const BoardNo& f) { start(Type::no, f.id).put(static_cast<std::uint8_t>(f.why)); }
  void operator()(const BoardAllow& f) {
    ByteWriter(out)
        .put(static_cast<std::uint8_t>(Type::allow))
        .put(f.member.value())
        .put(static_cast<std::uint8_t>(f.on ? 1 : 0));
  }

 private:
  ByteWriter start(Type type, const FileId& id) {
    ByteWriter writer(out);
    writer.put(static_cast<std::uint8_t>(type)).put(ByteView(id));
    return writer;
  }
};

std::optional<BoardFrame> read_chunk(ByteReader& in, const FileId& id, std::size_t size) {
  constexpr std::size_t kBefore = 1 + std::tuple_size_v<FileId> + sizeof(std::uint32_t);
  if (size < kBefore + 16 || size > kBefore + kBoardSealed) return std::nullopt;
  BoardChunk chunk{.id = id, .index = in.get<std::uint32_t>(), .sealed = {}};
  chunk.sealed = in.take(size - kBefore);
  std::optional<BoardFrame> frame;
  frame.emplace(chunk);  // returned as it is, g++ 12 takes it for uninitialized
  return frame;
}

std::optional<BoardFrame> read(Type type, ByteReader& in, std::size_t size) {
  if (type == Type::allow) {
    const auto member = in.get<std::uint16_t>();
    const auto on = in.get<std::uint8_t>();
    return on > 1 ? std::nullopt : std::optional<BoardFrame>(BoardAllow{ParticipantId(member), on == 1});
  }
  const FileId id = in.array<std::tuple_size_v<FileId>>();
  switch (type) {
    case Type::put: {
      const auto bytes = in.get<std::uint64_t>();
      return bytes > kMaxBoardFile ? std::nullopt : std::optional<BoardFrame>(BoardPut{id, bytes});
    }
    case Type::have:
      return BoardHave{id, in.get<std::uint32_t>()};
    case Type::chunk:
      return read_chunk(in, id, size);
    case Type::get: {
      const auto first = in.get<std::uint32_t>();
      const auto count = in.get<std::uint16_t>();
      return count == 0 || count > kBoardAsk ? std::nullopt : std::optional<BoardFrame>(BoardGet{id, first, count});
    }
    case Type::remove:
      return BoardRemove{id};
    case Type::no: {
      const auto why = in.get<std::uint8_t>();
      if (why < 1 || why > static_cast<std::uint8_t>(BoardNo::Why::unable)) return std::nullopt;
      return BoardNo{id, static_cast<BoardNo::Why>(why)};
    }
    case Type::allow:
      break;
  }
  return std::nullopt;
}

}  // namespace

Bytes encode_board(const BoardFrame& frame) {
  Encoder encoder;
  std::visit(encoder, frame);
  return std::move(encoder.out);
}

std::optional<BoardFrame> decode_board(ByteView frame) {
  ByteReader in(frame);
  const auto type = in.get<std::uint8_t>();
  if (type < static_cast<std::uint8_t>(Type::put) || type > static_cast<std::uint8_t>(Type::allow)) return std::nullopt;
  auto read_frame = read(static_cast<Type>(type), in, frame.size());
  return in.done() ? read_frame : std::nullopt;
}

}  // namespace lotse::wire
