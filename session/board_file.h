// A file on the session's board, as its members know it.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/ids.h"
#include "crypto/secret.h"
#include "wire/file_message.h"

namespace lotse::session {

struct BoardFile {
  wire::FileId id{};
  std::shared_ptr<const crypto::Secret<32>> key;  // of its chunks; never null
  std::string name;                               // as its owner calls it: whoever saves it makes a name of its own
  std::uint64_t size = 0;                         // bytes
  std::array<std::uint8_t, 32> sha256{};          // of the whole file
  ParticipantId owner;
  std::string owner_name;
  std::uint64_t put = 0;  // seconds since 1970, by its owner's clock
};

}  // namespace lotse::session
