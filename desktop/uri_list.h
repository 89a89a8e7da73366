// Files as a clipboard names them: RFC 2483 text/uri-list of RFC 8089 file URIs. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace lotse::desktop {

/// The absolute paths of those of this machine; the rest is left out.
std::vector<std::string> paths_of(std::string_view uri_list);
std::string uri_list_of(const std::vector<std::string>& paths);

}  // namespace lotse::desktop
