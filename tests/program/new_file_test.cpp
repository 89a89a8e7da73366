#include "program/new_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace lotse;
using namespace lotse::program;

TEST_CASE("a new file overwrites nothing, follows no link and is for its owner alone") {
  std::string folder = (std::filesystem::temp_directory_path() / "lotse-new-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string file = folder + "/chat.txt";
  const mode_t mask = umask(0);
  CHECK_FALSE(write_new_file(file, as_bytes("said")));
  umask(mask);
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(write_new_file(file, as_bytes("other"))->code == "file_exists");
  std::ifstream in(file);
  CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == "said");
  std::filesystem::create_symlink(folder + "/elsewhere", folder + "/link");
  CHECK(write_new_file(folder + "/link", as_bytes("x"))->code == "file_exists");
  CHECK_FALSE(std::filesystem::exists(folder + "/elsewhere"));
  CHECK(write_new_file(folder + "/none/chat.txt", as_bytes("x"))->code == "unwritable");
  CHECK(write_new_file("", as_bytes("x"))->code == "unwritable");
  std::filesystem::remove_all(folder);
}
