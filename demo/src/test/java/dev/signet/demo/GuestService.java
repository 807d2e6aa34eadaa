// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A service of a guest, by systemd's name for it, and what it says into the journal. */
record GuestService(GuestHost host, String unit) {
  private static final Duration POLL = Duration.ofSeconds(2);

  /** What systemd calls a service that does not run now, were it to start it again later. */
  private static final Set<String> ENDED = Set.of("dead", "failed", "auto-restart");

  void start() throws IOException {
    host.must("systemctl start --no-block " + unit);
  }

  void stop() throws IOException {
    host.must("systemctl stop " + unit);
  }

  /** What it and the programs that it started have said since the guest booted. */
  String said() throws IOException {
    return host.must("journalctl --no-pager --output=cat --unit=" + unit);
  }

  /**
   * Waits until it has said something. A service that ended says nothing more, so that ends the
   * wait.
   *
   * @return all that it has said
   */
  String await(String part) throws IOException {
    return await(part, "\0");
  }

  /**
   * Waits until it has said something. A service that ended says nothing more, so that ends the
   * wait.
   *
   * @param unless what ends it too
   * @return all that it has said
   */
  String await(String part, String unless) throws IOException {
    long deadline = System.nanoTime() + GuestHost.PATIENCE.toNanos();
    while (true) {
      // Asked before the journal is read: its last words are in there then.
      boolean ended = ENDED.contains(property("SubState"));
      String said = said();
      if (said.contains(part)) {
        return said;
      }
      boolean late = System.nanoTime() > deadline;
      if (ended || late || said.contains(unless)) {
        String why = ended ? "it ended" : late ? "it has not in time" : "it said \"" + unless + '"';
        throw new AssertionError(
            "expected %s to say \"%s\", but %s:%n%s".formatted(unit, part, why, state()));
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private String property(String name) throws IOException {
    return host.must("systemctl show --value --property=" + name + " " + unit);
  }

  /** What a reader of a failed test wants to know: with what its JVMs' threads wait for. */
  private String state() throws IOException {
    return host.run(
            "systemctl status --no-pager --full --lines=0 UNIT; head -n 3 /proc/meminfo;"
                .concat(" systemctl kill --signal=QUIT UNIT; sleep 5;")
                .concat(" journalctl --no-pager --output=short-monotonic | tail -n 400")
                .replace("UNIT", unit))
        .said();
  }
}
