// A relay that answers whatever it likes to a member who puts files on the board and fetches some. Some chunks are
// sealed as they should be, so that what is behind the seal is in it, too. The disk is memory, and counts.
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>

#include "base/bytes.h"
#include "files/board_transfers.h"
#include "wire/limits.h"

using namespace lotse;
using namespace lotse::files;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

constexpr SessionUuid kSession{1};

/// Answers at once, after the call that asked.
struct Host final : BoardHost {
  std::map<FileId, std::pair<std::uint64_t, std::uint64_t>> targets;  // size, written
  std::map<std::pair<FileId, std::uint32_t>, Bytes> sealed;           // as it was said first
  std::deque<std::function<void(BoardTransfers&)>> answers;
  Instant now{std::chrono::seconds(1)};
  std::size_t unwritten = 0;

  void say(const wire::BoardFrame& frame) override {
    auto* chunk = std::get_if<wire::BoardChunk>(&frame);
    if (chunk == nullptr) return;
    const Bytes bytes(chunk->sealed.begin(), chunk->sealed.end());
    check(sealed.try_emplace({chunk->id, chunk->index}, bytes).first->second == bytes);  // sealed once
  }
  void changed(const Transfer& t) override { check(t.done <= t.size); }
  void stored(const Transfer& t, const BoardKey&, const std::array<std::uint8_t, 32>&) override {
    check(t.done == t.size);
  }
  void read(const FileId& id, std::uint64_t offset, std::size_t size) override {
    check(size <= wire::kBoardChunk);
    answers.push_back([=, this](BoardTransfers& t) {
      const Bytes bytes(size);
      t.on_read(id, offset, &bytes, now);
    });
  }
  void digest(const FileId& id) override {
    answers.push_back([=, this](BoardTransfers& t) {
      std::array<std::uint8_t, 32> hash{};
      t.on_digest(id, &hash, now);
    });
  }
  void open_target(const wire::FileOffer& offer, const std::string&) override {
    targets[offer.id] = {offer.size, 0};
    answers.push_back([this, id = offer.id](BoardTransfers& t) { t.on_target(id, 0, {}, now); });
  }
  void write(const FileId& id, std::uint64_t offset, Bytes bytes) override {
    auto at = targets.find(id);
    check(at != targets.end() && at->second.second == offset);  // in order, without a gap
    at->second.second += bytes.size();
    check(at->second.second <= at->second.first);
    unwritten += bytes.size();
    check(unwritten <= 2 * (wire::kFileWrites + wire::kFileWindow));
    answers.push_back([this, id, size = bytes.size(), have = at->second.second](BoardTransfers& t) {
      unwritten -= size;
      t.on_written(id, have, {}, now);
    });
  }
  void finish(const FileId& id, const std::array<std::uint8_t, 32>&) override {
    check(targets.at(id).first == targets.at(id).second);
    answers.push_back([=, this](BoardTransfers& t) { t.on_finished(id, "/there", {}, now); });
  }
  void close(const FileId& id, bool) override { targets.erase(id); }
};

constexpr std::uint64_t kSize = 5 * wire::kBoardChunk + 9;

Bytes honest(const crypto::Secret<32>& key, const FileId& file, std::uint32_t index) {
  Bytes sealed;
  crypto::SealKey seal(board_chunk_key(key), index);
  const Bytes plain(wire::board_sealed_size(kSize, index) - 16);
  seal.seal(seal.reserve(), board_chunk_aad(kSession, file, index, index + 1 == wire::board_chunks(kSize)), plain,
            sealed);
  return sealed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const BoardKey key = std::make_shared<const crypto::Secret<32>>();
  ByteReader in(ByteView{data, size});
  Host host;
  BoardTransfers transfers(host, kSession);
  transfers.on_connection(true, host.now);
  const FileId file{9};
  for (std::uint8_t i = 0; i < 2; ++i) {
    transfers.put(FileId{i}, "a", i * 100'000u, "/a", host.now);
    transfers.get(FileId{7, i}, {file, "a", kSize}, key, {}, "/there", host.now);
  }
  while (in.ok() && in.left() > 2) {
    const auto what = in.get<std::uint8_t>();
    FileId id{static_cast<std::uint8_t>(what & 0x40 ? 7 : what >> 7), static_cast<std::uint8_t>(what >> 7)};
    if ((what & 0x40) == 0) id[1] = 0;
    switch (what & 15) {
      case 0:
        transfers.pause(id, (what & 0x20) != 0, host.now);
        break;
      case 1:
        transfers.cancel(id, host.now);
        break;
      case 2:
        transfers.on_connection((what & 0x20) != 0, host.now);
        break;
      case 3:
        host.now = host.now + std::chrono::seconds(what >> 4);
        transfers.poll(host.now);
        break;
      case 4:
        transfers.on_board({id});
        break;
      case 5: {
        const auto index = in.get<std::uint8_t>() % wire::board_chunks(kSize);
        const Bytes sealed = honest(*key, file, index);
        transfers.on_frame(wire::BoardChunk{file, index, sealed}, host.now);
        break;
      }
      case 6:
        transfers.on_frame(wire::BoardHave{id, in.get<std::uint8_t>()}, host.now);
        break;
      case 7: {
        ByteView bytes = in.take(std::min<std::size_t>(in.get<std::uint8_t>(), in.left()));
        if (auto frame = wire::decode_board(bytes)) transfers.on_frame(*frame, host.now);
        break;
      }
      default:
        if (host.answers.empty()) break;
        auto answer = std::move(host.answers.front());
        host.answers.pop_front();
        answer(transfers);
    }
    check(transfers.all().size() == 4);
  }
  return 0;
}
