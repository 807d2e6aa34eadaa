// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * System calls that an agent is refused, in the form of the OCI runtime specification ("Linux
 * seccomp"): those that configure, inspect or extend the kernel, look into other processes, or make
 * namespaces. Everything else is allowed; see RATIONALE.md.
 */
final class SystemCallFilter {
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int EAFNOSUPPORT = 97;

  /** clone(2): CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
  private static final long[] NAMESPACE_FLAGS = {
    0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
  };

  private static final List<String> REFUSED =
      List.of(
          // file systems and where they are seen
          "mount",
          "umount",
          "umount2",
          "pivot_root",
          "chroot",
          "fsopen",
          "fsmount",
          "fsconfig",
          "fspick",
          "move_mount",
          "open_tree",
          "mount_setattr",
          "quotactl",
          "quotactl_fd",
          "swapon",
          "swapoff",
          "fanotify_init",
          // files by handle go past every directory's permissions
          "name_to_handle_at",
          "open_by_handle_at",
          // namespaces
          "unshare",
          "setns",
          // the kernel itself
          "init_module",
          "finit_module",
          "delete_module",
          "create_module",
          "query_module",
          "get_kernel_syms",
          "kexec_load",
          "kexec_file_load",
          "reboot",
          "syslog",
          "_sysctl",
          "sysfs",
          "uselib",
          "nfsservctl",
          "lookup_dcookie",
          "vhangup",
          "acct",
          "bpf",
          "perf_event_open",
          "userfaultfd",
          "io_uring_setup",
          "io_uring_enter",
          "io_uring_register",
          "vmsplice",
          "personality",
          "modify_ldt",
          // other processes
          "ptrace",
          "process_vm_readv",
          "process_vm_writev",
          "process_madvise",
          "kcmp",
          "pidfd_getfd",
          "move_pages",
          "migrate_pages",
          // keys of the kernel
          "add_key",
          "request_key",
          "keyctl",
          // the host's clock and devices
          "settimeofday",
          "clock_settime",
          "clock_adjtime",
          "adjtimex",
          "stime",
          "iopl",
          "ioperm",
          "sethostname",
          "setdomainname");

  private SystemCallFilter() {}

  /** The member {@code linux.seccomp}. */
  static Map<String, Object> specification() {
    List<Object> rules = new ArrayList<>();
    rules.add(refuse(REFUSED, EPERM));
    for (long flag : NAMESPACE_FLAGS) {
      rules.add(
          Map.of(
              "names",
              List.of("clone"),
              "action",
              "SCMP_ACT_ERRNO",
              "errnoRet",
              EPERM,
              "args",
              List.of(
                  Map.of(
                      "index", 0, "value", flag, "valueTwo", flag, "op", "SCMP_CMP_MASKED_EQ"))));
    }
    // Those of AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK are left: a network namespace separates
    // them. Others, such as AF_VSOCK to the machine below, would lead past it.
    rules.add(refuseSocket("SCMP_CMP_GT", 16));
    for (long family : new long[] {0, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15}) {
      rules.add(refuseSocket("SCMP_CMP_EQ", family));
    }
    // Its flags stand in memory, where no filter can look. Programs then use clone.
    rules.add(refuse(List.of("clone3"), ENOSYS));
    // No architectures are named: the filter is for the machine's own, and any other is refused.
    return Map.of("defaultAction", "SCMP_ACT_ALLOW", "syscalls", rules);
  }

  private static Map<String, Object> refuseSocket(String comparison, long family) {
    return Map.of(
        "names",
        List.of("socket"),
        "action",
        "SCMP_ACT_ERRNO",
        "errnoRet",
        EAFNOSUPPORT,
        "args",
        List.of(Map.of("index", 0, "value", family, "op", comparison)));
  }

  private static Map<String, Object> refuse(List<String> names, int error) {
    return Map.of("names", names, "action", "SCMP_ACT_ERRNO", "errnoRet", error);
  }
}
