// What it costs to prove a frame: hashes of its packets and SIGNs at the presenter, the same and checks at the viewer.
#pragma once

namespace lotse::bench {

/// Prints a table of frames of several sizes, processor time on one core. Takes some tenths of a second.
void print_sign_costs();

}  // namespace lotse::bench
