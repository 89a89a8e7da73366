// Patches as a hostile presenter may write them. The first three bytes choose the size of a screen of up to six slots
// and what stands there before.
#include <cstdlib>

#include "codec/patch.h"

using namespace lotse;
using namespace lotse::codec;

namespace {

// Stripes and steps: runs of every kind, and colours that come again.
Image drawn_base(Size size, unsigned kind) {
  Image image(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      for (int channel = 0; channel < 3; ++channel)
        image.writable().row(y)[x * 4 + channel] = static_cast<std::uint8_t>(
            kind % 4 == 0 ? 0 : (x / (1 + kind % 16) ^ y / 5) * (channel + static_cast<int>(kind)));
  return image;
}

std::vector<MutableFrameView> slots_of(Image& image) {
  const SlotGrid grid(image.size());
  std::vector<MutableFrameView> slots;
  for (std::uint32_t i = 0; i < grid.count(); ++i) slots.push_back(image.writable().part(grid.rect(SlotId{i})));
  return slots;
}

// What a viewer does; nothing when the payload is refused.
std::optional<Image> applied(PatchDecoder& decoder, ByteView payload, const Image& before) {
  const auto moves = PatchDecoder::moves(payload, before.size());
  if (!moves) return std::nullopt;
  Image picture(before.size());
  predict(before.view(), *moves, {0, 0, before.size().width, before.size().height}, picture.writable());
  if (!decoder.decode(payload, slots_of(picture))) return std::nullopt;
  return picture;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static PatchDecoder decoder;
  static PatchEncoder encoder;
  if (size < 3) return 0;
  const Image before = drawn_base({1 + data[0] % 192, 1 + data[1] % 128}, data[2]);
  const ByteView payload{data + 3, size - 3};
  std::optional<Image> first = applied(decoder, payload, before), second = applied(decoder, payload, before);
  if (first.has_value() != second.has_value()) std::abort();
  if (!first) return 0;
  if (!same_pixels(first->view(), second->view())) std::abort();
  Image base = before;
  const auto wanted = slots_of(*first), bases = slots_of(base);
  encoder.begin({});
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (!encoder.add(wanted[i], bases[i])) std::abort();
  const std::optional<Image> again = applied(decoder, encoder.finish(), before);
  if (!again || !same_pixels(again->view(), first->view())) std::abort();
  return 0;
}
