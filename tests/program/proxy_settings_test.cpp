#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "program/options.h"
#include "program/saved_proxy.h"
#include "program/secret_input.h"

using namespace lotse;
using namespace lotse::program;
using lotse::net::ProxySettings;
using nlohmann::json;

namespace {

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lotse-proxy-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

ProxySettings chosen() {
  return proxy_from({{"use", "manual"},
                     {"kind", "socks5"},
                     {"host", "proxy.example"},
                     {"port", 1081},
                     {"user", "eva"},
                     {"password", "s\"e\\crét"}},
                    {});
}

/// What parse_options makes of such a command line, the words as they are afterwards beside it.
std::pair<Result<Options, int>, std::vector<std::string>> parsed(std::vector<std::string> words) {
  words.insert(words.begin(), "lotse-participant");
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  auto options = parse_options(Kind::participant, static_cast<int>(words.size()), pointers.data());
  return {std::move(options), words};
}

}  // namespace

TEST_CASE("a proxy is kept in a file of its owner alone, and found again") {
  Folder folder;
  CHECK(load_proxy(folder.path).use == ProxySettings::Use::system);
  save_proxy(folder.path, chosen());
  struct stat status {};
  REQUIRE(stat((folder.path + "/proxy.json").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const ProxySettings found = load_proxy(folder.path);
  CHECK(found.use == ProxySettings::Use::manual);
  CHECK(found.manual == chosen().manual);
}

TEST_CASE("a file that is no proxy's is no proxy") {
  for (const char* text : {"", "{", "[]", "7", R"({"use":7})", R"({"use":"manual"})",
                           R"({"use":"manual","host":"a b","port":1})", R"({"use":"manual","host":"a","port":-1})"}) {
    CAPTURE(text);
    Folder folder;
    std::ofstream(folder.path + "/proxy.json") << text;
    CHECK(load_proxy(folder.path).use == ProxySettings::Use::system);
  }
}

TEST_CASE("settings are told without the password, which belongs to one host and user") {
  const json told = proxy_json(chosen());
  CHECK(told["has_password"] == true);
  CHECK(told.dump().find("cr") == std::string::npos);
  CHECK(proxy_from({{"port", 5}}, chosen()).manual.password == chosen().manual.password);
  CHECK(proxy_from({{"host", "other.example"}}, chosen()).manual.password.empty());
  CHECK(proxy_from({{"user", "bob"}}, chosen()).manual.password.empty());
  CHECK(proxy_from({{"use", "none"}}, chosen()).manual.password == chosen().manual.password);
  for (const json& wrong : {json{{"use", "maybe"}}, json{{"kind", "ftp"}}, json{{"port", 70000}}, json{{"host", ""}},
                            json{{"user", std::string(256, 'a')}}, json{{"password", "a\nb"}}})
    CHECK_THROWS_AS(proxy_from(wrong, chosen()), std::invalid_argument);
}

TEST_CASE("a proxy on the command line, its password overwritten there") {
  for (std::vector<std::string> words : {std::vector<std::string>{"--proxy", "http://eva:se@cret@proxy:3128"},
                                         {"--proxy=http://eva:se@cret@proxy:3128"}}) {
    const auto [options, after] = parsed(words);
    REQUIRE(options);
    CHECK(options->proxy->manual.password == "se@cret");
    CHECK(options->proxy->manual.user == "eva");
    CHECK(after.back().find("cret") == std::string::npos);
    CHECK(after.back().ends_with("@proxy:3128"));
  }
  const auto plain = parsed({"--proxy", "socks5://proxy"});
  CHECK(to_string(plain.first->proxy->manual) == "socks5://proxy:1080");
  CHECK(plain.second.back() == "socks5://proxy");
  CHECK(parsed({"--proxy", "none"}).first->proxy->use == ProxySettings::Use::none);
  CHECK(parsed({"--proxy", "system"}).first->proxy->use == ProxySettings::Use::system);
  CHECK_FALSE(parsed({}).first->proxy);
}

TEST_CASE("what is no proxy ends with exit code 2") {
  for (std::vector<std::string> words : {std::vector<std::string>{"--proxy", "ftp://x"},
                                         {"--proxy", "a b"},
                                         {"--proxy-user", "eva"},
                                         {"--proxy", "http://x", "--proxy-password-file", "/none"},
                                         {"--json"},
                                         {"--path", "sideways"}})
    CHECK(parsed(words).first.error() == 2);
}
