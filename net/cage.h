// The cage of threads that decode what others sent: a seccomp filter (seccomp(2)) of one thread. Inside, memory,
// waiting, the time and waking the loop are all there is.
#pragma once

namespace lotse::net {

/// Locks the calling thread in for good. From then on
/// - exec, ptrace, reading or writing another process, and system calls of another architecture end the program;
/// - every other call that is not on the list in cage.cpp fails with EPERM: no file is opened, no socket made, no
///   thread or process started, no memory becomes executable.
/// False when the kernel refuses: nothing is locked then. Threads that it starts are not a way out: it can start none.
bool lock_this_thread_in();

}  // namespace lotse::net
