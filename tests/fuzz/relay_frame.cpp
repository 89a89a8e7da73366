// Every frame from a stranger, and the packet inside: what is taken encodes to the same bytes.
#include <cstdlib>

#include "wire/packet.h"
#include "wire/relay_frame.h"

using namespace lotse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  auto frame = wire::decode(bytes);
  if (!frame) return 0;
  if (!equal(wire::encode(*frame), bytes)) std::abort();
  auto* packet = std::get_if<wire::Packet>(&*frame);
  if (packet == nullptr) return 0;
  auto parsed = wire::parse_packet(packet->bytes);
  if (!parsed) return 0;
  Bytes header;
  wire::write_header(parsed->header, header);
  if (!equal(header, parsed->clear)) std::abort();
  return 0;
}
