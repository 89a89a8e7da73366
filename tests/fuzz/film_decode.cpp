// Frames of a film as a hostile presenter may write them: several in a row, each with its length in front, as payloads
// of packets.
#include <cstdlib>

#include "codec/film.h"
#include "wire/film.h"

using namespace lotse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in(ByteView{data, size});
  constexpr Size kSize{64, 48};
  codec::FilmDecoder decoder(kSize);
  codec::Image out(kSize);
  while (in.ok() && in.left() > 2) {
    ByteView payload = in.take(std::min<std::size_t>(in.get<std::uint16_t>(), in.left()));
    auto film = wire::parse_film(payload);
    if (film) {
      Rect frame = wire::frame_area(film->area);
      if (wire::encode(*film) != Bytes(payload.begin(), payload.end()) || frame.intersect(film->area) != film->area)
        std::abort();
    }
    (void)decoder.decode(film ? ByteView(film->frame) : payload, out.writable());
  }
  return 0;
}
