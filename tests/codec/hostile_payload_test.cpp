#include <catch2/catch.hpp>

#include "tests/codec/pictures.h"

namespace lotse::codec {
namespace {

TEST_CASE("placeholder") { SUCCEED(); }

}  // namespace
}  // namespace lotse::codec
