// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.HostLogs;
import dev.signet.protocol.Limits;
import dev.signet.protocol.LogRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostLogFilesTest {
  private static final BootClock BOOT = new BootClock(1000, 7, 2, true);

  @TempDir Path directory;

  private HostLogs read(LogRequest wanted, int size) throws IOException {
    Path log = Files.write(directory.resolve("log"), new byte[size]);
    return new HostLogFiles(Optional.of(log)).read(wanted, BOOT);
  }

  @Test
  void readsTheLogThatIsWanted() throws Exception {
    HostLogs ten = new HostLogs(Bytes.of(new byte[10]));
    assertThat(read(new LogRequest(7, 2, LogRequest.State.WANTED), 10)).isEqualTo(ten);
    assertThat(read(new LogRequest(7, 2, LogRequest.State.KNOWN), 10)).isEqualTo(HostLogs.NONE);
    assertThat(read(null, 10)).isEqualTo(HostLogs.NONE);
  }

  @Test
  void attack24LogOfAnotherBootIsNotTheOneThatIsKnown() throws Exception {
    for (LogRequest other :
        new LogRequest[] {
          new LogRequest(6, 2, LogRequest.State.KNOWN), new LogRequest(7, 1, LogRequest.State.KNOWN)
        }) {
      assertThat(read(other, 10).firmware()).isNotNull();
    }
  }

  @Test
  void refusesWhatIsNoLogOrTooLarge() {
    LogRequest wanted = new LogRequest(7, 2, LogRequest.State.WANTED);
    assertThatThrownBy(() -> read(wanted, 0)).hasMessageContaining("got an empty file");
    assertThatThrownBy(() -> read(wanted, Limits.FIRMWARE_LOG_BYTES + 1))
        .hasMessageContaining("1048576 bytes")
        .hasMessageContaining("--event-log=none");
    HostLogFiles missing = new HostLogFiles(Optional.of(directory.resolve("missing")));
    assertThatThrownBy(() -> missing.read(wanted, BOOT)).isInstanceOf(IOException.class);
  }

  @Test
  void hostWithoutALogSendsNone() throws Exception {
    LogRequest wanted = new LogRequest(7, 2, LogRequest.State.WANTED);
    assertThat(HostLogFiles.NONE.read(wanted, BOOT)).isEqualTo(HostLogs.NONE);
  }

  @Test
  void readsOnWhereTheVerifierStoppedInAFileOfTheKernel() throws Exception {
    Path log = Path.of("/proc/version"); // as /sys/kernel/security/ima/…: its size is 0
    byte[] whole = Files.readAllBytes(log);
    HostLogFiles files = new HostLogFiles(Optional.empty(), Optional.of(log));
    assertThat(ima(files, 10).log())
        .isEqualTo(Bytes.of(Arrays.copyOfRange(whole, 10, whole.length)));
    assertThat(ima(files, whole.length).log().size()).isZero();
    assertThat(ima(files, whole.length + 1).log().size()).isZero();
  }

  private static HostLogs.Ima ima(HostLogFiles files, long from) throws IOException {
    LogRequest.Ima wanted = new LogRequest.Ima(from, 7, 2);
    return files.readIma(new LogRequest(7, 2, LogRequest.State.KNOWN, wanted), BOOT);
  }
}
