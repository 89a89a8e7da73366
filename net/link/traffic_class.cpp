#include "net/link/traffic_class.h"

#include "wire/board.h"
#include "wire/packet.h"
#include "wire/relay_frame.h"

namespace lotse::net::link {
namespace {

constexpr std::uint8_t kAudioStream = 2, kPointerStream = 3;  // crypto::Stream, which a relay does not link
constexpr SlotId kScreenState{0};                             // its channel (wire/messages.proto)

}  // namespace

TrafficClass class_of(ByteView frame) {
  if (!frame.empty() && frame[0] == wire::kBoardChunkFrame) return TrafficClass::files;
  if (frame.empty() || frame[0] != wire::kPacketFrame) return TrafficClass::control;
  auto packet = wire::parse_packet(frame.subspan(1));
  if (!packet) return TrafficClass::control;
  const wire::PacketHeader& header = packet->header;
  switch (header.kind) {
    case wire::PacketKind::key:
    case wire::PacketKind::delta:
    case wire::PacketKind::film:
    case wire::PacketKind::frame_end:
    case wire::PacketKind::sign:
      return TrafficClass::picture;
    case wire::PacketKind::state:
      return header.picture.slot == kScreenState ? TrafficClass::picture : TrafficClass::cursor;
    case wire::PacketKind::message:
      if (header.stream == kAudioStream) return TrafficClass::audio;
      if (header.stream == wire::kFileStream) return TrafficClass::files;
      return header.stream == kPointerStream ? TrafficClass::input : TrafficClass::control;
  }
  return TrafficClass::control;
}

}  // namespace lotse::net::link
