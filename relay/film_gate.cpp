#include "relay/film_gate.h"

namespace lotse::relay {
namespace {

// Bytes in the receiver's queue up to which a layer goes out: what nothing is built on gives way first.
constexpr std::size_t kRoom[wire::kFilmLayers] = {wire::kDeltaWindow, wire::kPictureWindow, wire::kPictureWindow / 2};
constexpr std::uint8_t kTop = wire::kFilmLayers - 1;

}  // namespace

FilmGate::Pass FilmGate::pass(const wire::PacketHeader& header, std::size_t queued) {
  std::uint8_t layer = header.picture.rank;
  bool room = queued < kRoom[layer];
  std::pair name{stream_of(header), header.picture.slot};
  if (header.picture.key) {
    if (room)
      films_.insert_or_assign(name, Film{kTop});
    else
      films_.erase(name);
    return room ? Pass::yes : Pass::no;
  }
  auto film = films_.find(name);
  if (film == films_.end()) return room ? Pass::ask : Pass::no;
  if (layer > film->second.highest) return Pass::no;
  if (room) {
    if (layer < kTop) film->second.highest = kTop;
    return Pass::yes;
  }
  if (layer == 0)
    films_.erase(film);
  else if (layer < kTop)
    film->second.highest = layer;  // the frames above are built on this one until the next of layer 0
  return Pass::no;
}

void FilmGate::forget(StreamId stream) {
  std::erase_if(films_, [&](const auto& film) { return film.first.first == stream; });
}

}  // namespace lotse::relay
