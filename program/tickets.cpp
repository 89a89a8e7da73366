#include "program/tickets.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/log.h"
#include "base/text.h"
#include "program/private_file.h"

namespace lotse::program {
namespace {

using nlohmann::json;

constexpr std::int64_t kLife = 24 * 3600;  // seconds
constexpr std::size_t kMost = 20;
constexpr std::size_t kMostBytes = 16u << 10;  // of the file

std::string file_in(const std::string& folder) { return folder + "/tickets.json"; }

/// [{number, ticket, since}], oldest first; what is damaged or too old is left out.
json load(const std::string& folder, std::int64_t now) {
  json good = json::array();
  try {
    auto text = read_private_file(file_in(folder), kMostBytes);
    json all = text ? json::parse(*text, nullptr, false) : json::array();
    for (const json& entry : all.is_array() ? all : json::array()) {
      bool fits = entry.is_object() && entry.value("number", json()).is_string() &&
                  entry.value("ticket", json()).is_string() && entry.value("since", json()).is_number_integer();
      if (fits && now - entry["since"].get<std::int64_t>() < kLife && good.size() < kMost) good.push_back(entry);
    }
  } catch (const std::runtime_error& e) {
    log_error(e.what());
  }
  return good;
}

}  // namespace

Bytes load_ticket(const std::string& folder, const std::string& number, std::int64_t unix_time) {
  for (const json& entry : load(folder, unix_time))
    if (entry["number"] == number) return from_hex(entry["ticket"].get<std::string>()).value_or(Bytes{});
  return {};
}

void save_ticket(const std::string& folder, const std::string& number, ByteView ticket, std::int64_t unix_time) {
  json all = json::array();
  for (json& entry : load(folder, unix_time))
    if (entry["number"] != number) all.push_back(std::move(entry));
  while (all.size() >= kMost) all.erase(all.begin());
  all.push_back({{"number", number}, {"ticket", to_hex(ticket)}, {"since", unix_time}});
  try {
    write_private_file(file_in(folder), all.dump(1) + "\n");
  } catch (const std::runtime_error& e) {
    log_error(e.what());
  }
}

}  // namespace lotse::program
