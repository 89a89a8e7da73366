// What a master or a participant is told on its command line.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "codec/slot_codec.h"
#include "net/caged_workers.h"
#include "net/proxy.h"
#include "net/relay_connection.h"
#include "program/clipboard_use.h"
#include "program/secret_text.h"
#include "session/film_director.h"
#include "session/rights.h"
#include "session/roster.h"

namespace lotse::program {

enum class Kind { master, participant };

/// Move-only, as the secrets in it are.
struct Options {
  Kind kind = Kind::participant;
  SecretText invitation;                        // participant: number or link, or empty
  std::string relay;                            // HOST[:PORT], empty: the saved one, else 127.0.0.1
  std::string relay_pin;                        // sha256:HEX
  std::string relay_token;                      // master: for a relay that demands one
  std::optional<std::uint16_t> serve;           // master: a relay of its own, at this port
  std::optional<net::RelayAddress> link_relay;  // what links name instead of `relay`: how others reach it
  std::string name;
  std::optional<std::string> share;  // as SharedScreen takes it, or none
  std::string display;
  std::optional<session::Mode> mode;
  SecretText password;  // master: none, a passphrase, or auto and empty: six digits; participant: the code, or empty
  bool password_given = false;
  std::optional<session::Rights> rights;
  codec::Colors colors = codec::Colors::full;
  session::Films films = session::Films::on;
  std::string record, canvas_file, log_file, config, language;
  std::string identity_file;  // with the passphrase of the identity to show; - asks; empty: none is shown
  std::string path = "auto";
  std::optional<ClipboardUse> clipboard;    // none given: what windows have saved, else by hand
  std::string downloads;                    // folder; empty: the desktop's
  std::optional<net::ProxySettings> proxy;  // for this run; none given: the saved ones
  std::optional<bool> ask;
  net::Cage cage = net::Cage::locked;      // of the decoder of pictures
  bool access_test = false, json = false;  // participant: tries the ways to the relay and ends
  bool headless = false, jsonl = false, keep = false, verbose = false;
};

/// Reads the command line. Gives the options, or the exit code of a program that ends here (--help, --version, a
/// mistake, which was explained on standard error). Secrets among the arguments are overwritten in `argv`, a password
/// is warned about.
Result<Options, int> parse_options(Kind kind, int argc, char** argv);

/// Folder for settings: --config, else XDG_CONFIG_HOME/lotse, else ~/.config/lotse.
std::string config_folder(const Options& options);

}  // namespace lotse::program
