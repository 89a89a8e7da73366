// Nothing but the precompiled header: CMake makes its file in time for those who reuse it only when a source uses it.
