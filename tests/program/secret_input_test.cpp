#include "program/secret_input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "program/options.h"

using namespace lotse::program;

namespace {

// Arguments as main() has them: to be written over.
struct Arguments {
  explicit Arguments(std::vector<std::string> given) : words(std::move(given)) {
    words.insert(words.begin(), "lotse-participant");
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
  }
  int count() const { return static_cast<int>(words.size()); }
  bool show(const std::string& text) const {
    return std::any_of(words.begin(), words.end(), [&](const auto& w) { return w.find(text) != w.npos; });
  }
  std::vector<std::string> words;
  std::vector<char*> pointers;
};

struct File {
  explicit File(const std::string& text, mode_t mode) {
    std::string name = (std::filesystem::temp_directory_path() / "lotse-secret-XXXXXX").string();
    int fd = mkstemp(name.data());
    REQUIRE(fd >= 0);
    REQUIRE(write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    REQUIRE(fchmod(fd, mode) == 0);
    close(fd);
    path = name;
  }
  ~File() { std::filesystem::remove(path); }
  std::string path;
};

constexpr const char* kLink = "https://relay.example.org/428117903#aebagbafaydqqcikbmga2dqpca.abcdefghijklmnop";

}  // namespace

TEST_CASE("a password leaves the arguments, however it is written") {
  for (std::vector<std::string> words :
       {std::vector<std::string>{"--password", "correct horse"}, {"--name", "Eva", "--password=correct horse"}}) {
    Arguments arguments(words);
    auto taken = ArgumentSecrets::take(arguments.count(), arguments.pointers.data());
    REQUIRE(taken.password);
    CHECK(taken.password->text() == "correct horse");
    CHECK_FALSE(arguments.show("horse"));
    CHECK(arguments.show("--password"));
  }
}

TEST_CASE("words that are no password stay") {
  Arguments arguments({"--password", "none", "--name", "C#", "--password-file", "a/b#c"});
  auto taken = ArgumentSecrets::take(arguments.count(), arguments.pointers.data());
  CHECK_FALSE(taken.password);
  CHECK(arguments.show("none"));
  CHECK(arguments.show("C#"));
}

TEST_CASE("a link leaves the arguments behind its #, and is the invitation all the same") {
  Arguments arguments({"--name", "Eva", kLink});
  auto options = parse_options(Kind::participant, arguments.count(), arguments.pointers.data());
  REQUIRE(options);
  CHECK(options->invitation.text() == kLink);
  CHECK(options->name == "Eva");
  CHECK(arguments.show("428117903#*"));
  CHECK_FALSE(arguments.show("aebagba"));
}

TEST_CASE("a code behind the number leaves the arguments") {
  for (std::vector<std::string> words :
       {std::vector<std::string>{"428117903", "481902"}, {"428 117 903 - 481902"}, {"428", "117", "903-481902"}}) {
    Arguments arguments(words);
    auto options = parse_options(Kind::participant, arguments.count(), arguments.pointers.data());
    REQUIRE(options);
    CHECK(options->invitation.text().find("481902") != std::string::npos);
    CHECK_FALSE(arguments.show("481902"));
    CHECK(arguments.show("903"));
  }
}

TEST_CASE("a mistake among the options takes the secrets out of the arguments too") {
  Arguments arguments({"--nonsense", "--password", "correct horse battery", kLink});
  CHECK_FALSE(parse_options(Kind::participant, arguments.count(), arguments.pointers.data()));
  CHECK_FALSE(arguments.show("horse"));
  CHECK_FALSE(arguments.show("aebagba"));
}

TEST_CASE("the first line of a private file is the password") {
  CHECK(read_secret(File("amber hotel\nsecond\n", 0600).path, "").text() == "amber hotel");
  CHECK(read_secret(File("amber hotel\r\n", 0640).path, "").text() == "amber hotel");
  CHECK(read_secret(File("no end", 0400).path, "").text() == "no end");
  CHECK(read_secret(File("", 0600).path, "").text().empty());
}

TEST_CASE("a password file that everybody can read is refused") {
  File file("amber hotel\n", 0644);
  CHECK_THROWS_WITH(read_secret(file.path, ""), Catch::Contains("chmod 600"));
  CHECK_THROWS_WITH(read_secret("/nowhere/at/all", ""), Catch::Contains("/nowhere/at/all"));
}

TEST_CASE("a passphrase has ten characters of any script, blanks and dashes not counted") {
  CHECK_FALSE(passphrase_problem("correct horse"));
  CHECK_FALSE(passphrase_problem("zażółćgęśl"));
  CHECK(passphrase_problem("zażółćgęś"));
  CHECK(passphrase_problem("a b c - d e f g h i"));
  // Nine letters with combining marks are nine characters.
  CHECK(passphrase_problem("u\xCC\x88u\xCC\x88u\xCC\x88u\xCC\x88u\xCC\x88u\xCC\x88u\xCC\x88u\xCC\x88u\xCC\x88"));
}

TEST_CASE("a short passphrase is refused, a short code of a participant is not") {
  Arguments master({"--password", "short"}), participant({"--password", "short"});
  CHECK_FALSE(parse_options(Kind::master, master.count(), master.pointers.data()));
  CHECK(parse_options(Kind::participant, participant.count(), participant.pointers.data()));
}

TEST_CASE("a secret text leaves nothing where it was") {
  std::string word = "amber";  // short: it lies in the string itself
  SecretText from(std::move(word));
  CHECK(word.empty());
  SecretText to(std::move(from));
  CHECK(to.text() == "amber");
  CHECK(from.empty());
  CHECK(std::string(from.text().data(), 5) == std::string(5, '\0'));
}
