// A client and a master at their handshake, in any mode, and somebody in between who delivers, repeats, reorders and
// changes their messages. The first two bytes choose the modes of both, the others are steps.
#include <cstdlib>

#include "tests/crypto/known_rsa_key.h"
#include "tests/fuzz/changed.h"

using namespace lotse;
using namespace lotse::crypto;

namespace {

Bytes code_of(bool right) { return right ? Bytes{'4', '8', '1'} : Bytes{'0'}; }

Credentials credentials(std::uint8_t choice, const MasterKeys& keys) {
  const bool right = (choice & 4) == 0;
  const Bytes secret(choice & 8 ? 15u : 16u, right ? 1 : 2);
  switch (choice % 4) {
    case 0:
      return {AuthMode::none, {}, {}};
    case 1:
      return {AuthMode::code, code_of(right), {}};
    case 2:
      return {AuthMode::link, secret, choice & 16 ? "nonsense" : fingerprint(keys.signing.verify_key())};
    default:
      return {AuthMode::paired, Bytes(choice & 8 ? 31u : 32u, right ? 1 : 2), {}};
  }
}

class Between {
 public:
  Between(const MasterKeys& keys, std::uint8_t mode, std::uint8_t offered)
      : client_(facts_, credentials(mode, keys), {"name", Bytes(8), {}}, KnownRsaKey::get()),
        master_(facts_, keys, ParticipantId{1}) {
    if (offered & 1) secrets_.none = true;
    if (offered & 2) secrets_.code = code_of(true);
    if (offered & 4) secrets_.link = Bytes(offered & 32 ? 15u : 16u, 1);
    if (offered & 8) secrets_.paired = Bytes(32, 1);
    join_ = client_.create_join();
  }

  void step(std::uint8_t what, ByteView changes) {
    switch (what % 8) {
      case 0:
        return to_master_join(changed(join_, changes));
      case 1:
        if (auto confirm = client_.consume_offer(changed(offer_, changes))) confirm_ = *confirm;
        return;
      case 2:
        return to_master_confirm(changed(confirm_, changes));
      case 3:
        if (greeted_ && key_.empty())
          check(client_.consume_lobby(changed(master_.create_lobby(), changes)).has_value(), changes);
        return;
      case 4:
        if (greeted_ && key_.empty()) key_ = master_.create_key(Epoch{1}, EpochSecret::random(), as_bytes("box")).key;
        return;
      case 5:
        return to_client_key(changed(key_, changes));
      case 6:
        if (key_.empty()) return;  // READY is asked for behind KEY alone
        check(master_.consume_ready(changed(ready_, changes)).has_value() && !ready_.empty(), changes);
        return;
      default:  // something raw, too short for any of them
        if (client_.consume_offer(changes) || client_.consume_lobby(changes)) std::abort();
        if (master_.consume_join(changes, secrets_) || master_.consume_confirm(changes)) std::abort();
    }
  }

 private:
  void to_master_join(const Bytes& join) {
    auto offer = master_.consume_join(join, secrets_);
    if (!offer) return;
    if (!offer_.empty() && offer_ != *offer) std::abort();  // one JOIN, one OFFER
    offer_ = *offer;
    true_join_ = join == join_;
  }
  void to_master_confirm(const Bytes& confirm) {
    if (!master_.consume_confirm(confirm)) return;
    // A CONFIRM counts once, unchanged, and only behind the JOIN that its client sent.
    if (greeted_ || confirm != confirm_ || !true_join_) std::abort();
    greeted_ = true;
    if (master_.sas_digits() != client_.sas_digits()) std::abort();
  }
  void to_client_key(const Bytes& key) {
    auto established = client_.consume_key(key);
    if (!established) return;
    if (key != key_ || !ready_.empty()) std::abort();
    ready_ = established->ready;
  }
  // Nothing that was changed is ever taken; three bytes at a time may also change nothing.
  static void check(bool taken, ByteView changes) {
    const bool untouched = std::all_of(changes.begin(), changes.end(), [](std::uint8_t b) { return b == 0; });
    if (taken && changes.size() >= 3 && !untouched && changed(Bytes(1 << 16), changes) != Bytes(1 << 16)) std::abort();
  }

  const SessionFacts facts_{"428117903", {1, 2, 3}};
  MasterHandshake::Secrets secrets_;
  ClientHandshake client_;
  MasterHandshake master_;
  Bytes join_, offer_, confirm_, key_, ready_;
  bool true_join_ = false, greeted_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MasterKeys keys;
  ByteReader in{ByteView{data, size}};
  const auto mode = in.get<std::uint8_t>(), offered = in.get<std::uint8_t>();
  Between between(keys, mode, offered);
  for (int steps = 0; in.left() > 0 && steps < 24; ++steps) {
    const auto what = in.get<std::uint8_t>();
    between.step(what, in.take(std::min<std::size_t>(what >> 3, in.left())));
  }
  return 0;
}
