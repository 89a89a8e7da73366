#include "relay/disk_board.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "base/text.h"

using namespace lotse;
using namespace lotse::relay;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "lotse-board-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
};

const SessionUuid kSession{1, 2, 3}, kOther{4, 5, 6};

KeptFile file(std::uint8_t number, std::uint64_t size) {
  KeptFile out;
  out.id.fill(number);
  out.owner = ParticipantId{7};
  out.size = size;
  return out;
}

Bytes sealed(const KeptFile& of, std::uint32_t index) {
  return Bytes(wire::board_sealed_size(of.size, index), static_cast<std::uint8_t>(index + 1));
}

void fill(DiskBoard& board, const SessionUuid& session, KeptFile& of, std::uint32_t chunks) {
  REQUIRE(board.begin(session, of));
  for (; of.chunks < chunks; ++of.chunks) REQUIRE(board.append(session, of, sealed(of, of.chunks)));
}

}  // namespace

TEST_CASE("what lies on a board on disk is there after a restart, and how far an unfinished file is") {
  Folder folder;
  KeptFile whole = file(1, 2 * wire::kBoardChunk + 5), half = file(2, 5 * wire::kBoardChunk), empty = file(3, 0);
  {
    DiskBoard board(folder.path / "board");
    fill(board, kSession, whole, 3);
    fill(board, kSession, half, 2);
    fill(board, kSession, empty, 1);
    CHECK_FALSE(board.begin(kSession, whole));  // it is there
  }
  DiskBoard board(folder.path / "board");
  CHECK(board.bytes() == whole.size + half.size);
  auto files = board.files(kSession);
  std::sort(files.begin(), files.end(), [](const KeptFile& a, const KeptFile& b) { return a.id < b.id; });
  REQUIRE(files.size() == 3);
  CHECK(files[0].whole());
  CHECK(files[0].owner == ParticipantId{7});
  CHECK(files[1].chunks == 2);
  CHECK(files[2].whole());
  CHECK(board.files(kOther).empty());
  for (std::uint32_t i = 0; i < 3; ++i) CHECK(board.read(kSession, files[0], i) == sealed(whole, i));
}

TEST_CASE("half a chunk, as a crash leaves it, is written over") {
  Folder folder;
  KeptFile half = file(2, 5 * wire::kBoardChunk);
  const fs::path path = folder.path / to_hex(kSession) / to_hex(half.id);
  {
    DiskBoard board(folder.path);
    fill(board, kSession, half, 2);
  }
  std::ofstream(path, std::ios::app) << std::string(1000, 'x');
  DiskBoard board(folder.path);
  KeptFile there = board.files(kSession).at(0);
  REQUIRE(there.chunks == 2);
  REQUIRE(board.append(kSession, there, sealed(half, 2)));
  ++there.chunks;
  CHECK(board.read(kSession, there, 2) == sealed(half, 2));
  CHECK(DiskBoard(folder.path).files(kSession).at(0).chunks == 3);
}

TEST_CASE("files that are none of ours are neither served nor deleted, and links are not followed") {
  Folder folder;
  KeptFile whole = file(1, 10);
  DiskBoard board(folder.path);
  fill(board, kSession, whole, 1);
  const fs::path session = folder.path / to_hex(kSession);
  std::ofstream(session / "notes.txt") << "mine";
  std::ofstream(session / std::string(32, 'a')) << "too short";
  fs::create_symlink("/etc/passwd", session / std::string(32, 'b'));
  fs::create_directory(folder.path / "other");
  CHECK(board.files(kSession).size() == 1);
  board.keep_only({kSession});
  CHECK(fs::exists(folder.path / "other"));
  CHECK_FALSE(board.begin(kSession, [&] {
    KeptFile linked = file(0xBB, 10);
    return linked;
  }()));
}

TEST_CASE("what is erased is gone from the disk") {
  Folder folder;
  DiskBoard board(folder.path);
  KeptFile one = file(1, 10), two = file(2, 20), three = file(3, 30);
  fill(board, kSession, one, 1);
  fill(board, kSession, two, 1);
  fill(board, kOther, three, 1);
  board.erase(kSession, one);
  CHECK(board.bytes() == 50);
  board.erase_all(kSession);
  CHECK(board.bytes() == 30);
  CHECK_FALSE(fs::exists(folder.path / to_hex(kSession)));
  board.keep_only({});
  CHECK(board.bytes() == 0);
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("a folder that cannot be used is told with what to do") {
  Folder folder;
  std::ofstream(folder.path / "file") << "x";
  CHECK_THROWS_WITH(DiskBoard(folder.path / "file" / "board"), Catch::Contains("--session-board-mb 0"));
}
