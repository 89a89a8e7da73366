// What a relay or a false master may send to a client: OFFER, LOBBY and KEY, raw, or true ones with bytes changed.
// The first byte chooses, the rest is the message or the changes.
#include <cstdlib>

#include "tests/crypto/known_rsa_key.h"
#include "tests/fuzz/changed.h"

using namespace lotse;
using namespace lotse::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const MasterKeys keys;
  const SessionFacts facts{"428117903", {1, 2, 3}};
  const std::uint8_t choice = data[0];
  const ByteView rest{data + 1, size - 1};

  ClientHandshake client(facts, {AuthMode::none, {}, {}}, {"name", {}, {}}, KnownRsaKey::get());
  const Bytes join = client.create_join();
  if (choice % 4 == 0) {
    if (client.consume_offer(rest)) std::abort();  // nobody signs by chance
    return 0;
  }
  MasterHandshake master(facts, keys, ParticipantId{1});
  const Bytes offer = master.consume_join(join, {{}, {}, {}, true}).value();
  if (choice % 4 == 1) {
    const Bytes bad = changed(offer, rest);
    if (client.consume_offer(bad).has_value() != (bad == offer)) std::abort();
    return 0;
  }
  if (!master.consume_confirm(client.consume_offer(offer).value())) std::abort();
  if (choice % 4 == 2) {
    const Bytes lobby = master.create_lobby(),
                bad = choice & 4 ? changed(lobby, rest) : Bytes(rest.begin(), rest.end());
    if (client.consume_lobby(bad).has_value() != (bad == lobby)) std::abort();
    return 0;
  }
  const Bytes key = master.create_key(Epoch{1}, EpochSecret::random(), as_bytes("box")).key;
  const Bytes bad = choice & 4 ? changed(key, rest) : Bytes(rest.begin(), rest.end());
  if (client.consume_key(bad).has_value() != (bad == key)) std::abort();
  return 0;
}
