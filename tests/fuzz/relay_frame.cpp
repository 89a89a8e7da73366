// Every frame from a stranger, and the packet inside: what is taken encodes to the same bytes. And a session's number
// as somebody types it.
#include <cstdlib>

#include "wire/packet.h"
#include "wire/relay_frame.h"

using namespace lotse;

namespace {

void typed_number(std::string_view typed) {
  auto number = wire::parse_number(typed);
  if (!number) return;
  if (wire::to_string(wire::number_of(*number)) != *number || wire::parse_number(*number) != number) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  typed_number(as_text(bytes));
  auto frame = wire::decode(bytes);
  if (!frame) return 0;
  if (!equal(wire::encode(*frame), bytes)) std::abort();
  // What is signed of a request is all of it: another request signs other bytes.
  if (auto* request = std::get_if<wire::TunnelRequest>(&*frame)) {
    auto other = *request;
    ++other.value;
    if (wire::signed_part(*request, {}, {}) == wire::signed_part(other, {}, {})) std::abort();
  }
  auto* packet = std::get_if<wire::Packet>(&*frame);
  if (packet == nullptr) return 0;
  auto parsed = wire::parse_packet(packet->bytes);
  if (!parsed) return 0;
  Bytes header;
  wire::write_header(parsed->header, header);
  if (!equal(header, parsed->clear)) std::abort();
  return 0;
}
