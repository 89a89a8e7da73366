// What is left of secrets in the memory of this very process.
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>

#include "handshake_pair.h"

using namespace lotse;
using namespace lotse::crypto;

namespace {

constexpr std::uint8_t kVeil = 0x5a;

// A secret, kept so that a search does not find the one who searches.
struct Veiled {
  explicit Veiled(ByteView secret) {
    for (std::uint8_t b : secret) bytes.push_back(b ^ kVeil);
  }
  Bytes bytes;
};

constexpr std::uint64_t kShadow = 1u << 30;  // bytes; a mapping above it is a sanitizer's

// How often it stands in memory that can be written.
int copies_of(const Veiled& secret) {
  static std::uint8_t plain[256], window[1u << 20];  // not counted
  const std::size_t size = secret.bytes.size();
  REQUIRE(size <= sizeof plain);
  int found = 0, memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  REQUIRE(memory >= 0);
  for (std::size_t i = 0; i < size; ++i) plain[i] = secret.bytes[i] ^ kVeil;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t from = 0, to = 0;
    char mode[5] = {};
    REQUIRE(std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %4s", &from, &to, mode) == 3);
    if (mode[0] != 'r' || mode[1] != 'w' || to - from > kShadow) continue;
    for (std::uint64_t at = from; at < to; at += sizeof window - size + 1) {
      ssize_t got = pread(memory, window, std::min<std::uint64_t>(sizeof window, to - at), static_cast<off_t>(at));
      if (got <= 0) break;  // guarded
      const std::uint8_t* end = window + got;
      for (const std::uint8_t* next = window;;) {
        auto* hit = static_cast<const std::uint8_t*>(memmem(next, static_cast<std::size_t>(end - next), plain, size));
        if (!hit) break;
        std::uint64_t address = at + static_cast<std::uint64_t>(hit - window);
        auto inside = [&](const std::uint8_t* place, std::size_t room) {
          auto start = reinterpret_cast<std::uint64_t>(place);
          return address >= start && address < start + room;
        };
        found += !inside(plain, sizeof plain) && !inside(window, sizeof window);
        next = hit + 1;
      }
    }
  }
  wipe(plain);
  wipe(window);
  close(memory);
  return found;
}

// The first prime, as OpenSSL keeps it: words in the machine's order.
Veiled prime_of(const Pkey& key) {
  BIGNUM* prime = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_FACTOR1, &prime) == 1);
  std::array<std::uint8_t, 128> bytes;
  REQUIRE(BN_bn2lebinpad(prime, bytes.data(), 128) == 128);
  BN_clear_free(prime);
  Veiled veiled(bytes);
  wipe(bytes);
  return veiled;
}

}  // namespace

TEST_CASE("the search finds what is in memory") {
  std::uint8_t here[32];
  fill_random(here);
  Veiled secret(here);
  CHECK(copies_of(secret) >= 1);
  wipe(here);
  CHECK(copies_of(secret) == 0);
}

TEST_CASE("nothing of an RSA key is left once it is gone") {
  Pkey key = make_rsa();
  Veiled prime = prime_of(key);
  CHECK(copies_of(prime) >= 1);
  key.reset();
  CHECK(copies_of(prime) == 0);
}

TEST_CASE("a secret is wiped when it goes") {
  auto secret = Secret<32>::random();
  Veiled veiled(secret.view());
  CHECK(copies_of(veiled) == 1);
  { Secret<32> moved = std::move(secret); }
  CHECK(copies_of(veiled) == 0);
}

TEST_CASE("a handshake destroys its RSA key after the one use, and leaves no epoch secret behind") {
  std::optional<Veiled> prime;
  auto epoch = EpochSecret::random();
  Veiled epoch_secret(epoch.view());
  std::optional<ClientHandshake::Established> in;
  MasterKeys keys;
  {
    RsaKey rsa = KnownRsaKey::get();
    ClientHandshake client(some_session(), right_credentials(AuthMode::code), {"Ada", {}, {}}, std::move(rsa));
    MasterHandshake master(some_session(), keys, ParticipantId{7});
    auto offer = master.consume_join(client.create_join(), all_modes()).value();
    REQUIRE(master.consume_confirm(client.consume_offer(offer).value()));
    auto admitted = master.create_key(Epoch{1}, epoch, text_bytes("box"));
    CHECK(copies_of(epoch_secret) == 1);
    auto result = client.consume_key(admitted.key);
    REQUIRE(result);
    in.emplace(std::move(*result));
  }
  CHECK(equal(in->secret.view(), epoch.view()));
  CHECK(copies_of(epoch_secret) == 2);  // the master's and the client's
  in.reset();
  { EpochSecret gone = std::move(epoch); }
  CHECK(copies_of(epoch_secret) == 0);
}

TEST_CASE("a process that forbids core dumps has none and is not to be traced") {
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    forbid_core_dumps();
    std::ifstream limits("/proc/self/limits");
    bool none = false;
    for (std::string line; std::getline(limits, line);)
      none |= line.starts_with("Max core file size") && line.find(" 0 ") != line.npos;
    _exit(prctl(PR_GET_DUMPABLE) == 0 && none ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
