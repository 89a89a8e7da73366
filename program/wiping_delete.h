// What the program frees is overwritten first: JSON, messages and strings that held a code, a link or a key.
#pragma once

namespace lotse::program {

/// Does nothing; called once so that the linker takes operator delete out of this library.
void link_wiping_delete();

}  // namespace lotse::program
