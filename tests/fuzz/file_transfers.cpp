// A member who sends files and says whatever it likes about them and about others, to one who accepts, pauses and
// cancels. Each message in the session's own form, so that its parser is in it, too. A disk that is memory, and counts.
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>

#include "base/bytes.h"
#include "files/names.h"
#include "files/transfers.h"
#include "session/file_message.h"
#include "wire/limits.h"
#include "wire/messages.pb.h"

using namespace lotse;
using namespace lotse::files;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

/// Answers at once, after the call that asked.
struct Host final : TransfersHost {
  std::map<FileId, std::pair<std::uint64_t, std::uint64_t>> targets;  // size, written
  std::deque<std::function<void(Transfers&)>> answers;
  Instant now{std::chrono::seconds(1)};
  std::size_t unwritten = 0;

  bool say(ParticipantId, const wire::FileMessage&) override { return true; }
  void changed(const Transfer& t) override { check(t.done <= t.size); }
  void read(const FileId& id, std::uint32_t attempt, std::uint64_t offset, std::size_t size) override {
    check(size <= wire::kFileChunk);
    answers.push_back([=, this](Transfers& t) {
      Bytes bytes(size);
      t.on_read(id, attempt, offset, &bytes, now);
    });
  }
  void digest(const FileId& id) override {
    answers.push_back([=, this](Transfers& t) {
      std::array<std::uint8_t, 32> hash{};
      t.on_digest(id, &hash, now);
    });
  }
  std::optional<std::string> accepted_before(const wire::FileOffer&) override { return std::nullopt; }
  void open_target(const wire::FileOffer& offer, const std::string&) override {
    std::string name = safe_name(offer.name);
    check(!name.empty() && name.size() <= 181 && name.find('/') == std::string::npos && name[0] != '.');
    targets[offer.id] = {offer.size, 0};
    answers.push_back([this, id = offer.id](Transfers& t) { t.on_target(id, 0, {}, now); });
  }
  void write(const FileId& id, std::uint64_t offset, Bytes bytes) override {
    auto at = targets.find(id);
    check(at != targets.end() && at->second.second == offset);  // in order, without a gap
    at->second.second += bytes.size();
    check(at->second.second <= at->second.first);
    unwritten += bytes.size();
    check(unwritten <= wire::kFileWrites * wire::kMaxFilesFrom);
    answers.push_back([this, id, size = bytes.size(), have = at->second.second](Transfers& t) {
      unwritten -= size;
      t.on_written(id, have, {}, now);
    });
  }
  void finish(const FileId& id, const std::array<std::uint8_t, 32>&) override {
    check(targets.at(id).first == targets.at(id).second);
    answers.push_back([=](Transfers& t) { t.on_finished(id, "/there", {}); });
  }
  void close(const FileId& id, bool) override { targets.erase(id); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in(ByteView{data, size});
  Host host;
  Transfers transfers(host);
  const ParticipantId peer{1};
  transfers.on_members({peer}, {peer}, host.now);
  for (std::uint8_t i = 0; i < 3; ++i)
    transfers.offer({.id = FileId{0xFF, i}, .name = "a", .size = i * 100'000u}, peer, "/a", host.now);
  while (in.ok() && in.left() > 3) {
    auto what = in.get<std::uint8_t>();
    FileId id{static_cast<std::uint8_t>(what & 0x80 ? 0xFF : 0), static_cast<std::uint8_t>(what >> 4 & 7)};
    switch (what & 15) {
      case 0:
        transfers.accept(id, "/there", host.now);
        break;
      case 1:
        transfers.refuse(id, host.now);
        break;
      case 2:
        transfers.pause(id, (what & 0x40) != 0, host.now);
        break;
      case 3:
        transfers.cancel(id, host.now);
        break;
      case 4:
        transfers.on_connection(host.now);
        break;
      case 5:
        host.now = host.now + std::chrono::seconds(what >> 4);
        transfers.poll(host.now);
        break;
      case 6:
        if (!host.answers.empty()) {
          auto answer = std::move(host.answers.front());
          host.answers.pop_front();
          answer(transfers);
        }
        break;
      default: {
        ByteView bytes = in.take(std::min<std::size_t>(in.get<std::uint8_t>(), in.left()));
        wire::pb::File message;
        if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) break;
        if (message.id().size() < 16) message.set_id(std::string(reinterpret_cast<const char*>(id.data()), id.size()));
        if (auto said = session::read_file(message)) transfers.on_message(peer, std::move(*said), true, host.now);
      }
    }
    check(transfers.all().size() <= wire::kMaxFilesFrom + wire::kMaxFiles + 4);
  }
  return 0;
}
