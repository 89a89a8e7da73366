#include "program/tickets.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace lotse;
using namespace lotse::program;

namespace {

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "lotse-tickets-XXXXXX").string();
  Folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path); }
};

constexpr std::int64_t kNow = 1'800'000'000;

}  // namespace

TEST_CASE("a ticket is kept for a day, for its session, readable by its owner alone") {
  Folder folder;
  Bytes ticket(16, 7), newer(16, 8);
  CHECK(load_ticket(folder.path, "428117903", kNow).empty());
  save_ticket(folder.path, "428117903", ticket, kNow);
  CHECK(load_ticket(folder.path, "428117903", kNow + 3600) == ticket);
  CHECK(load_ticket(folder.path, "428117904", kNow).empty());
  CHECK(load_ticket(folder.path, "428117903", kNow + 24 * 3600).empty());
  save_ticket(folder.path, "428117903", newer, kNow);
  CHECK(load_ticket(folder.path, "428117903", kNow) == newer);
  struct stat file {};
  REQUIRE(stat((folder.path + "/tickets.json").c_str(), &file) == 0);
  CHECK((file.st_mode & 0777) == 0600);
}

TEST_CASE("no more than twenty tickets are kept, and the oldest goes") {
  Folder folder;
  for (int i = 0; i < 25; ++i)
    save_ticket(folder.path, std::to_string(100'000'000 + i), Bytes(16, static_cast<std::uint8_t>(i)), kNow + i);
  CHECK(load_ticket(folder.path, "100000004", kNow + 25).empty());
  CHECK(load_ticket(folder.path, "100000005", kNow + 25) == Bytes(16, 5));
  CHECK(load_ticket(folder.path, "100000024", kNow + 25) == Bytes(16, 24));
}

TEST_CASE("a damaged file is no ticket, and is written anew") {
  Folder folder;
  for (const char* text : {"", "{", "[1,{\"number\":3}]", "{\"number\":\"428117903\"}",
                           "[{\"number\":\"428117903\",\"ticket\":\"xyz\",\"since\":1799999999}]"}) {
    std::ofstream(folder.path + "/tickets.json") << text;
    CHECK(load_ticket(folder.path, "428117903", kNow).empty());
  }
  save_ticket(folder.path, "428117903", Bytes(16, 1), kNow);
  CHECK(load_ticket(folder.path, "428117903", kNow) == Bytes(16, 1));
}
