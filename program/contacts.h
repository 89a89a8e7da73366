// Whom this program knows: the long-lived identities that it has met, each under the name it had then.
#pragma once
#include <map>
#include <string>

#include "crypto/signing.h"
#include "session/acquaintance.h"

namespace lotse::program {

/// The file contacts.json in the folder of settings, mode 0600. Loop thread only.
class Contacts {
 public:
  static constexpr std::size_t kMost = 1000;  // the oldest knowledge stays: beyond it nobody new is remembered

  /// An unreadable file counts as changed for everybody in it: throws std::runtime_error, one clear line.
  explicit Contacts(const std::string& folder);
  /// `key` null: no identity was shown. A known name with another key, or without one, is `changed`.
  session::Acquaintance meet(const std::string& name, const crypto::VerifyKey* key) const;
  /// In place of what was known by this name. Throws std::runtime_error when the file cannot be written.
  void remember(const std::string& name, const crypto::VerifyKey& key);
  /// False: nobody of this name is known. Throws std::runtime_error when the file cannot be written.
  bool forget(const std::string& name);

 private:
  void save() const;
  std::string folder_;
  std::map<std::string, crypto::VerifyKey> known_;
};

}  // namespace lotse::program
