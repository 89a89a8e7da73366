#include "wire/picture_proof.h"

#include <catch2/catch.hpp>

#include "wire/limits.h"

using namespace lotse;
using namespace lotse::wire;

TEST_CASE("a SIGN lists 1 to 50 hashes and nothing else") {
  Bytes bytes(16 * 50);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i / 16);
  auto hashes = parse_sign(bytes);
  REQUIRE(hashes);
  REQUIRE(hashes->size() == 50);
  CHECK((*hashes)[49][15] == 49);
  CHECK(parse_sign(Bytes(16)));
  for (std::size_t size : {0u, 1u, 15u, 17u, 16u * 51}) CHECK_FALSE(parse_sign(Bytes(size)));
}

TEST_CASE("a manifest comes back as it was written, and lies in the bytes as the grammar says") {
  Manifest manifest{
      7, 0x0102030405060708, false, {}, {}, {{{SlotId{3}, 256}, SlotVersion{9}}, {{SlotId{65535}, 1}, SlotVersion{1}}}};
  manifest.digest.fill(0xDD);
  Bytes bytes = encode(manifest);
  REQUIRE(parse_manifest(bytes));
  CHECK(*parse_manifest(bytes) == manifest);
  CHECK(bytes.size() == 45 + 14);
  CHECK(Bytes(bytes.begin(), bytes.begin() + 13) == Bytes{0, 0, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 0});
  CHECK(Bytes(bytes.begin() + 45, bytes.begin() + 52) == Bytes{0, 3, 255, 0, 0, 0, 9});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(parse_manifest(ByteView(bytes).first(size)).has_value() == (size == 45 || size == 52));
  Bytes outside = bytes;
  outside[54] = 1;  // slots 65535 and 65536
  CHECK_FALSE(parse_manifest(outside));
  bytes[12] = 4;
  CHECK_FALSE(parse_manifest(bytes));
  manifest.picture = 0x1112131415161718;
  bytes = encode(manifest);
  CHECK(*parse_manifest(bytes) == manifest);
  CHECK(Bytes(bytes.begin() + 45, bytes.begin() + 53) == Bytes{0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18});
}

TEST_CASE("a manifest names only so many runs of slots") {
  Manifest manifest;
  manifest.changed.resize(kManifestRuns);
  CHECK(parse_manifest(encode(manifest)));
  manifest.changed.resize(kManifestRuns + 1);
  CHECK_FALSE(parse_manifest(encode(manifest)));
}
