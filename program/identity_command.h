// lotse-participant identity ...: makes, shows and removes the long-lived identity, and forgets contacts.
#pragma once
#include <memory>
#include <string>

#include "crypto/identity.h"
#include "program/secret_text.h"

namespace lotse::program {

/// `identity` was the first argument. Returns the exit code; says on standard error what is wrong.
int identity_command(const std::string& program, int argc, char** argv);

/// The identity in the folder of settings. `passphrase_file` as of read_secret(). Throws std::runtime_error with one
/// clear line: none is there, the passphrase is wrong, the file is damaged.
std::shared_ptr<const crypto::Identity> unlock_identity(const std::string& folder, const std::string& passphrase_file);

}  // namespace lotse::program
