// --access-test: which ways lead to the relay, then the end.
#pragma once
#include "program/options.h"

namespace lotse::program {

/// Prints a table, or with --json a line of JSON for each rung and one for the whole. The exit code: 0 when there is a
/// way, 4 when there is none. Throws std::invalid_argument when there is no such relay address.
int access_command(const Options& options);

}  // namespace lotse::program
