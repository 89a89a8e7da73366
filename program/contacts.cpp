#include "program/contacts.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/text.h"
#include "program/private_file.h"
#include "wire/limits.h"

namespace lotse::program {

using nlohmann::json;
using session::Acquaintance;

Contacts::Contacts(const std::string& folder) : folder_(folder) {
  std::string file = folder + "/contacts.json";
  auto text = read_private_file(file, 1u << 20);
  if (!text) return;
  json value = json::parse(*text, nullptr, false);
  auto bad = [&] { return std::runtime_error(file + " is damaged; remove it to know nobody any more"); };
  if (!value.is_object() || value.size() > kMost) throw bad();
  for (const auto& [name, entry] : value.items()) {
    auto key = entry.is_string() ? from_hex(entry.get_ref<const std::string&>()) : std::nullopt;
    if (!key || key->size() != 32 || name.size() > wire::kMaxName) throw bad();
    std::memcpy(known_[name].data(), key->data(), 32);
  }
}

Acquaintance Contacts::meet(const std::string& name, const crypto::VerifyKey* key) const {
  auto at = known_.find(name);
  if (at == known_.end()) return key ? Acquaintance::fresh : Acquaintance::anonymous;
  return key && at->second == *key ? Acquaintance::known : Acquaintance::changed;
}

void Contacts::remember(const std::string& name, const crypto::VerifyKey& key) {
  auto at = known_.find(name);
  if (at != known_.end() ? at->second == key : name.empty() || known_.size() >= kMost) return;
  known_[name] = key;
  save();
}

bool Contacts::forget(const std::string& name) {
  if (known_.erase(name) == 0) return false;
  save();
  return true;
}

void Contacts::save() const {
  json value = json::object();
  for (const auto& [name, key] : known_) value[name] = to_hex(key);
  write_private_file(folder_ + "/contacts.json", value.dump(1) + "\n");
}

}  // namespace lotse::program
