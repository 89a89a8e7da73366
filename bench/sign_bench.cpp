#include "bench/sign_bench.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <vector>

#include "crypto/packet_hash.h"
#include "crypto/signing.h"
#include "wire/limits.h"
#include "wire/packet.h"

namespace lotse::bench {
namespace {

constexpr std::size_t kBatchBytes = 16u << 10;                     // session/picture_sender.cpp
constexpr std::size_t kSignFrame = 1 + wire::kPictureHeader + 80;  // bytes of a SIGN without its hashes

double microseconds_of(int rounds, const auto& work) {
  auto start = std::clock();
  for (int i = 0; i < rounds; ++i) work();
  return static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC / rounds;
}

struct Proof {
  std::vector<Bytes> hashes;  // of each batch
  std::vector<crypto::Signature> signatures;
};

void print_frame(const crypto::SigningKey& key, std::size_t packets, std::size_t size) {
  Bytes packet(size, 0x5A);
  std::size_t in_batch = std::min(wire::kBatchPackets, (kBatchBytes + size - 1) / size);
  Proof proof;
  auto hash_all = [&] {
    proof.hashes.clear();
    for (std::size_t i = 0; i < packets; ++i) {
      if (i % in_batch == 0) proof.hashes.emplace_back();
      append(proof.hashes.back(), crypto::packet_hash(packet));
    }
  };
  int rounds = static_cast<int>(std::max<std::size_t>(5, 4000 / packets));
  double hashed = microseconds_of(rounds, hash_all);
  double signing = microseconds_of(rounds, [&] {
    proof.signatures.clear();
    for (const Bytes& hashes : proof.hashes) proof.signatures.push_back(key.sign(crypto::Purpose::picture, {hashes}));
  });
  double checking = microseconds_of(rounds, [&] {
    for (std::size_t i = 0; i < proof.hashes.size(); ++i)
      if (!crypto::verify(key.verify_key(), crypto::Purpose::picture, {proof.hashes[i]}, proof.signatures[i]))
        throw std::runtime_error("a signature does not fit");
  });
  std::size_t added = packets * 16 + proof.hashes.size() * kSignFrame + 64;  // 64: of the frame's end
  std::printf("%5zu packets of %5zu bytes | %3zu SIGNs, %6zu bytes, %5.2f %% | %8.1f %8.1f | %8.1f %8.1f\n", packets,
              size, proof.hashes.size(), added,
              100.0 * static_cast<double>(added) / static_cast<double>(packets * size), hashed, signing, hashed,
              checking);
}

}  // namespace

void print_sign_costs() {
  auto key = crypto::SigningKey::make();
  std::printf("\n%-27s | %-31s | %-17s | %-17s\n", "proof of a frame", "added", "us to hash, sign",
              "us to hash, check");
  for (auto [packets, size] :
       {std::pair<std::size_t, std::size_t>{1, 300}, {4, 1500}, {50, 300}, {50, 2000}, {250, 2000}})
    print_frame(key, packets, size);
}

}  // namespace lotse::bench
