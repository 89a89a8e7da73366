#include <algorithm>

#include "files/board_host.h"

namespace lotse::files {

Bytes board_chunk_aad(const SessionUuid& session, const FileId& id, std::uint32_t index, bool last) {
  Bytes out;
  ByteWriter(out)
      .put(std::string_view("rv1 file"))
      .put(ByteView(session))
      .put(ByteView(id))
      .put(index)
      .put(static_cast<std::uint8_t>(last ? 1 : 0));
  return out;
}

crypto::KeyAndIv board_chunk_key(const crypto::Secret<32>& key) {
  crypto::KeyAndIv out;
  std::copy(key.view().begin(), key.view().end(), out.writable().begin());
  std::fill(out.writable().begin() + 32, out.writable().end(), std::uint8_t{0});
  return out;
}

}  // namespace lotse::files
