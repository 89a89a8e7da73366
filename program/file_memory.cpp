#include "program/file_memory.h"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/log.h"
#include "base/text.h"
#include "program/private_file.h"

namespace lotse::program {
namespace {

using nlohmann::json;

constexpr std::int64_t kLife = 7 * 24 * 3600;  // seconds
constexpr std::size_t kMost = 200;             // the oldest go
constexpr std::size_t kMostBytes = 1u << 20;   // of the file

std::string file_in(const std::string& folder) { return folder + "/transfers.json"; }

/// Oldest first; what is damaged or too old is left out.
json load(const std::string& folder) {
  json good = json::array();
  const std::int64_t now = std::time(nullptr);
  try {
    auto text = read_private_file(file_in(folder), kMostBytes);
    json all = text ? json::parse(*text, nullptr, false) : json::array();
    for (const json& entry : all.is_array() ? all : json::array()) {
      auto is_text = [&](const char* key) { return entry.value(key, json()).is_string(); };
      auto is_number = [&](const char* key) { return entry.value(key, json()).is_number_integer(); };
      bool fits = entry.is_object() && is_text("id") && is_text("path") && is_text("name") && is_number("size") &&
                  is_number("since");
      if (fits && now - entry["since"].get<std::int64_t>() < kLife) good.push_back(entry);
    }
  } catch (const std::runtime_error& e) {
    log_error(e.what());
  }
  return good;
}

void save(const std::string& folder, json all) {
  while (all.size() > kMost) all.erase(all.begin());
  try {
    write_private_file(file_in(folder), all.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
  } catch (const std::runtime_error& e) {
    log_error(e.what());
  }
}

std::optional<wire::FileId> id_in(const json& entry) {
  auto bytes = from_hex(entry["id"].get<std::string>());
  wire::FileId id{};
  if (!bytes || bytes->size() != id.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

json without(const json& all, const std::string& id) {
  json rest = json::array();
  for (const json& entry : all)
    if (entry["id"] != id) rest.push_back(entry);
  return rest;
}

}  // namespace

void FileMemory::remember(const Incoming& file) {
  std::string id = to_hex(file.offer.id);
  json all = without(load(folder_), id);
  all.push_back({{"id", id},
                 {"path", file.folder},
                 {"name", file.offer.name},
                 {"size", file.offer.size},
                 {"is_folder", file.offer.is_folder},
                 {"files", file.offer.files},
                 {"session", file.session},
                 {"from", file.from},
                 {"since", std::time(nullptr)}});
  save(folder_, std::move(all));
}

void FileMemory::remember(const Outgoing& file) {
  std::string id = to_hex(file.id);
  json all = without(load(folder_), id);
  all.push_back({{"id", id},
                 {"path", file.source.path},
                 {"name", file.source.name},
                 {"size", file.source.size},
                 {"changed", file.source.changed_ns},
                 {"session", file.session},
                 {"to", file.to},
                 {"since", std::time(nullptr)}});
  save(folder_, std::move(all));
}

void FileMemory::forget(const wire::FileId& id) {
  json all = load(folder_);
  json rest = without(all, to_hex(id));
  if (rest.size() != all.size()) save(folder_, std::move(rest));
}

std::optional<std::string> FileMemory::folder_of(const wire::FileOffer& offer) const {
  for (const json& entry : load(folder_))
    if (entry["id"] == to_hex(offer.id) && entry.contains("from") && entry["size"] == offer.size &&
        entry["name"] == offer.name && entry.value("is_folder", json(false)) == offer.is_folder)
      return entry["path"].get<std::string>();
  return std::nullopt;
}

std::optional<wire::FileId> FileMemory::id_of(const files::Source& source) const {
  for (const json& entry : load(folder_)) {
    auto id = id_in(entry);
    if (!entry.contains("to") || entry["path"] != source.path || entry["size"] != source.size ||
        entry.value("changed", json()) != source.changed_ns || !id)
      continue;
    return id;
  }
  return std::nullopt;
}

std::vector<FileMemory::Incoming> FileMemory::unreceived(const std::string& session) const {
  std::vector<Incoming> list;
  for (const json& entry : load(folder_)) {
    auto id = id_in(entry);
    if (!id || entry.value("session", json()) != session || !entry.value("from", json()).is_number_unsigned()) continue;
    wire::FileOffer offer{*id, entry["name"].get<std::string>(), entry["size"].get<std::uint64_t>()};
    offer.is_folder = entry.value("is_folder", json(false)) == true;
    if (const json files = entry.value("files", json(0)); files.is_number_unsigned())
      offer.files = files.get<std::uint32_t>();
    list.push_back({std::move(offer), entry["path"].get<std::string>(), session, entry["from"].get<std::uint16_t>()});
  }
  return list;
}

std::vector<FileMemory::Outgoing> FileMemory::unsent(const std::string& session) const {
  std::vector<Outgoing> list;
  for (const json& entry : load(folder_)) {
    if (entry.value("session", json()) != session || !entry.value("to", json()).is_number_unsigned()) continue;
    auto id = id_in(entry);
    std::string problem;
    auto now = files::examine(entry["path"].get<std::string>(), problem, files::Folders::yes);
    bool same = now && entry["size"] == now->size && entry.value("changed", json()) == now->changed_ns;
    if (!same || !id) continue;
    Outgoing file;
    file.id = *id;
    file.source = *now;
    file.session = session;
    file.to = entry["to"].get<std::uint16_t>();
    list.push_back(std::move(file));
  }
  return list;
}

}  // namespace lotse::program
