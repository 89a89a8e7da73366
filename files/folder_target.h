// A folder that has come whole: taken apart into a place of its own, nothing of which anybody sees before it is done.
#pragma once
#include <optional>
#include <string>

#include "files/transfer.h"

namespace lotse::files {

/// `file`: the run of bytes, open for reading and writing, `size` bytes; it is used up. `folder`: where it goes, open;
/// `hidden`: the name there under which it grows, whatever of that name there was before goes. Names are made safe,
/// those that become the same are numbered; nothing leads out of the folder. An error leaves nothing behind.
std::optional<Why> take_apart(int file, std::uint64_t size, int folder, const std::string& hidden);

/// The folder of that name and all that is in it; links in it are not followed.
void remove_tree(int folder, const std::string& name);

}  // namespace lotse::files
