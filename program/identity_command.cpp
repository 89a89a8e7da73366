#include "program/identity_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <stdexcept>

#include "program/contacts.h"
#include "program/options.h"
#include "program/private_file.h"
#include "program/secret_input.h"

namespace lotse::program {
namespace {

std::string file_in(const std::string& folder) { return folder + "/identity"; }

SecretText passphrase_from(const std::string& file, const char* prompt) {
  SecretText text = read_secret(file, prompt);
  if (auto problem = passphrase_problem(text.text())) throw std::runtime_error(*problem);
  return text;
}

void say(const crypto::VerifyKey& key) {
  std::printf("%s\n%s\n", crypto::six_words(crypto::sha256({key})).c_str(), crypto::fingerprint(key).c_str());
}

void create(const std::string& folder, const std::string& passphrase_file) {
  if (read_private_file(file_in(folder), 4096))
    throw std::runtime_error("there is an identity already: " + file_in(folder) + "; remove it first");
  SecretText passphrase = passphrase_from(passphrase_file, "New passphrase: ");
  if (passphrase_file == "-" && isatty(STDIN_FILENO) != 0 &&
      read_secret("-", "Once more: ").text() != passphrase.text())
    throw std::runtime_error("these are two passphrases; nothing was made");
  auto identity = crypto::Identity::make();
  Bytes bytes = identity.encrypted(passphrase.text());
  write_private_file(file_in(folder), std::string(as_text(bytes)));
  say(identity.public_key());
}

void show(const std::string& folder) {
  auto bytes = read_private_file(file_in(folder), 4096);
  if (!bytes) throw std::runtime_error("there is no identity in " + folder);
  auto key = crypto::Identity::public_key_in(as_bytes(*bytes));
  if (!key) throw std::runtime_error(file_in(folder) + " is damaged");
  say(*key);
}

void remove(const std::string& folder) {
  if (unlink(file_in(folder).c_str()) != 0) throw std::runtime_error("there is no identity in " + folder);
}

}  // namespace

int identity_command(const std::string& program, int argc, char** argv) {
  CLI::App app("The long-lived identity by which others recognise you, and those whom you know.",
               program + " identity");
  std::string config, passphrase_file = "-", name;
  app.add_option("--config", config, "folder for settings");
  app.require_subcommand(1);
  auto* making = app.add_subcommand("create", "makes one, encrypted under a passphrase");
  making->add_option("--passphrase-file", passphrase_file, "file with the passphrase; - asks (default)");
  auto* showing = app.add_subcommand("show", "its words and fingerprint, for others to compare");
  auto* removing = app.add_subcommand("remove", "deletes it for good");
  auto* forgetting = app.add_subcommand("forget", "forgets a contact, so that the name may have another identity");
  forgetting->add_option("name", name, "as it is shown in sessions")->required();
  try {
    app.parse(argc - 1, argv + 1);
    Options where;
    where.config = config;
    std::string folder = config_folder(where);
    if (*making) create(folder, passphrase_file);
    if (*showing) show(folder);
    if (*removing) remove(folder);
    if (*forgetting && !Contacts(folder).forget(name)) throw std::runtime_error("nobody is known as " + name);
    return 0;
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), e.what());
    return 2;
  }
}

std::shared_ptr<const crypto::Identity> unlock_identity(const std::string& folder, const std::string& passphrase_file) {
  auto bytes = read_private_file(file_in(folder), 4096);
  if (!bytes)
    throw std::runtime_error("there is no identity in " + folder + "; make one: lotse-participant identity create");
  SecretText passphrase = read_secret(passphrase_file, "Passphrase of your identity: ");
  auto identity = crypto::Identity::decrypt(as_bytes(*bytes), passphrase.text());
  if (identity) return std::make_shared<const crypto::Identity>(std::move(*identity));
  throw std::runtime_error(identity.error() == crypto::Identity::Failure::damaged
                               ? file_in(folder) + " is damaged"
                               : "the passphrase of the identity is wrong");
}

}  // namespace lotse::program
