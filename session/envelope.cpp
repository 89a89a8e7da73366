#include "session/envelope.h"

#include "wire/relay_frame.h"

namespace lotse::session {
namespace {

constexpr std::size_t kSignature = std::tuple_size_v<crypto::Signature>;

// A frame is the packet with the type byte of the relay's frames before it.
ByteView clear_part(const Bytes& frame) { return ByteView(frame).subspan(1); }

// epoch || sender || stream || batch of a SIGN.
Bytes batch_name(const wire::PacketHeader& h) {
  Bytes name;
  ByteWriter(name).put(h.epoch.value()).put(h.source.value()).put(h.stream).put(h.picture.batch);
  return name;
}

// Room for all that follows: what is sealed goes straight behind its header, in one piece of memory.
Bytes begin_frame(const wire::PacketHeader& header, std::size_t plaintext) {
  Bytes frame;
  frame.reserve(1 + wire::kPictureHeader + plaintext + crypto::kTagSize);
  frame.push_back(wire::kPacketFrame);
  wire::write_header(header, frame);
  return frame;
}

}  // namespace

Envelope::Envelope(const SessionUuid& session, ParticipantId self, const crypto::SigningKey& signing)
    : session_(session), self_(self), signing_(signing), epochs_(session, self) {}
Envelope::~Envelope() = default;

void Envelope::set_pair(ParticipantId peer, crypto::PairKeys keys) {
  pairs_.erase(peer);
  pairs_.emplace(peer, Pair{std::move(keys), {}});
}

void Envelope::drop_pair(ParticipantId peer) { pairs_.erase(peer); }

bool Envelope::may_seal_to_all() const {
  return epochs_.newest() != Epoch{} && epochs_.most_sealed() < crypto::kMaxSealsPerKey;
}

wire::PacketHeader Envelope::header(wire::PacketKind kind, wire::Keying keying, crypto::Stream stream,
                                    ParticipantId to) const {
  wire::PacketHeader h;
  h.kind = kind;
  h.keying = keying;
  h.stream = static_cast<std::uint8_t>(stream);
  h.session_tag = wire::session_tag(session_);
  h.source = self_;
  h.destination = to;
  if (keying == wire::Keying::epoch) h.epoch = epochs_.newest();
  return h;
}

std::optional<Bytes> Envelope::seal_to(ParticipantId peer, crypto::Stream stream, ByteView message) {
  auto at = pairs_.find(peer);
  if (at == pairs_.end() || at->second.keys.seal.exhausted()) return std::nullopt;
  crypto::SealKey& key = at->second.keys.seal;
  auto h = header(wire::PacketKind::message, wire::Keying::pair, stream, peer);
  crypto::Counter counter = key.reserve();
  h.counter = counter.value();
  Bytes frame = begin_frame(h, message.size());
  key.seal(std::move(counter), clear_part(frame), message, frame);
  return frame;
}

std::optional<Bytes> Envelope::seal_to_all(crypto::Stream stream, ByteView message) {
  if (!may_seal_to_all()) return std::nullopt;
  auto h = header(wire::PacketKind::message, wire::Keying::epoch, stream, kEverybody);
  crypto::Counter counter = epochs_.reserve(stream);
  h.counter = counter.value();
  Bytes frame = begin_frame(h, message.size() + kSignature), signed_message(message.begin(), message.end());
  append(signed_message, sign(h, clear_part(frame), message));
  epochs_.seal(stream, std::move(counter), clear_part(frame), signed_message, frame);
  return frame;
}

std::optional<Bytes> Envelope::seal_picture(wire::PacketKind kind, const wire::PictureFields& fields,
                                            ByteView payload) {
  if (!may_seal_to_all()) return std::nullopt;
  auto h = header(kind, wire::Keying::epoch, crypto::Stream::picture, kEverybody);
  h.picture = fields;
  crypto::Counter counter = epochs_.reserve(crypto::Stream::picture);
  h.counter = counter.value();
  Bytes frame = begin_frame(h, payload.size() + kSignature);
  Bytes with_signature;
  if (!wire::is_batched(kind)) {
    append(with_signature, payload);
    append(with_signature, sign(h, clear_part(frame), payload));
    payload = with_signature;
  }
  epochs_.seal(crypto::Stream::picture, std::move(counter), clear_part(frame), payload, frame);
  return frame;
}

Envelope::Result Envelope::open(const wire::ParsedPacket& packet, const std::optional<crypto::VerifyKey>& signer) {
  const wire::PacketHeader& h = packet.header;
  if (h.session_tag != wire::session_tag(session_)) return {std::nullopt, Drop::other_session};
  if (h.stream >= crypto::kStreams) return {std::nullopt, Drop::malformed};
  if (h.source == self_ || (h.destination != self_ && h.destination != kEverybody))
    return {std::nullopt, Drop::other_session};
  if (h.keying == wire::Keying::pair) return open_pair(packet);
  if (!signer) return {std::nullopt, Drop::unknown_member};
  bool picture = h.kind != wire::PacketKind::message;
  if (picture != (h.stream == static_cast<std::uint8_t>(crypto::Stream::picture)))
    return {std::nullopt, Drop::malformed};
  if (h.destination != kEverybody) return {std::nullopt, Drop::malformed};
  using Replay = crypto::EpochKeys::Replay;
  auto result = epochs_.open(h.epoch, h.source, static_cast<crypto::Stream>(h.stream), h.counter, packet.clear,
                             packet.sealed, picture ? Replay::allow : Replay::check);
  if (!result.plaintext) {
    using Failure = crypto::EpochKeys::Failure;
    Drop drop = result.failure == Failure::unknown_epoch ? Drop::unknown_epoch
                : result.failure == Failure::replayed    ? Drop::replayed
                                                         : Drop::forged;
    return {std::nullopt, drop};
  }
  Bytes& plain = *result.plaintext;
  if (!wire::is_batched(h.kind) && !proven(packet, *signer, plain)) return {std::nullopt, Drop::forged};
  if (!picture) epochs_.mark_seen(h.epoch, h.source, static_cast<crypto::Stream>(h.stream), h.counter);
  return {Opened{h.source, false, std::move(plain)}, {}};
}

crypto::Signature Envelope::sign(const wire::PacketHeader& header, ByteView clear, ByteView plaintext) const {
  if (header.kind == wire::PacketKind::sign)
    return signing_.sign(crypto::Purpose::picture, {session_, batch_name(header), plaintext});
  return signing_.sign(crypto::Purpose::message, {session_, clear, plaintext});
}

/// Whether `plaintext` ends with the signature of `signer`, which is then cut off.
bool Envelope::proven(const wire::ParsedPacket& packet, const crypto::VerifyKey& signer, Bytes& plaintext) const {
  if (plaintext.size() < kSignature) return false;
  ByteView all(plaintext), said = all.first(all.size() - kSignature), signature = all.last(kSignature);
  bool fits =
      packet.header.kind == wire::PacketKind::sign
          ? crypto::verify(signer, crypto::Purpose::picture, {session_, batch_name(packet.header), said}, signature)
          : crypto::verify(signer, crypto::Purpose::message, {session_, packet.clear, said}, signature);
  if (fits) plaintext.resize(said.size());
  return fits;
}

Envelope::Result Envelope::open_pair(const wire::ParsedPacket& packet) {
  const wire::PacketHeader& h = packet.header;
  if (h.kind != wire::PacketKind::message || h.destination != self_ || h.epoch != Epoch{})
    return {std::nullopt, Drop::malformed};
  auto at = pairs_.find(h.source);
  if (at == pairs_.end()) return {std::nullopt, Drop::unknown_member};
  Pair& pair = at->second;
  if (!pair.seen.fresh(h.counter)) return {std::nullopt, Drop::replayed};
  auto plain = pair.keys.open.open(h.counter, packet.clear, packet.sealed);
  if (!plain) return {std::nullopt, Drop::forged};
  pair.seen.mark(h.counter);
  return {Opened{h.source, true, std::move(*plain)}, {}};
}

}  // namespace lotse::session
