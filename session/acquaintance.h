// What one's contacts say about somebody who joins, or whom one joins.
#pragma once
#include <cstdint>

namespace lotse::session {

enum class Acquaintance : std::uint8_t {
  anonymous,  // shows no identity, and nobody of this name ever did
  fresh,      // an identity under a name that was not known
  known,      // the identity that this name had before
  changed,    // a known name with another identity, or without the one it had
};

}  // namespace lotse::session
