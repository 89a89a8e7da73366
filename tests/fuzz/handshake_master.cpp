// What a stranger may send to a master: JOIN, CONFIRM and READY, raw, or true ones with bytes changed. The first byte
// chooses, the rest is the message or the changes.
#include <cstdlib>

#include "tests/crypto/known_rsa_key.h"
#include "tests/fuzz/changed.h"

using namespace lotse;
using namespace lotse::crypto;

namespace {

const MasterHandshake::Secrets kOffered = {{}, {}, {}, true};

// A JOIN that is well-formed is taken whoever wrote it: what must hold then is that the same gets the same answer.
void feed_join(MasterHandshake& master, ByteView join) {
  auto offer = master.consume_join(join, kOffered);
  if (!offer) return;
  if (master.consume_join(join, kOffered).value() != *offer) std::abort();
  if (master.consume_confirm(join)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const MasterKeys keys;
  const SessionFacts facts{"428117903", {1, 2, 3}};
  const std::uint8_t choice = data[0];
  const ByteView rest{data + 1, size - 1};

  MasterHandshake master(facts, keys, ParticipantId{1});
  if (choice % 4 == 0) return feed_join(master, rest), 0;
  ClientHandshake client(facts, {AuthMode::none, {}, {}}, {"name", {}, {}}, KnownRsaKey::get());
  const Bytes join = client.create_join();
  if (choice % 4 == 1) return feed_join(master, changed(join, rest)), 0;
  const Bytes confirm = client.consume_offer(master.consume_join(join, kOffered).value()).value();
  if (choice % 4 == 2) {
    const Bytes bad = choice & 4 ? changed(confirm, rest) : Bytes(rest.begin(), rest.end());
    if (master.consume_confirm(bad).has_value() != (bad == confirm)) std::abort();
    return 0;
  }
  if (!master.consume_confirm(confirm)) std::abort();
  const auto admitted = master.create_key(Epoch{1}, EpochSecret::random(), {});
  const Bytes ready = client.consume_key(admitted.key).value().ready;
  const Bytes bad = choice & 4 ? changed(ready, rest) : Bytes(rest.begin(), rest.end());
  if (master.consume_ready(bad).has_value() != (bad == ready)) std::abort();
  return 0;
}
