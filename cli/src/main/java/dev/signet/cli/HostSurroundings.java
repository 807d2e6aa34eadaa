// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a host's files say of who can use its TPM, and of what its kernel measures and forbids.
 *
 * @param root {@code /}; another one in tests
 */
record HostSurroundings(Path root) {
  /** SecureBoot of the EFI global variables: four bytes of attributes, then the value. */
  private static final String SECURE_BOOT =
      "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

  private static final String GROUP = "tss";

  /** All of it, the most telling first. */
  List<DoctorCheck> checks() throws IOException {
    List<DoctorCheck> checks = new ArrayList<>();
    checks.add(members());
    checks.addAll(devices());
    checks.add(
        there(
            "event log",
            "sys/kernel/security/tpm0/binary_bios_measurements",
            "the firmware's event log is there",
            "no firmware event log: the boot can be judged by pinned PCR values only"));
    checks.add(ima());
    checks.add(lockdown());
    checks.add(secureBoot());
    return checks;
  }

  /** Whoever is in the group can use the TPM beside the launcher. */
  private DoctorCheck members() throws IOException {
    TreeSet<String> users = new TreeSet<>();
    String id = null;
    for (String line : lines("etc/group")) {
      String[] fields = line.split(":", -1);
      if (fields.length == 4 && fields[0].equals(GROUP)) {
        id = fields[2];
        users.addAll(List.of(fields[3].split(",")));
      }
    }
    for (String line : lines("etc/passwd")) {
      String[] fields = line.split(":", -1);
      if (fields.length == 7 && fields[3].equals(id)) {
        users.add(fields[0]);
      }
    }
    users.removeAll(List.of("", GROUP, "root"));
    return users.isEmpty()
        ? DoctorCheck.good("tpm users", "nobody but root is in the group " + GROUP)
        : DoctorCheck.bad(
            "tpm users",
            "%s can use the TPM: each can extend PCRs and so end attestation; take them out of the"
                    .formatted(String.join(", ", users))
                + " group (gpasswd -d NAME "
                + GROUP
                + "), agents above all");
  }

  private List<DoctorCheck> devices() throws IOException {
    List<DoctorCheck> checks = new ArrayList<>();
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(root.resolve("dev"))) {
      try (DirectoryStream<Path> all =
          Files.newDirectoryStream(root.resolve("dev"), "tpm{rm,}[0-9]*")) {
        all.forEach(found::add);
      }
    }
    for (Path device : found.stream().sorted().toList()) {
      PosixFileAttributes attributes =
          Files.readAttributes(device, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String name = "/dev/" + device.getFileName();
      GroupPrincipal group = attributes.group();
      boolean others =
          attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)
              || attributes.permissions().contains(PosixFilePermission.OTHERS_READ);
      boolean byGroup = attributes.permissions().contains(PosixFilePermission.GROUP_WRITE);
      if (others) {
        checks.add(DoctorCheck.bad("tpm device", name + " is open to everybody: chmod o= " + name));
      } else if (byGroup && !List.of(GROUP, "root").contains(group.getName())) {
        checks.add(
            DoctorCheck.look(
                "tpm device",
                name + " is open to the group " + group.getName() + "; who is in it?"));
      } else {
        checks.add(
            DoctorCheck.good("tpm device", name + " is open to root and the group " + group));
      }
    }
    return checks;
  }

  private DoctorCheck ima() throws IOException {
    Optional<String> count = text("sys/kernel/security/ima/runtime_measurements_count");
    if (count.isEmpty()) {
      return DoctorCheck.look(
          "ima",
          "no IMA: what runs after the boot is not measured (kernel command line: ima_policy=tcb)");
    }
    return count.get().matches("[0-9]+") && !count.get().matches("[01]")
        ? DoctorCheck.good("ima", count.get() + " measurements since the boot")
        : DoctorCheck.look(
            "ima", "IMA measures nothing: it has no policy (kernel command line: ima_policy=tcb)");
  }

  private DoctorCheck lockdown() throws IOException {
    String modes = text("sys/kernel/security/lockdown").orElse("");
    return modes.contains("[integrity]") || modes.contains("[confidentiality]")
        ? DoctorCheck.good("lockdown", "the kernel is locked down: " + modes)
        : DoctorCheck.look(
            "lockdown",
            "the kernel is not locked down: root can change it while it runs, or start another one"
                + " unmeasured (kexec); secure boot or lockdown=integrity switches it on");
  }

  private DoctorCheck secureBoot() throws IOException {
    byte[] variable;
    try {
      variable = Files.readAllBytes(root.resolve(SECURE_BOOT));
    } catch (NoSuchFileException e) {
      return DoctorCheck.look("secure boot", "no EFI variable says that secure boot is on");
    }
    return variable.length == 5 && variable[4] == 1
        ? DoctorCheck.good("secure boot", "on")
        : DoctorCheck.look("secure boot", "off: switch it on in the firmware's setup");
  }

  private DoctorCheck there(String check, String file, String good, String bad) throws IOException {
    try {
      return Files.size(root.resolve(file)) > 0 || Files.isReadable(root.resolve(file))
          ? DoctorCheck.good(check, good)
          : DoctorCheck.look(check, bad);
    } catch (NoSuchFileException e) {
      return DoctorCheck.look(check, bad);
    }
  }

  private Optional<String> text(String file) throws IOException {
    List<String> lines = lines(file);
    return lines.isEmpty() ? Optional.empty() : Optional.of(lines.getFirst().strip());
  }

  private List<String> lines(String file) throws IOException {
    try {
      return Files.readAllLines(root.resolve(file));
    } catch (NoSuchFileException | java.nio.file.AccessDeniedException e) {
      return List.of();
    }
  }
}
