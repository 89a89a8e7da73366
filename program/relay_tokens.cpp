#include "program/relay_tokens.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "wire/limits.h"

namespace lotse::program {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::uintmax_t kMaxFile = 1 << 20;  // bytes
constexpr std::size_t kMaxRelays = 1000;
constexpr const char* kFile = "relay_tokens.json";

/// Null when there is a file and it is not one of ours.
json load(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return {{"version", 1}, {"tokens", json::object()}};
  if (fs::file_size(file, error) > kMaxFile || error) return nullptr;
  std::ifstream in(file, std::ios::binary);
  json value = json::parse(in, nullptr, false);
  bool ours = value.is_object() && value.value("version", json()) == 1 && value.contains("tokens") &&
              value["tokens"].is_object();
  return ours ? value : json(nullptr);
}

std::string name_of(const net::RelayAddress& relay) {
  return relay.port == 443 ? net::to_string(relay) + ":443" : net::to_string(relay);
}

bool write_all(int fd, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    ssize_t done = ::write(fd, text.data() + at, text.size() - at);
    if (done <= 0) return false;
    at += static_cast<std::size_t>(done);
  }
  return ::fsync(fd) == 0;
}

}  // namespace

bool is_host_token(const std::string& text) {
  return !text.empty() && text.size() <= wire::kMaxHostToken &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<std::string, std::string> read_token_file(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line)) return Unexpected{"cannot read a token from " + file.string()};
  std::size_t first = line.find_first_not_of(" \t\r");
  if (first != std::string::npos) line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
  if (!is_host_token(line)) return Unexpected{"the first line of " + file.string() + " is no token"};
  return line;
}

std::string saved_relay_token(const fs::path& folder, const net::RelayAddress& relay) {
  json value = load(folder / kFile);
  if (value.is_null()) return {};
  auto at = value["tokens"].find(name_of(relay));
  if (at == value["tokens"].end() || !at->is_string()) return {};
  auto token = at->get<std::string>();
  return is_host_token(token) ? token : std::string();
}

Result<Done, std::string> save_relay_token(const fs::path& folder, const net::RelayAddress& relay,
                                           const std::string& token) {
  fs::path file = folder / kFile, fresh = folder / (std::string(kFile) + ".new");
  json value = load(file);
  if (value.is_null()) return Unexpected{"the file " + file.string() + " cannot be understood: move it away"};
  if (token.empty())
    value["tokens"].erase(name_of(relay));
  else
    value["tokens"][name_of(relay)] = token;
  if (value["tokens"].size() > kMaxRelays) return Unexpected{std::string("too many tokens are kept: forget some")};
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  fs::remove(fresh, error);  // left by a program that was killed
  int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool written = fd >= 0 && write_all(fd, value.dump(2) + "\n");
  if (fd >= 0) written &= ::close(fd) == 0;
  if (written) fs::rename(fresh, file, error);
  if (!written || error) return Unexpected{"cannot write " + file.string()};
  return Done{};
}

}  // namespace lotse::program
