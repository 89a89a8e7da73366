#include <catch2/catch.hpp>

#include "desktop/uri_list.h"

namespace lotse::desktop {

using Paths = std::vector<std::string>;

TEST_CASE("the files of a list of URIs are those of this machine", "[clipboard]") {
  CHECK(paths_of("file:///home/eva/a.txt\r\nfile:///tmp/b%20c.pdf\r\n") == Paths{"/home/eva/a.txt", "/tmp/b c.pdf"});
  CHECK(paths_of("# a comment\nfile:/one/slash\nfile://localhost/named") == Paths{"/one/slash", "/named"});
  CHECK(paths_of("file:///gr%C3%BC%c3%9fe") == Paths{"/grüße"});
  CHECK(paths_of("https://example.org/a\nfile://server/share/a\nfile://localhost.evil/a\n").empty());
  CHECK(paths_of("file:relative\nfile:///half%2\nfile:///bad%zz\nfile:///nul%00.txt\nfile:////two/slashes").empty());
  CHECK(paths_of("").empty());
}

TEST_CASE("any path comes back from a list of URIs", "[clipboard]") {
  const Paths paths{"/plain", "/with blank", "/100%", "/line\nbreak", "/über/\xff\xfe", "/#?"};
  CHECK(paths_of(uri_list_of(paths)) == paths);
}

}  // namespace lotse::desktop
