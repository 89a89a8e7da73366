#include "files/folder.h"

#include <algorithm>

#include "files/names.h"

namespace lotse::files {
namespace {

constexpr std::string_view kMagic = "LOTSEDIR";

}  // namespace

std::optional<Bytes> folder_head(const std::vector<FolderEntry>& entries) {
  if (entries.size() > kMostEntries) return std::nullopt;
  Bytes head;
  ByteWriter out(head);
  out.put(kMagic).put(static_cast<std::uint32_t>(entries.size()));
  for (const FolderEntry& entry : entries) {
    if (entry.path.empty() || entry.path.size() > kMostPath) return std::nullopt;
    out.put(static_cast<std::uint8_t>(entry.kind)).put(entry.size).put_lv(as_bytes(entry.path));
  }
  return head.size() <= kMostHead ? std::optional(std::move(head)) : std::nullopt;
}

std::optional<FolderHead> read_folder_head(ByteView bytes, std::uint64_t whole) {
  ByteReader in(bytes);
  const ByteView magic = in.take(kMagic.size());
  const auto count = in.get<std::uint32_t>();
  if (!in.ok() || as_text(magic) != kMagic || count > kMostEntries) return std::nullopt;
  FolderHead head;
  std::uint64_t files = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto kind = in.get<std::uint8_t>();
    const auto size = in.get<std::uint64_t>();
    const ByteView path = in.take_lv();
    if (!in.ok() || kind > static_cast<std::uint8_t>(FolderEntry::Kind::folder)) return std::nullopt;
    if (path.empty() || path.size() > kMostPath || size > whole - files) return std::nullopt;
    FolderEntry entry{std::string(as_text(path)), static_cast<FolderEntry::Kind>(kind), size};
    if (entry.kind == FolderEntry::Kind::folder && size != 0) return std::nullopt;
    files += size;
    head.entries.push_back(std::move(entry));
  }
  head.size = bytes.size() - in.left();
  return head.size + files == whole ? std::optional(std::move(head)) : std::nullopt;
}

std::optional<std::vector<std::string>> safe_path(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t to = std::min(path.find('/', from), path.size());
    if (to > from) parts.push_back(safe_name(path.substr(from, to - from)));
    from = to + 1;
  }
  if (parts.empty() || parts.size() > kMostDepth) return std::nullopt;
  return parts;
}

}  // namespace lotse::files
