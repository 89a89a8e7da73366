#include "crypto/epoch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "crypto/hkdf.h"
#include "crypto/must.h"

namespace lotse::crypto {
namespace {

constexpr std::uint16_t kSuite = 0x0005;  // AES_256_GCM_SHA512_128

struct SframeHeader {
  std::array<std::uint8_t, 17> bytes;
  std::size_t size = 1;  // the config byte comes first
  ByteView view() const { return ByteView{bytes}.first(size); }

  // A value below 8 sits in the config byte; else 0x8 | size - 1 there and the value in as few bytes as it takes.
  std::uint8_t put(std::uint64_t value) {
    if (value < 8) return static_cast<std::uint8_t>(value);
    const int length = static_cast<int>(std::bit_width(value) + 7) / 8;
    for (int i = length - 1; i >= 0; --i) bytes[size++] = static_cast<std::uint8_t>(value >> (8 * i));
    return static_cast<std::uint8_t>(0x8 | (length - 1));
  }
};

// RFC 9605 section 4.3.
SframeHeader make_sframe_header(std::uint64_t kid, std::uint64_t counter) {
  SframeHeader header;
  const std::uint8_t high = header.put(kid), low = header.put(counter);
  header.bytes[0] = static_cast<std::uint8_t>(high << 4 | low);
  return header;
}

Bytes sframe_label(std::string_view text, std::uint64_t kid) {
  Bytes label;
  ByteWriter{label}.put(text).put(kid).put(kSuite);
  return label;
}

using SenderStream = std::pair<ParticipantId, Stream>;

struct Receiver {
  OpenKey key;
  ReplayWindow seen;
};

struct Period {
  EpochSecret secret;
  Secret<32> base;
  std::map<SenderStream, Receiver> receivers;
};

}  // namespace

std::uint64_t key_id(Stream stream, ParticipantId sender, Epoch epoch) {
  return std::uint64_t{static_cast<std::uint8_t>(stream)} << 24 | std::uint64_t{sender.value()} << 8 |
         (epoch.value() & 0xFF);
}

Secret<32> sframe_base(const EpochSecret& secret, const SessionUuid& session, Epoch epoch) {
  Bytes number;
  ByteWriter{number}.put(epoch.value());
  return expand<32>(secret, {as_bytes("rv1 sframe base"), session, number});
}

Bytes sframe_header(std::uint64_t kid, std::uint64_t counter) {
  const SframeHeader header = make_sframe_header(kid, counter);
  return Bytes(header.view().begin(), header.view().end());
}

KeyAndIv sframe_key(ByteView base, std::uint64_t kid) {
  Secret<64> secret;
  must(hkdf_extract(Hash::sha512, {}, base, secret.writable()));
  KeyAndIv key;
  auto out = key.writable();
  must(hkdf_expand(Hash::sha512, secret.view(), sframe_label("SFrame 1.0 Secret key ", kid), out.first<32>()));
  must(hkdf_expand(Hash::sha512, secret.view(), sframe_label("SFrame 1.0 Secret salt ", kid), out.last<12>()));
  return key;
}

KeyAndIv sframe_key(const Secret<32>& base, std::uint64_t kid) { return sframe_key(ByteView{base.view()}, kid); }

struct EpochKeys::Impl {
  SessionUuid session;
  ParticipantId self;
  std::map<Epoch, Period> periods;
  Epoch highest{};                                   // ever added
  Epoch current{};                                   // that is sealed in, 0: none
  std::array<std::optional<SealKey>, kStreams> own;  // of the newest epoch
  Bytes aad;                                         // kept, so that a packet allocates nothing for it
  Period& newest() {
    must(!periods.empty());
    return periods.rbegin()->second;
  }
  std::optional<SealKey>& own_key(Stream stream) {
    const auto index = static_cast<std::size_t>(stream);
    must(index < kStreams);
    return own[index];
  }
  const Bytes& make_aad(std::uint64_t kid, std::uint64_t counter, ByteView header) {
    aad.clear();
    append(aad, make_sframe_header(kid, counter).view());
    append(aad, header);
    return aad;
  }
  OpenKey open_key(Epoch epoch, const Period& period, SenderStream from) const {
    return OpenKey{sframe_key(period.base, key_id(from.second, from.first, epoch))};
  }
};

EpochKeys::EpochKeys(const SessionUuid& session, ParticipantId self) : impl_(std::make_unique<Impl>()) {
  impl_->session = session;
  impl_->self = self;
}
EpochKeys::~EpochKeys() = default;
EpochKeys::EpochKeys(EpochKeys&&) noexcept = default;

bool EpochKeys::add(Epoch epoch, EpochSecret secret) {
  if (epoch <= impl_->highest) return false;
  auto base = sframe_base(secret, impl_->session, epoch);
  impl_->own = {};
  impl_->highest = impl_->current = epoch;
  impl_->periods.emplace(epoch, Period{std::move(secret), std::move(base), {}});
  if (impl_->periods.size() > kMaxEpochs) impl_->periods.erase(impl_->periods.begin());
  return true;
}

void EpochKeys::erase_through(Epoch epoch) {
  impl_->periods.erase(impl_->periods.begin(), impl_->periods.upper_bound(epoch));
  if (!impl_->periods.empty()) return;
  impl_->own = {};
  impl_->current = {};
}

Epoch EpochKeys::newest() const { return impl_->current; }
bool EpochKeys::knows(Epoch epoch) const { return impl_->periods.contains(epoch); }
const EpochSecret& EpochKeys::newest_secret() const { return impl_->newest().secret; }

std::uint64_t EpochKeys::most_sealed() const {
  std::uint64_t most = 0;
  for (const auto& key : impl_->own)
    if (key) most = std::max(most, key->sealed());
  return most;
}

Counter EpochKeys::reserve(Stream stream) {
  const Period& period = impl_->newest();
  auto& own = impl_->own_key(stream);
  if (!own) own.emplace(sframe_key(period.base, key_id(stream, impl_->self, newest())));
  return own->reserve();
}

void EpochKeys::seal(Stream stream, Counter counter, ByteView header, ByteView plaintext, Bytes& out) {
  auto& own = impl_->own_key(stream);
  must(own.has_value());
  const Bytes& aad = impl_->make_aad(key_id(stream, impl_->self, newest()), counter.value(), header);
  own->seal(std::move(counter), aad, plaintext, out);
}

EpochKeys::Opened EpochKeys::open(Epoch epoch, ParticipantId sender, Stream stream, std::uint64_t counter,
                                  ByteView header, ByteView sealed, Replay replay) {
  auto period = impl_->periods.find(epoch);
  if (period == impl_->periods.end()) return {std::nullopt, Failure::unknown_epoch};
  auto& receivers = period->second.receivers;
  const SenderStream from{sender, stream};
  const Bytes& aad = impl_->make_aad(key_id(stream, sender, epoch), counter, header);
  auto known = receivers.find(from);
  if (known == receivers.end()) {
    Receiver receiver{impl_->open_key(epoch, period->second, from), {}};
    auto plaintext = receiver.key.open(counter, aad, sealed);
    if (!plaintext) return {std::nullopt, Failure::forged};
    receivers.emplace(from, std::move(receiver));
    return {std::move(plaintext)};
  }
  Receiver& receiver = known->second;
  if (replay == Replay::check && !receiver.seen.fresh(counter)) return {std::nullopt, Failure::replayed};
  auto plaintext = receiver.key.open(counter, aad, sealed);
  if (!plaintext) return {std::nullopt, Failure::forged};
  return {std::move(plaintext)};
}

void EpochKeys::mark_seen(Epoch epoch, ParticipantId sender, Stream stream, std::uint64_t counter) {
  auto period = impl_->periods.find(epoch);
  if (period == impl_->periods.end()) return;
  auto receiver = period->second.receivers.find({sender, stream});
  if (receiver != period->second.receivers.end()) receiver->second.seen.mark(counter);
}

}  // namespace lotse::crypto
