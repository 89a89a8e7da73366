// Small files that belong to one person: mode 0600, replaced as a whole.
#pragma once
#include <optional>
#include <string>

namespace lotse::program {

/// Nothing when it does not exist. Throws std::runtime_error when it cannot be read or has more than `most` bytes.
std::optional<std::string> read_private_file(const std::string& file, std::size_t most);
/// Makes the folder when it is missing. Throws std::runtime_error; the old file is there then.
void write_private_file(const std::string& file, const std::string& bytes);

}  // namespace lotse::program
