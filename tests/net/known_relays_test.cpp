#include "net/known_relays.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace lotse::net {

namespace {

namespace fs = std::filesystem;
using Key = KnownRelays::Key;

struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "lotse-known-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()));
    path = pattern;
  }
  ~Folder() { fs::remove_all(path); }
  fs::path file() const { return path / "known_relays.json"; }
  void write(const std::string& text) const { std::ofstream(file()) << text; }
  std::string text() const {
    std::ifstream in(file());
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path path;
};

const Key kKey{1, 2, 3}, kNewKey{4, 5, 6};
const RelayAddress kRelay{"relay.example", 443}, kOtherRelay{"::1", 8443};
const std::string kHex = "sha256:" + std::string(64, 'a');

unsigned mode(const fs::path& path) {
  struct stat about {};
  REQUIRE(::stat(path.c_str(), &about) == 0);
  return about.st_mode & 0777;
}

}  // namespace

TEST_CASE("what is remembered is there the next time, in a file for its owner only") {
  const Folder folder;
  const fs::path inner = folder.path / "new" / "lotse";
  auto known = KnownRelays::load(inner);
  REQUIRE(known);
  CHECK_FALSE(known->find(kRelay));
  REQUIRE(known->remember(kRelay, kKey));
  REQUIRE(known->remember(kOtherRelay, kKey));
  REQUIRE(known->remember(kRelay, kNewKey));
  CHECK(known->find(kRelay) == kNewKey);
  const auto again = KnownRelays::load(inner);
  REQUIRE(again);
  CHECK(again->find(kRelay) == kNewKey);
  CHECK(again->find(kOtherRelay) == kKey);
  CHECK_FALSE(again->find({"relay.example", 444}));
  CHECK(mode(inner / "known_relays.json") == 0600);
  CHECK(mode(inner) == 0700);
}

TEST_CASE("what is forgotten is gone") {
  const Folder folder;
  auto known = KnownRelays::load(folder.path);
  REQUIRE(known);
  REQUIRE(known->remember(kRelay, kKey));
  REQUIRE(known->forget(kRelay));
  REQUIRE(known->forget(kOtherRelay));
  CHECK_FALSE(known->find(kRelay));
  CHECK_FALSE(KnownRelays::load(folder.path)->find(kRelay));
}

TEST_CASE("two programs that remember at the same time lose nothing of each other") {
  const Folder folder;
  auto one = KnownRelays::load(folder.path), two = KnownRelays::load(folder.path);
  REQUIRE(one->remember(kRelay, kKey));
  REQUIRE(two->remember(kOtherRelay, kNewKey));
  const auto both = KnownRelays::load(folder.path);
  CHECK(both->find(kRelay) == kKey);
  CHECK(both->find(kOtherRelay) == kNewKey);
  CHECK(two->find(kRelay) == kKey);
}

TEST_CASE("a file as a person might write it is read") {
  const auto entries = KnownRelays::parse(R"({"relays": {"[::1]:443": ")" + kHex + R"("}, "version": 1, "note": []})");
  REQUIRE(entries);
  CHECK(entries->at("[::1]:443")[31] == 0xAA);
  CHECK(KnownRelays::parse(R"({"version":1,"relays":{}})")->empty());
}

TEST_CASE("a damaged file is an error and stays as it is") {
  const std::string entry = "\"a:443\":\"" + kHex + "\"";
  const auto file = [](const std::string& relays) { return R"({"version":1,"relays":{)" + relays + "}}"; };
  const std::vector<std::string> cases{
      "",
      " ",
      "{",
      "null",
      "[]",
      "1",
      "\"x\"",
      "{}",
      R"({"version":1})",
      R"({"relays":{}})",
      R"({"version":2,"relays":{}})",
      R"({"version":"1","relays":{}})",
      R"({"version":1,"relays":[]})",
      R"({"version":1,"relays":null})",
      file(entry) + "x",
      file(entry).substr(0, 60),
      file(entry + "," + entry),
      R"({"version":1,"version":1,"relays":{}})",
      file(R"("a:443":1)"),
      file(R"("a:443":null)"),
      file(R"("a:443":"")"),
      file(R"("a:443":"sha256:")"),
      file("\"a:443\":\"" + kHex + "aa\""),
      file("\"a:443\":\"" + kHex.substr(0, 69) + "\""),
      file("\"a:443\":\"" + kHex.substr(7) + "\""),
      file("\"a:443\":\"sha256:" + std::string(64, 'g') + "\""),
      file("\"a\":\"" + kHex + "\""),
      file("\"A:443\":\"" + kHex + "\""),
      file("\"\":\"" + kHex + "\""),
      file("\"https://a:443\":\"" + kHex + "\""),
      file("\"a:443 \":\"" + kHex + "\""),
      std::string(100000, '['),
      std::string("\0\0\0", 3),
      "\xff\xfe",
      std::string(KnownRelays::kMaxFile + 1, ' ') + file(entry),
  };
  for (const std::string& text : cases) {
    CAPTURE(text.substr(0, 200));
    const Folder folder;
    auto known = KnownRelays::load(folder.path);
    folder.write(text);
    const auto loaded = KnownRelays::load(folder.path);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().find("known_relays.json") != std::string::npos);
    CHECK_FALSE(known->remember(kRelay, kKey));
    CHECK_FALSE(known->find(kRelay));
    CHECK(folder.text() == text);
  }
}

TEST_CASE("more relays than anybody knows are an error") {
  std::string relays;
  for (std::size_t i = 0; i <= KnownRelays::kMaxRelays; i++)
    relays += (i ? "," : "") + ("\"a:" + std::to_string(i + 1)) + "\":\"" + kHex + "\"";
  CHECK_FALSE(KnownRelays::parse(R"({"version":1,"relays":{)" + relays + "}}"));
}

TEST_CASE("what is no file, or no folder, is an error that names it") {
  const Folder folder;
  fs::create_directory(folder.file());
  CHECK_FALSE(KnownRelays::load(folder.path));
  fs::remove(folder.file());
  REQUIRE(::mkfifo(folder.file().c_str(), 0600) == 0);
  CHECK_FALSE(KnownRelays::load(folder.path));
  fs::remove(folder.file());
  folder.write("x");
  CHECK_FALSE(KnownRelays::load(folder.file()));  // the folder is a file
  auto known = KnownRelays::load(folder.path / "missing");
  REQUIRE(known);
  std::ofstream(folder.path / "missing") << "in the way";
  const auto saved = known->remember(kRelay, kKey);
  REQUIRE_FALSE(saved);
  CHECK(saved.error().find("missing") != std::string::npos);
  CHECK_FALSE(known->find(kRelay));
}

TEST_CASE("a draft left by a crash is not in the way") {
  const Folder folder;
  std::ofstream(folder.file().string() + ".new") << "half";
  auto known = KnownRelays::load(folder.path);
  REQUIRE(known->remember(kRelay, kKey));
  CHECK(KnownRelays::load(folder.path)->find(kRelay) == kKey);
  CHECK_FALSE(fs::exists(folder.file().string() + ".new"));
}

}  // namespace lotse::net
