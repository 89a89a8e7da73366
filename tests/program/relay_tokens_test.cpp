#include "program/relay_tokens.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace lotse;
using namespace lotse::program;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse-relay-tokens-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

const net::RelayAddress kHome{"relay.example.org", 443}, kOther{"relay.example.org", 8443};

}  // namespace

TEST_CASE("a token is kept for its relay alone, readable by its owner alone") {
  Folder folder;
  auto config = folder.path / "lotse";
  CHECK(saved_relay_token(config, kHome).empty());
  REQUIRE(save_relay_token(config, kHome, "lt1.a.b"));
  CHECK(saved_relay_token(config, kHome) == "lt1.a.b");
  CHECK(saved_relay_token(config, kOther).empty());
  REQUIRE(save_relay_token(config, kOther, "lt1.c.d"));
  CHECK(saved_relay_token(config, kHome) == "lt1.a.b");
  struct stat status {};
  REQUIRE(stat((config / "relay_tokens.json").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(save_relay_token(config, kHome, ""));
  CHECK(saved_relay_token(config, kHome).empty());
  CHECK(saved_relay_token(config, kOther) == "lt1.c.d");
}

TEST_CASE("a file of tokens that cannot be understood keeps none and stays as it is") {
  Folder folder;
  auto file = folder.path / "relay_tokens.json";
  for (const char* text :
       {"", "[]", "{\"version\":2,\"tokens\":{}}", "{\"version\":1}", "{\"version\":1,\"tokens\":[]}"}) {
    std::ofstream(file, std::ios::trunc) << text;
    CHECK(saved_relay_token(folder.path, kHome).empty());
    CHECK_FALSE(save_relay_token(folder.path, kHome, "lt1.a.b"));
    std::ifstream in(file);
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == text);
  }
  std::ofstream(file, std::ios::trunc) << R"({"version":1,"tokens":{"relay.example.org:443":"two words"}})";
  CHECK(saved_relay_token(folder.path, kHome).empty());
}

TEST_CASE("a token file gives its first line without the blanks around it") {
  Folder folder;
  auto file = folder.path / "token";
  std::ofstream(file) << "  lt1.a.b \r\nmore\n";
  REQUIRE(read_token_file(file));
  CHECK(*read_token_file(file) == "lt1.a.b");
  for (const std::string& bad : {std::string(), std::string("\n"), std::string("two words\n"),
                                 std::string("t\xC3\xB6\n"), std::string(129, 'a')}) {
    std::ofstream(file, std::ios::trunc) << bad;
    CHECK_FALSE(read_token_file(file));
  }
  CHECK_FALSE(read_token_file(folder.path / "none"));
}
