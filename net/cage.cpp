#include "net/cage.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lotse::net {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "The cage knows system calls of x86-64 and ARM64 only."
#endif

constexpr std::uint32_t kRefused = SECCOMP_RET_ERRNO | 1;  // EPERM
constexpr std::uint32_t kX32 = 0x40000000;                 // x86-64 only: the other numbering

// Whatever its arguments.
constexpr std::uint32_t kAllowed[] = {
    // memory that is there: the allocator gives back, a sanitizer marks
    __NR_munmap,
    __NR_mremap,
    __NR_madvise,
    __NR_brk,
    // waiting, and the time where the vDSO has no answer
    __NR_futex,
    __NR_sched_yield,
    __NR_clock_gettime,
    __NR_clock_nanosleep,
    __NR_nanosleep,
    __NR_restart_syscall,
    __NR_gettimeofday,
    // who and where we are: allocator, abort
    __NR_gettid,
    __NR_getpid,
    __NR_sched_getaffinity,
    __NR_getcpu,
    // signals that come, and the end of a thread
    __NR_rt_sigreturn,
    __NR_rt_sigprocmask,
    __NR_sigaltstack,
    __NR_exit,
    __NR_exit_group,
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    // a sanitizer asks by a pipe whether memory is there (the check of vptr), and writes what it has found
    __NR_pipe2,
    __NR_write,
    __NR_close,
#if defined(__NR_pipe)
    __NR_pipe,
#endif
#endif
};

constexpr std::uint32_t kDeadly[] = {__NR_execve,           __NR_execveat,          __NR_ptrace,
                                     __NR_process_vm_readv, __NR_process_vm_writev, __NR_bpf};

// Allowed with a condition on one argument (its low half: none of these uses more).
struct Condition {
  std::uint32_t call;
  unsigned argument;
  enum class Is { equal, without } is;
  std::uint32_t value;
};
constexpr Condition kConditions[] = {
    {__NR_epoll_ctl, 1, Condition::Is::equal, EPOLL_CTL_MOD},  // how Asio wakes its loop
    {__NR_mprotect, 2, Condition::Is::without, PROT_EXEC},
};

sock_filter load(std::size_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }
sock_filter give(std::uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }
sock_filter when(std::uint16_t test, std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, yes, no);
}
std::size_t argument(unsigned number) { return offsetof(seccomp_data, args) + number * sizeof(std::uint64_t); }

// Goes on behind itself when the call is another one.
void add_condition(std::vector<sock_filter>& filter, const Condition& c) {
  filter.push_back(when(BPF_JEQ, c.call, 0, 4));
  filter.push_back(load(argument(c.argument)));
  filter.push_back(c.is == Condition::Is::equal ? when(BPF_JEQ, c.value, 0, 1) : when(BPF_JSET, c.value, 1, 0));
  filter.push_back(give(SECCOMP_RET_ALLOW));
  filter.push_back(give(kRefused));
}

// mmap: nameless memory that is not to be run.
void add_mmap(std::vector<sock_filter>& filter) {
  filter.push_back(when(BPF_JEQ, __NR_mmap, 0, 6));
  filter.push_back(load(argument(2)));
  filter.push_back(when(BPF_JSET, PROT_EXEC, 3, 0));
  filter.push_back(load(argument(3)));
  filter.push_back(when(BPF_JSET, MAP_ANONYMOUS, 0, 1));
  filter.push_back(give(SECCOMP_RET_ALLOW));
  filter.push_back(give(kRefused));
}

std::vector<sock_filter> make_filter() {
  std::vector<sock_filter> filter{load(offsetof(seccomp_data, arch)), when(BPF_JEQ, kArchitecture, 1, 0),
                                  give(SECCOMP_RET_KILL_PROCESS),     load(offsetof(seccomp_data, nr)),
                                  when(BPF_JGE, kX32, 0, 1),          give(SECCOMP_RET_KILL_PROCESS)};
  for (std::uint32_t call : kDeadly) {
    filter.push_back(when(BPF_JEQ, call, 0, 1));
    filter.push_back(give(SECCOMP_RET_KILL_PROCESS));
  }
  for (std::uint32_t call : kAllowed) {
    filter.push_back(when(BPF_JEQ, call, 0, 1));
    filter.push_back(give(SECCOMP_RET_ALLOW));
  }
  add_mmap(filter);
  for (const Condition& c : kConditions) add_condition(filter, c);
  filter.push_back(give(kRefused));
  return filter;
}

}  // namespace

bool lock_this_thread_in() {
  std::vector<sock_filter> filter = make_filter();
  sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

}  // namespace lotse::net
