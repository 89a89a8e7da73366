#include "program/contacts.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace lotse;
using namespace lotse::program;
using session::Acquaintance;

namespace {

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse-contacts-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file() const { return path + "/contacts.json"; }
  std::string path;
};

constexpr crypto::VerifyKey kAnna{1}, kOther{2};

}  // namespace

TEST_CASE("a name is remembered with its identity, over a restart, in a file for its owner alone") {
  Folder folder;
  {
    Contacts contacts(folder.path);
    CHECK(contacts.meet("Anna", nullptr) == Acquaintance::anonymous);
    CHECK(contacts.meet("Anna", &kAnna) == Acquaintance::fresh);
    contacts.remember("Anna", kAnna);
  }
  struct stat status {};
  REQUIRE(stat(folder.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  Contacts again(folder.path);
  CHECK(again.meet("Anna", &kAnna) == Acquaintance::known);
  CHECK(again.meet("Bernd", &kAnna) == Acquaintance::fresh);
}

TEST_CASE("a known name with another identity, or without one, has changed until it is forgotten") {
  Folder folder;
  Contacts contacts(folder.path);
  contacts.remember("Anna", kAnna);
  CHECK(contacts.meet("Anna", &kOther) == Acquaintance::changed);
  CHECK(contacts.meet("Anna", nullptr) == Acquaintance::changed);
  CHECK(contacts.meet("Anna", &kAnna) == Acquaintance::known);
  CHECK_FALSE(contacts.forget("Bernd"));
  CHECK(contacts.forget("Anna"));
  CHECK(Contacts(folder.path).meet("Anna", &kOther) == Acquaintance::fresh);
}

TEST_CASE("contacts do not grow without end, and those that are there stay") {
  Folder folder;
  {
    std::ofstream out(folder.file());
    out << "{";
    for (std::size_t i = 0; i < Contacts::kMost; ++i)
      out << (i ? "," : "") << "\"n" << i << "\":\"" << std::string(64, 'a') << "\"";
    out << "}";
  }
  Contacts contacts(folder.path);
  contacts.remember("Anna", kAnna);
  CHECK(contacts.meet("Anna", &kAnna) == Acquaintance::fresh);
  CHECK(contacts.meet("n0", &kAnna) == Acquaintance::changed);
}

TEST_CASE("a damaged file is an error, not an empty list") {
  Folder folder;
  for (const char* text : {"", "[]", "{\"Anna\":1}", "{\"Anna\":\"aa\"}", "{"}) {
    std::ofstream(folder.file()) << text;
    CHECK_THROWS_WITH(Contacts(folder.path), Catch::Contains("damaged"));
  }
}
