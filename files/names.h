// Names that others gave, made into names of files that harm nobody.
#pragma once
#include <string>
#include <string_view>

namespace lotse::files {

/// The last part of a path, as UTF-8 without control and direction characters, separators, leading dots, and what other
/// systems take for a device; at most 180 bytes, its extension kept; never empty.
std::string safe_name(std::string_view name);
/// "report.pdf", 2 -> "report (2).pdf"
std::string numbered_name(const std::string& name, int number);

}  // namespace lotse::files
