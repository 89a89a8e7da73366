// Group keys: one secret per epoch, one SFrame key per (epoch, sender, stream) out of it (RFC 9605, suite 0x0005).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "base/ids.h"
#include "crypto/replay.h"
#include "crypto/sealer.h"

namespace lotse::crypto {

using EpochSecret = Secret<32>;  // K_e

enum class Stream : std::uint8_t { control = 0, picture = 1, audio = 2, pointer = 3, chat = 4, files = 5 };
inline constexpr std::size_t kStreams = 6;

/// KID = stream << 24 | sender << 8 | (epoch & 0xFF).
std::uint64_t key_id(Stream stream, ParticipantId sender, Epoch epoch);
/// base_key = Expand(K_e, "rv1 sframe base" || session_uuid || epoch u32, 32), HKDF-SHA-256.
Secret<32> sframe_base(const EpochSecret& secret, const SessionUuid& session, Epoch epoch);
/// The SFrame header (config byte, KID, counter) of RFC 9605 section 4.3, which both sides build and nobody sends.
Bytes sframe_header(std::uint64_t kid, std::uint64_t counter);
/// sframe_key || sframe_salt of RFC 9605 section 4.4.2, HKDF-SHA-512.
KeyAndIv sframe_key(const Secret<32>& base, std::uint64_t kid);
/// The same with a base key of any length, as the RFC's test vectors have it.
KeyAndIv sframe_key(ByteView base, std::uint64_t kid);

/// Seals and opens for all members in the epochs that are in force. Not thread-safe. No clock: the session says when an
/// old epoch goes.
class EpochKeys {
 public:
  EpochKeys(const SessionUuid& session, ParticipantId self);
  ~EpochKeys();
  EpochKeys(EpochKeys&&) noexcept;

  /// At most so many epochs are kept; with one more the oldest goes, as by erase_through().
  static constexpr std::size_t kMaxEpochs = 16;
  /// From now on sealing uses `epoch`; older ones still open. Ignored, and false, when the epoch is not above the
  /// newest that ever was: a key never comes back with its counter at the start. Counters reserved before are void:
  /// seal() aborts.
  bool add(Epoch epoch, EpochSecret secret);
  /// Forgets `epoch` and all below it (wiped).
  void erase_through(Epoch epoch);
  Epoch newest() const;  // 0: none, or all erased
  bool knows(Epoch epoch) const;
  /// K_e of the newest epoch, for KEY and EPOCH messages of the master. Needs an epoch. Valid until add or erase.
  const EpochSecret& newest_secret() const;
  /// Most packets sealed under one key of the newest epoch: at 2^28 the master must make a new one.
  std::uint64_t most_sealed() const;

  /// Needs an epoch. The header carries counter.value() and the newest epoch; aad is that header, which may lie in
  /// `out` (see SealKey::seal).
  Counter reserve(Stream stream);
  void seal(Stream stream, Counter counter, ByteView header, ByteView plaintext, Bytes& out);

  enum class Failure { unknown_epoch, replayed, forged };
  /// Pictures may come again: they have rules of their own (slot versions).
  enum class Replay { check, allow };
  struct Opened {
    std::optional<Bytes> plaintext;
    Failure failure{};
  };
  /// Any member of the epoch can make a packet that opens: the replay window of (epoch, sender, stream) is only looked
  /// at here. Keys and windows are kept for senders of whom something opened, no others: what does not open makes
  /// nothing grow.
  Opened open(Epoch epoch, ParticipantId sender, Stream stream, std::uint64_t counter, ByteView header, ByteView sealed,
              Replay replay);
  /// The second step, when the sender's signature in what opened fits: it will not open with Replay::check again.
  void mark_seen(Epoch epoch, ParticipantId sender, Stream stream, std::uint64_t counter);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lotse::crypto
