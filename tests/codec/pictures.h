// Synthetic slots for the tests: each kind stresses another path of the coders.
#pragma once
#include <cstdint>
#include <random>

#include "codec/frame.h"
#include "codec/slot_codec.h"

namespace lotse::codec {

using Random = std::mt19937;

/// Dark strokes with coloured edges on white, as sub-pixel anti-aliasing draws them.
Image text_picture(Size size, Random& random);
Image gradient_picture(Size size);
Image noise_picture(Size size, Random& random);
/// Smooth shapes with a little grain.
Image photo_picture(Size size, Random& random);
Image plain_picture(Size size, std::uint8_t b, std::uint8_t g, std::uint8_t r);
/// Mixes runs, repeated rows, few colours and noise at random: what none of the others is.
Image patchwork_picture(Size size, Random& random);

/// Peak signal to noise over B, G and R, in dB; 99 for equal pictures.
double psnr(FrameView a, FrameView b);

/// Decodes into the middle of a larger picture and fails when a pixel around it is touched.
Result<Done, DecodeError> decode_guarded(SlotDecoder& decoder, ByteView payload, Image& out);

}  // namespace lotse::codec
