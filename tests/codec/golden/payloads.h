// Payloads as the first release wrote them. A later one must still read every one of them.
#pragma once

#include "base/geometry.h"

namespace lotse::codec {

enum class GoldenPicture { plain, text, gradient };

struct GoldenPayload {
  GoldenPicture picture;
  Size size;
  double least_psnr;  // dB; 99 is exact
  const char* hex;
};

inline constexpr GoldenPayload kGoldenPayloads[] = {
    {GoldenPicture::plain, {64, 64}, 99, "00112233"},
    {GoldenPicture::text,
     {40, 20},
     99,
     "01204211020055de5dfec85a1efe1e3ca0e1fe282828c3e41726e11726e41726ec172604c419c3fd04c21726e919c3e119c3f9172604c7172"
     "6"
     "fd4419c3fd04172604c4fd14deffdc"},
    {GoldenPicture::gradient, {20, 13}, 99, "01602600ad000050fe14e63ca09b9dcb7a7a0300649c14003319e98a"},
    {GoldenPicture::gradient,
     {21, 17},
     39,
     "0201b81a9e1aab06a786af0e113c654cb01a8a843515ba895eccae29e28a2b381aa1c28a28ae8433"},
    {GoldenPicture::gradient,
     {21, 17},
     43,
     "0203d8592a6592b3964a9564af8aa503e415034049c5154c49c515dca1a17ec0cf5a9568a2b9e91d489474a28a2bb96c59"},
    {GoldenPicture::gradient,
     {21, 17},
     47,
     "0204e9e39fdebf11a503f1e544b11cfef5e8d2816a896167e3ad77c21a16a89ce473fbd7954a07a0a896239fdebd1a502d512c2cfc75aef84"
     "3"
     "42d503163af1691ba2c475e8d22d1613a577c362cf"},
    {GoldenPicture::gradient,
     {21, 17},
     44,
     "0205e9e39fdeac473fbd62473fbd588e7f7afc7f0b44fcae38236d67e3ad1598b3f1d68af66347434fa918b1d588e8a2b870bd0f4e2584e94"
     "5"
     "1457b51d8d4f"},
    {GoldenPicture::gradient,
     {21, 17},
     49,
     "0206f61b3d6fa7cf5fe7660e86c7f05c72ff002356cf5be9f3d7d560f0fb1d11cbfc8d3835bf93efd7d3d0c3fb8742cbf4d8f29b3d6fa7cf5"
     "f"
     "1183c3ec7d4472ff002352cf5be9f3feb5f5783c39d31cbfc8d3835aca7dfafa7a187f70e88e5fa6c79ed9d7e79833be06ada74afabc19d10"
     "3"
     "4edfee57d3e1fe0375b1"},
};

}  // namespace lotse::codec
