// lotse-bench-crypto: handshakes, seals and rekeying on one core, beside plain OpenSSL in the same run.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/crypto_peers.h"
#include "crypto/handshake.h"
#include "session/envelope.h"
#include "wire/messages.pb.h"
#include "wire/relay_frame.h"

using namespace lotse;
using namespace lotse::crypto;

namespace {

constexpr std::size_t kMembers = 100;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double seconds_of(const std::function<void()>& work, int times) {
  const double start = processor_seconds();
  for (int i = 0; i < times; ++i) work();
  return (processor_seconds() - start) / times;
}

struct Options {
  bool json = false, smoke = false;
  std::string command = "lotse-bench-crypto";
};

struct Both {
  double ours = 0, peer = 0;  // seconds each; 0: nothing to compare
};

/// The median of rounds in which ours and the peer take turns.
Both compare(const Options& options, double round_seconds, const std::function<void()>& ours,
             const std::function<void()>& peer) {
  const int rounds = options.smoke ? 1 : 21;
  const double first = seconds_of(ours, 1);
  const int times = options.smoke ? 1 : std::max(1, static_cast<int>(round_seconds / std::max(first, 1e-7)));
  std::vector<double> our_times, peer_times;
  for (int round = 0; round < rounds; ++round) {
    our_times.push_back(seconds_of(ours, times));
    if (peer) peer_times.push_back(seconds_of(peer, times));
  }
  auto median = [](std::vector<double> values) {
    if (values.empty()) return 0.0;
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
  };
  return {median(our_times), median(peer_times)};
}

void report(const Options& options, const std::string& name, const char* unit, double ours, double peer) {
  const double ratio = peer > 0 ? ours / peer : 0;
  if (options.json)
    std::printf(R"({"name":"crypto %s","ours":%.3f,"peer":%.3f,"ratio":%.3f,"unit":"%s","cmd":"%s"})"
                "\n",
                name.c_str(), ours, peer, ratio, unit, options.command.c_str());
  else
    std::printf("%-44s %12.1f %12.1f %8.3f  %s\n", name.c_str(), ours, peer, ratio, unit);
  std::fflush(stdout);
}

// ---- handshakes -----------------------------------------------------------------------------------------------------

/// From JOIN to READY, both sides; ends the program's run when it does not come to keys.
PairKeys handshake(const MasterKeys& keys, ParticipantId index, RsaKey rsa) {
  const SessionFacts facts{"428117903", {1, 2, 3}};
  const Bytes code = normalized_code("481902");
  ClientHandshake client(facts, {AuthMode::code, code, {}}, {"name", {}, {}}, std::move(rsa));
  MasterHandshake master(facts, keys, index);
  const Bytes offer = master.consume_join(client.create_join(), {code, {}, {}, false}).value();
  if (!master.consume_confirm(client.consume_offer(offer).value())) throw std::runtime_error("no handshake");
  auto admitted = master.create_key(Epoch{1}, EpochSecret::random(), {});
  auto established = client.consume_key(admitted.key);
  if (!established || !master.consume_ready(established->ready)) throw std::runtime_error("no handshake");
  return std::move(admitted.pair);
}

void bench_handshakes(const Options& options) {
  const MasterKeys keys;
  bench::TlsPeer tls;
  const int pooled = options.smoke ? 2 : 64;
  std::vector<RsaKey> pool;
  for (int i = 0; i < pooled; ++i) pool.push_back(RsaKey::make());
  std::vector<double> ours, peer;
  while (!pool.empty()) {
    RsaKey key = std::move(pool.back());
    pool.pop_back();
    ours.push_back(seconds_of([&] { handshake(keys, ParticipantId{1}, std::move(key)); }, 1));
    peer.push_back(seconds_of([&] { tls.handshake(); }, 1));
  }
  std::sort(ours.begin(), ours.end());
  std::sort(peer.begin(), peer.end());
  report(options, "handshakes, both sides, keys from a pool", "1/s", 1 / ours[ours.size() / 2],
         1 / peer[peer.size() / 2]);
  const int made = options.smoke ? 1 : 40;  // a prime takes a few tries or many: the mean, not the median
  const double fresh = seconds_of([&] { handshake(keys, ParticipantId{1}, RsaKey::make()); }, made);
  report(options, "handshakes, both sides, with key generation", "1/s", 1 / fresh, 0);
}

// ---- seals ----------------------------------------------------------------------------------------------------------

struct TwoMembers {
  SessionUuid uuid{1, 2, 3};
  MasterKeys a_keys, b_keys;
  session::Envelope a{uuid, ParticipantId{1}, a_keys.signing}, b{uuid, ParticipantId{2}, b_keys.signing};
  TwoMembers() {
    auto secret = EpochSecret::random();
    a.epochs().add(Epoch{1}, secret.clone());
    b.epochs().add(Epoch{1}, std::move(secret));
  }
};

void bench_seals(const Options& options, std::size_t size) {
  const std::string label = size < 1024 ? std::to_string(size) + " B" : std::to_string(size / 1024) + " KB";
  const Bytes payload(size, 0x5A);
  const double bytes = static_cast<double>(size);
  auto mb = [&](double seconds) { return bytes / seconds / 1e6; };
  bench::EvpGcm evp(size);
  evp.seal();
  auto show = [&](const std::string& what, const Both& both) {
    report(options, what + ", " + label, "MB/s", mb(both.ours), mb(both.peer));
  };
  auto seal_evp = [&] { evp.seal(); };
  auto open_evp = [&] { evp.open(); };

  const Bytes header(wire::kPictureHeader, 7);
  SealKey seal{KeyAndIv{}};
  OpenKey open{KeyAndIv{}};
  Bytes sealed;
  auto seal_once = [&] {
    sealed.clear();
    seal.seal(seal.reserve(), header, payload, sealed);
  };
  show("SealKey::seal", compare(options, 5e-3, seal_once, seal_evp));
  const std::uint64_t counter = seal.sealed() - 1;
  show("OpenKey::open", compare(
                            options, 5e-3,
                            [&] {
                              if (!open.open(counter, header, sealed)) throw std::runtime_error("a seal did not open");
                            },
                            open_evp));

  TwoMembers two;
  Bytes frame;
  wire::PictureFields fields;
  fields.batch = 1;
  show("Envelope::seal_picture",
       compare(
           options, 5e-3, [&] { frame = *two.a.seal_picture(wire::PacketKind::key, fields, payload); }, seal_evp));
  const auto signer = two.a_keys.signing.verify_key();
  show("Envelope::open of a picture", compare(
                                          options, 5e-3,
                                          [&] {
                                            auto packet = wire::parse_packet(ByteView(frame).subspan(1));
                                            if (!packet || !two.b.open(*packet, signer).opened)
                                              throw std::runtime_error("a picture did not open");
                                          },
                                          open_evp));
}

// ---- rekeying -------------------------------------------------------------------------------------------------------

struct Everybody {
  SessionUuid uuid{1, 2, 3};
  MasterKeys keys;
  std::vector<MasterKeys> member_keys{kMembers};
  session::Envelope master{uuid, ParticipantId{0xFFFE}, keys.signing};
  std::vector<std::unique_ptr<session::Envelope>> members;

  Everybody() {
    for (std::size_t i = 0; i < kMembers; ++i) {
      const ParticipantId id{static_cast<std::uint16_t>(i + 1)};
      members.push_back(std::make_unique<session::Envelope>(uuid, id, member_keys[i].signing));
      master.set_pair(id, *pair_keys(uuid, keys.dh, master.self(), member_keys[i].dh.public_key(), id));
      members[i]->set_pair(master.self(), *pair_keys(uuid, member_keys[i].dh, id, keys.dh.public_key(), master.self()));
    }
  }

  /// A new epoch, sealed to each under the pair's key, opened and taken up by each.
  void rekey() {
    const Epoch epoch{master.newest_epoch().value() + 1};
    master.epochs().add(epoch, EpochSecret::random());
    wire::pb::Message message;
    message.mutable_epoch()->set_epoch(epoch.value());
    const auto secret = master.epochs().newest_secret().view();
    message.mutable_epoch()->set_secret(secret.data(), secret.size());
    for (std::size_t i = 0; i < kMembers; ++i) {
      const std::string plain = message.SerializeAsString();
      auto frame = master.seal_to(members[i]->self(), Stream::control, as_bytes(plain));
      auto packet = wire::parse_packet(ByteView(*frame).subspan(1));
      auto result = members[i]->open(*packet, {});
      wire::pb::Message got;
      if (!result.opened ||
          !got.ParseFromArray(result.opened->plaintext.data(), static_cast<int>(result.opened->plaintext.size())))
        throw std::runtime_error("an epoch did not arrive");
      EpochSecret key{
          std::span<const std::uint8_t, 32>(reinterpret_cast<const std::uint8_t*>(got.epoch().secret().data()), 32)};
      members[i]->epochs().add(Epoch{got.epoch().epoch()}, std::move(key));
      members[i]->epochs().erase_through(Epoch{epoch.value() - 1});
    }
    master.epochs().erase_through(Epoch{epoch.value() - 1});
  }
};

void bench_rekey(const Options& options) {
  Everybody everybody;
  bench::EvpGcm evp(40);
  const Both both = compare(
      options, 0.05, [&] { everybody.rekey(); },
      [&] {
        for (std::size_t i = 0; i < kMembers; ++i) evp.seal(), evp.open();
      });
  report(options, "new epoch for 100 members, sealed and opened", "ms", both.ours * 1e3, both.peer * 1e3);
}

Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    options.command += " " + std::string(argument);
    if (argument == "--json")
      options.json = true;
    else if (argument == "--smoke")
      options.smoke = true;
    else
      throw std::runtime_error("usage: lotse-bench-crypto [--json] [--smoke]");
  }
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const Options options = read_options(count, arguments);
    if (!options.json) std::printf("%-44s %12s %12s %8s\n", "", "ours", "peer", "ratio");
    bench_handshakes(options);
    for (std::size_t size : {64u, 1024u, 16384u, 65536u}) bench_seals(options, size);
    bench_rekey(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lotse-bench-crypto: %s\n", error.what());
    return 2;
  }
}
