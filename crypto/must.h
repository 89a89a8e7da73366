// What can only be false through a bug of ours, or when the system gives out: there is no safe way on.
#pragma once
#include <cstdlib>

namespace lotse::crypto {

inline void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace lotse::crypto
