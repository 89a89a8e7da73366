// Links in what others write, and where they really lead.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lotse::ui {

/// `url` and `host` are plain ASCII and say the same, whatever the text looks like: a host in other letters is in
/// Punycode (RFC 3492), names and passwords before an "@" are left out.
struct Link {
  std::size_t begin = 0, end = 0;  // bytes of the text
  std::string url;                 // to be opened
  std::string host;                // with its port, where there is one
  bool operator==(const Link&) const = default;
};

/// The http and https links in `text` (valid UTF-8), in order, 64 at most. Punctuation behind one is none of it, nor is
/// anything from a space, a quote, a backslash or an invisible letter on. What has no host that a browser would take in
/// one way alone is no link.
std::vector<Link> find_links(std::string_view text);

/// A host name as DNS has it, or nothing: "Bücher.de" is "xn--bcher-kva.de".
std::optional<std::string> ascii_host(std::string_view host);

}  // namespace lotse::ui
