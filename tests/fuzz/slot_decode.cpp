// Payloads of picture slots as a hostile presenter may write them. The first two bytes choose the slot's size.
#include <cstdlib>

#include "codec/slot_codec.h"

using namespace lotse;
using namespace lotse::codec;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static SlotDecoder decoder;
  static SlotEncoder encoder;
  if (size < 2) return 0;
  const Size slot{1 + data[0] % kSlotSide, 1 + data[1] % kSlotSide};
  Image first(slot), second(slot);
  const bool valid = decoder.decode({data + 2, size - 2}, first.writable()).has_value();
  if (!valid) return 0;
  // A picture is a function of its payload, and lossless brings every picture back.
  if (!decoder.decode({data + 2, size - 2}, second.writable())) std::abort();
  if (!same_pixels(first.view(), second.view())) std::abort();
  // In every quality a slot encodes to something that decodes.
  const auto rank = static_cast<Rank>(data[0] / kSlotSide % 4);
  const EncodedSlot lossy = encoder.encode(first.view(), rank, data[1] & 0x40 ? Motion::moving : Motion::still);
  if (!decoder.decode(lossy.payload, second.writable())) std::abort();
  const EncodedSlot again = encoder.encode(first.view(), Rank::lossless, Motion::still);
  if (!decoder.decode(again.payload, second.writable())) std::abort();
  if (!same_pixels(first.view(), second.view())) std::abort();
  return 0;
}
