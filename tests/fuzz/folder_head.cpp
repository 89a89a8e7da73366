// What a folder begins with, as anybody may send it: read within bounds, and written back as it was.
#include <cstdlib>

#include "files/folder.h"

using namespace lotse;
using namespace lotse::files;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::uint64_t more = static_cast<std::uint64_t>(data[0]) << (data[1] & 63);  // bytes of files behind it
  const ByteView bytes{data + 2, size - 2};
  auto head = read_folder_head(bytes, bytes.size() + more);
  if (!head) return 0;
  std::uint64_t files = 0;
  for (const FolderEntry& entry : head->entries) {
    files += entry.size;
    if (auto path = safe_path(entry.path))
      for (const std::string& part : *path)
        if (part.empty() || part == "." || part == ".." || part.find('/') != part.npos) std::abort();
  }
  if (head->size + files != bytes.size() + more) std::abort();
  auto again = folder_head(head->entries);
  if (!again || !equal(*again, bytes.first(head->size))) std::abort();
  return 0;
}
