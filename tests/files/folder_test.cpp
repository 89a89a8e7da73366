// Folders: listed, sent as one run of bytes, taken apart.
#include "files/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "files/disk.h"
#include "files/file_io.h"
#include "files/folder_source.h"
#include "files/folder_target.h"
#include "scratch_folder.h"

using namespace lotse;
using namespace lotse::files;
namespace fs = std::filesystem;

namespace {

using Kind = FolderEntry::Kind;

/// All of it, by path: what is in a file, or "/" for a folder.
std::map<std::string, std::string> contents(const std::string& root) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string path = entry.path().string().substr(root.size() + 1);
    all[path] = entry.is_directory() ? "/" : std::string(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

Bytes whole_of(const std::shared_ptr<const FolderListing>& listing, std::size_t piece) {
  FolderReader reader(listing);
  Bytes all, one;
  while (all.size() < listing->size) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece, listing->size - all.size()));
    REQUIRE(reader.read_at(all.size(), size, one));
    append(all, one);
  }
  return all;
}

Bytes bytes_of(const std::vector<FolderEntry>& entries, const std::string& files = {}) {
  Bytes all = folder_head(entries).value();
  append(all, as_bytes(files));
  return all;
}

/// Takes apart what anybody may have sent; the reason, or nothing.
std::optional<Why> arrive(const Folder& to, const Bytes& bytes, const std::string& as = "got") {
  const std::string file = to.file("come");
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  const Descriptor part(::open(file.c_str(), O_RDWR)), folder(::open(to.path.c_str(), O_RDONLY | O_DIRECTORY));
  auto why = take_apart(part.get(), bytes.size(), folder.get(), as);
  fs::remove(file);
  return why;
}

}  // namespace

TEST_CASE("a folder comes as it was, in pieces of any size") {
  Folder from, to;
  fs::create_directories(from.file("notes/2026/empty"));
  from.write("a.txt", "first");
  from.write("notes/b.txt", "second, and longer");
  from.write("notes/2026/nothing", "");
  from.write("run.sh", "#!/bin/sh");
  fs::permissions(from.file("run.sh"), fs::perms::owner_all);
  fs::create_symlink("/etc/passwd", from.file("link"));
  std::string problem;
  auto listing = list_folder(from.path, problem);
  REQUIRE(listing);
  CHECK(listing->files == 4);
  const Bytes all = whole_of(listing, 7);
  CHECK(all == whole_of(listing, 4096));
  REQUIRE_FALSE(arrive(to, all));
  auto wanted = contents(from.path);
  wanted.erase("link");
  CHECK(contents(to.file("got")) == wanted);
  CHECK((fs::status(to.file("got/run.sh")).permissions() & fs::perms::owner_exec) != fs::perms::none);
  CHECK((fs::status(to.file("got/a.txt")).permissions() & fs::perms::owner_exec) == fs::perms::none);
}

TEST_CASE("a file that has changed since it was listed is not sent as if it had not") {
  Folder from;
  from.write("a.txt", "first");
  from.write("b.txt", "second");
  std::string problem;
  auto before = list_folder(from.path, problem);
  from.write("b.txt", "SECOND");
  fs::last_write_time(from.file("b.txt"), fs::file_time_type::clock::now() + std::chrono::seconds(5));
  FolderReader reader(before);
  Bytes out;
  CHECK(reader.read_at(0, before->head.size() + 5, out));
  CHECK_FALSE(reader.read_at(before->head.size(), 11, out));
  fs::remove(from.file("a.txt"));
  CHECK_FALSE(FolderReader(before).read_at(before->head.size(), 5, out));
  CHECK(list_folder(from.path, problem)->mark != before->mark);
}

TEST_CASE("nothing of a folder leads out of it or takes the place of another") {
  Folder to;
  to.write("outside", "mine");
  const std::vector<FolderEntry> entries{{"../outside", Kind::file, 1}, {"/etc/x", Kind::file, 1},
                                         {"a/../../b", Kind::file, 1},  {"same", Kind::file, 1},
                                         {"same", Kind::file, 1},       {"same/inner", Kind::file, 1},
                                         {"..", Kind::folder, 0},       {"con", Kind::file, 1},
                                         {".hidden", Kind::file, 1},    {"gpj.\u202Eexe", Kind::program, 1},
                                         {"x\\..\\y", Kind::file, 1},   {std::string(300, 'n'), Kind::file, 1}};
  REQUIRE_FALSE(arrive(to, bytes_of(entries, std::string(11, '.'))));
  CHECK(to.read("outside") == "mine");
  CHECK(to.names() == std::vector<std::string>{"got", "outside"});
  std::size_t files = 0;
  for (const auto& [path, text] : contents(to.file("got"))) {
    files += text != "/";
    CHECK(path.find("..") == path.npos);
    CHECK(fs::path(path).filename().string().size() <= 200);
  }
  CHECK(files == 11);
}

TEST_CASE("what is no folder is refused and leaves nothing behind") {
  Folder to;
  const Bytes good = bytes_of({{"a", Kind::file, 3}, {"b", Kind::file, 2}}, "aaabb");
  REQUIRE_FALSE(arrive(to, good));
  fs::remove_all(to.file("got"));
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    CAPTURE(cut);
    CHECK(arrive(to, Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut))) == Why::unreadable);
  }
  Bytes longer = good;
  longer.push_back('x');
  CHECK(arrive(to, longer) == Why::unreadable);
  CHECK(arrive(to, bytes_of({{"a", Kind::file, ~0ull}, {"b", Kind::file, 6}}, "aaabb")) == Why::unreadable);
  CHECK(arrive(to, bytes_of({{"a", Kind::folder, 5}}, "aaabb")) == Why::unreadable);
  CHECK(arrive(to, bytes_of({{"///", Kind::folder, 0}})) == Why::unwritable);
  std::string deep;
  for (std::size_t i = 0; i <= kMostDepth; ++i) deep += "d/";
  CHECK(arrive(to, bytes_of({{"a", Kind::file, 5}, {deep, Kind::folder, 0}}, "aaabb")) == Why::unwritable);
  CHECK(to.names().empty());
}

TEST_CASE("a folder that would make more folders than entries allow is refused") {
  Folder to;
  std::vector<FolderEntry> entries;
  for (int i = 0; i < 2000; ++i) {
    std::string path;
    for (int depth = 0; depth < 20; ++depth) path += std::to_string(i) + "/";
    entries.push_back({path, Kind::folder, 0});
  }
  CHECK(arrive(to, bytes_of(entries)) == Why::unwritable);
  CHECK(to.names().empty());
}

TEST_CASE("too much in a folder is said before it is sent") {
  Folder from;
  std::string deep = from.path;
  for (std::size_t i = 0; i <= kMostDepth; ++i) deep += "/d";
  fs::create_directories(deep);
  std::string problem;
  CHECK(list_folder(from.path, problem) == nullptr);
  CHECK(problem.find("too much") != problem.npos);
  CHECK(list_folder("/", problem) == nullptr);
  CHECK_FALSE(examine(from.path, problem));  // where only files are meant
  CHECK(problem.find("choose the files") != problem.npos);
}
