#include "relay/sqlite_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

using namespace lotse;
using namespace lotse::relay;
using namespace std::chrono_literals;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse-store-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

SessionRecord record(const std::string& number, std::uint8_t fill) {
  SessionRecord r;
  r.number = wire::number_of(number);
  r.uuid.fill(fill);
  r.key.fill(static_cast<std::uint8_t>(fill + 1));
  return r;
}

std::string failure(const std::filesystem::path& file) {
  try {
    SqliteStore store(file);
    store.load(10min);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("sessions survive the end of the process") {
  Folder folder;
  auto file = folder.path / "relay.db";
  {
    SqliteStore store(file);
    store.put(record("428117903", 1));
    store.put(record("111111111", 2));
    store.erase(wire::number_of("111111111"));
  }
  SqliteStore store(file);
  CHECK(store.load(10min) == std::vector{record("428117903", 1)});
}

TEST_CASE("sessions whose master was not seen for long enough are forgotten") {
  Folder folder;
  std::int64_t clock = 1000;
  SqliteStore store(folder.path / "relay.db", [&] { return clock; });
  store.put(record("428117903", 1));
  store.put(record("111111111", 2));
  clock += 500;
  store.seen({wire::number_of("428117903"), wire::number_of("999999999")});
  clock += 101;
  CHECK(store.load(10min) == std::vector{record("428117903", 1)});
  clock += 499;
  CHECK(store.load(10min).size() == 1);
  clock += 1;
  CHECK(store.load(10min).empty());
}

TEST_CASE("a damaged database is said to be one") {
  Folder folder;
  auto file = folder.path / "relay.db";
  SECTION("not a database") { std::ofstream(file) << std::string(5000, 'x'); }
  SECTION("overwritten in its middle") {
    {
      SqliteStore store(file);
      for (int i = 0; i < 500; ++i) store.put(record(std::to_string(100000000 + i), 1));
    }
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(4096);
    out << std::string(20000, 'x');
  }
  CHECK_THAT(failure(file), Catch::Contains("is damaged: move it away"));
}

TEST_CASE("two relays do not share a database") {
  Folder folder;
  SqliteStore store(folder.path / "relay.db");
  CHECK_THAT(failure(folder.path / "relay.db"), Catch::Contains("in use by another lotse-relay"));
}

TEST_CASE("a database that cannot be written is said to be one") {
  CHECK_THAT(failure("/nonexistent/folder/relay.db"), Catch::Contains("cannot write the database"));
}
