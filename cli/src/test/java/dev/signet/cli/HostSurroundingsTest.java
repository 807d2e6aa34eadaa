// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.cli.DoctorCheck.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostSurroundingsTest {
  private static final String EFI =
      "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

  @TempDir Path root;

  private void write(String file, String content) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), content);
  }

  private DoctorCheck check(String name) throws IOException {
    List<DoctorCheck> found =
        new HostSurroundings(root)
            .checks().stream().filter(check -> check.check().equals(name)).toList();
    assertThat(found).as(name).hasSize(1);
    return found.getFirst();
  }

  private void assertState(String name, State state, String said) throws IOException {
    assertThat(check(name).state()).as(check(name).found()).isEqualTo(state);
    assertThat(check(name).found()).contains(said);
  }

  @Test
  void anEmptyHostIsLookedAtAndNothingIsClaimed() throws IOException {
    assertState("event log", State.WARNING, "no firmware event log");
    assertState("ima", State.WARNING, "no IMA");
    assertState("lockdown", State.WARNING, "not locked down");
    assertState("secure boot", State.WARNING, "no EFI variable");
    assertState("tpm users", State.GOOD, "nobody but root");
  }

  @Test
  void usersOfTheTpmAreNamed() throws IOException {
    write("etc/group", "root:x:0:\ntss:x:103:tss,billing,root\nother:x:104:carol\n");
    write("etc/passwd", "tss:x:103:103::/:/bin/false\nalice:x:1000:103::/home/alice:/bin/sh\n");
    assertState("tpm users", State.BAD, "alice, billing can use the TPM");
    write("etc/group", "tss:x:103:tss\n");
    write("etc/passwd", "tss:x:103:103::/:/bin/false\nalice:x:1000:1000::/home/alice:/bin/sh\n");
    assertState("tpm users", State.GOOD, "nobody but root");
  }

  @Test
  void devicesThatAreOpenAreNamed() throws IOException {
    write("dev/tpmrm0", "");
    Path device = root.resolve("dev/tpmrm0");
    Files.setPosixFilePermissions(device, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertState("tpm device", State.BAD, "/dev/tpmrm0 is open to everybody");
    Files.setPosixFilePermissions(device, PosixFilePermissions.fromString("rw-------"));
    assertState("tpm device", State.GOOD, "/dev/tpmrm0");
  }

  @Test
  void whatTheKernelMeasuresAndForbidsIsRead() throws IOException {
    write("sys/kernel/security/tpm0/binary_bios_measurements", "x");
    assertState("event log", State.GOOD, "is there");
    write("sys/kernel/security/ima/runtime_measurements_count", "1\n");
    assertState("ima", State.WARNING, "no policy");
    write("sys/kernel/security/ima/runtime_measurements_count", "1204\n");
    assertState("ima", State.GOOD, "1204 measurements");
    write("sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
    assertState("lockdown", State.WARNING, "not locked down");
    write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    assertState("lockdown", State.GOOD, "locked down");
    write(EFI, "\u0006\0\0\0\0");
    assertState("secure boot", State.WARNING, "off");
    write(EFI, "\u0006\0\0\0\u0001");
    assertState("secure boot", State.GOOD, "on");
  }
}
