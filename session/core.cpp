#include "session/core.h"

#include "crypto/packet_hash.h"
#include "wire/messages.pb.h"

namespace lotse::session {
namespace {

Bytes serialized(const wire::pb::Message& message) {
  Bytes out(message.ByteSizeLong());
  message.SerializeToArray(out.data(), static_cast<int>(out.size()));
  return out;
}

}  // namespace

std::vector<ParticipantId> Core::others() const {
  std::vector<ParticipantId> ids;
  for (const Member& m : roster.members)
    if (m.id != self && !m.away) ids.push_back(m.id);
  return ids;
}

bool Core::make_pair(ParticipantId peer) {
  if (envelope.has_pair(peer)) return true;
  const Member* m = member(peer);
  if (!m || peer == self) return false;
  auto pair = crypto::pair_keys(facts.uuid, keys.dh, self, m->dh, peer);
  if (!pair) return false;
  envelope.set_pair(peer, std::move(*pair));
  return true;
}

bool Core::tell(ParticipantId peer, const wire::pb::Message& message, crypto::Stream stream) {
  if (!attached || !make_pair(peer)) return false;
  auto frame = envelope.seal_to(peer, stream, serialized(message));
  if (!frame) return false;
  host.send(std::move(*frame));
  return true;
}

std::optional<Bytes> Core::seal_for(ParticipantId peer, const wire::pb::Message& message) {
  auto frame = make_pair(peer) ? envelope.seal_to(peer, crypto::Stream::control, serialized(message)) : std::nullopt;
  if (frame) frame->erase(frame->begin());  // the byte that makes a packet a frame of its own
  return frame;
}

bool Core::tell_all(crypto::Stream stream, const wire::pb::Message& message) {
  if (!may_tell_all() || others().empty()) return false;
  auto frame = envelope.seal_to_all(stream, serialized(message));
  if (!frame) return false;
  host.send(std::move(*frame));
  return true;
}

std::optional<wire::PacketHash> Core::send_picture(wire::PacketKind kind, const wire::PictureFields& fields,
                                                   ByteView payload) {
  auto frame = may_tell_all() ? envelope.seal_picture(kind, fields, payload) : std::nullopt;
  if (!frame) return std::nullopt;
  wire::PacketHash hash{};
  if (wire::is_batched(kind)) hash = crypto::packet_hash(ByteView(*frame).subspan(1));
  host.send(std::move(*frame));
  return hash;
}

}  // namespace lotse::session
