// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** The launch log of one boot on disk: lines, the baseline first ({@link LaunchLog}). */
record LaunchLogFile(StateDirectory directory, String name) {

  /**
   * What the file says.
   *
   * @param content whole lines
   * @param torn bytes after the last newline, which a crash cut off
   * @param value the register that the lines replay to
   * @param records lines, the baseline included
   */
  record Replayed(byte[] content, byte[] torn, LaunchLog log, Digest value, long records) {}

  static LaunchLogFile ofBoot(StateDirectory directory, BootClock clock) {
    return new LaunchLogFile(
        directory, "boot-%010d-%010d.jsonl".formatted(clock.resetCount(), clock.restartCount()));
  }

  Path path() {
    return directory.path().resolve(name);
  }

  boolean exists() {
    return Files.exists(path());
  }

  /** Begins the log of a boot; appears whole or not at all. */
  void begin(int register, Digest value, BootClock clock) throws IOException {
    var baseline = new LaunchLog.Baseline(value, clock.resetCount(), clock.restartCount());
    directory.replace(name, LaunchLog.baselineLine(register, baseline));
  }

  Replayed replay(int register, BootClock clock) throws IOException {
    if (Files.size(path()) > Limits.LAUNCH_LOG_BYTES + Limits.LAUNCH_RECORD_BYTES) {
      throw damaged("it is longer than any log that was written", null);
    }
    byte[] all = Files.readAllBytes(path());
    int end = all.length;
    while (end > 0 && all[end - 1] != '\n') {
      end--;
    }
    byte[] content = Arrays.copyOf(all, end);
    LaunchLog log;
    try {
      log = LaunchLog.parse(content);
    } catch (MalformedMessageException e) {
      throw damaged(e.getMessage(), e);
    }
    if (log.register() != register
        || log.baseline().resetCount() != clock.resetCount()
        || log.baseline().restartCount() != clock.restartCount()) {
      throw damaged("it is of another register or boot", null);
    }
    Digest value = log.baseline().value();
    for (LaunchLog.Entry entry : log.entries()) {
      value = extended(value, entry.digest());
    }
    return new Replayed(
        content, Arrays.copyOfRange(all, end, all.length), log, value, log.entries().size() + 1L);
  }

  /** Appends at the end of the whole lines; on return it is on the disk. */
  void append(Replayed before, byte[] line) throws IOException {
    try (FileChannel channel = FileChannel.open(path(), StandardOpenOption.WRITE)) {
      channel.truncate(before.content().length);
      channel.position(before.content().length);
      StateDirectory.writeFully(channel, line);
    }
  }

  void dropTorn(Replayed replayed) throws IOException {
    try (FileChannel channel = FileChannel.open(path(), StandardOpenOption.WRITE)) {
      channel.truncate(replayed.content().length);
      channel.force(true);
    }
  }

  static Digest extended(Digest value, Digest event) {
    return Digest.hash(value.toArray(), event.toArray());
  }

  private AttestorException damaged(String why, Throwable cause) {
    return new AttestorException(
        AttestorException.Reason.LOG_DAMAGED,
        "the launch log "
            + path()
            + " is not what was written: "
            + why
            + ". Keep it for the investigation; the host attests again after a reboot",
        cause);
  }
}
