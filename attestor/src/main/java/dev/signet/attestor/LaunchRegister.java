// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.Limits;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The append-only launch register, a PCR or an NV index, with its log of this boot. Several threads
 * and processes may use it: each operation holds a lock file, and looks at register and log anew.
 */
public final class LaunchRegister {
  private static final Logger LOG = LoggerFactory.getLogger(LaunchRegister.class);

  static final String DIRECTORY_OF_NV = "register-nv";
  static final String DIRECTORY_OF_PCR = "register-pcr";

  /** Where an append is; a crash may come after any of them. */
  enum Step {
    INTENT_WRITTEN,
    EXTENDED,
    APPENDED
  }

  interface LogWork<T> {
    /**
     * @param log the whole log
     * @param value the register that it replays to
     * @param clock of the boot that it is of
     */
    T with(Bytes log, Digest value, BootClock clock) throws IOException;
  }

  private record Current(BootClock clock, LaunchLogFile file, LaunchLogFile.Replayed replayed) {}

  private final Tpm tpm;
  private final RegisterBackend backend;
  private final StateDirectory directory;
  private final ExclusiveFile lock;
  private final Consumer<Step> after;

  private LaunchRegister(
      RegisterBackend backend, Tpm tpm, StateDirectory directory, Consumer<Step> after) {
    this.tpm = tpm;
    this.backend = backend;
    this.directory = directory;
    this.lock = new ExclusiveFile(directory.path().resolve("lock"));
    this.after = after;
  }

  /**
   * Opens the register, repairs what a crash left, and begins the log of this boot if there is
   * none.
   *
   * @throws IllegalArgumentException if the PCR cannot serve as a register
   */
  static LaunchRegister open(Tpm tpm, int pcr, StateDirectory parent) throws IOException {
    return open(tpm, pcr, parent, step -> {});
  }

  /**
   * @param after called after each step of an append; the crash test ends the process there
   */
  static LaunchRegister open(Tpm tpm, int pcr, StateDirectory parent, Consumer<Step> after)
      throws IOException {
    return open(new PcrBackend(tpm, pcr), tpm, parent, after);
  }

  /** Opens the register in an NV index. */
  static LaunchRegister open(RegisterBackend backend, Tpm tpm, StateDirectory parent)
      throws IOException {
    return open(backend, tpm, parent, step -> {});
  }

  static LaunchRegister open(
      RegisterBackend backend, Tpm tpm, StateDirectory parent, Consumer<Step> after)
      throws IOException {
    String name = backend instanceof NvBackend ? DIRECTORY_OF_NV : DIRECTORY_OF_PCR + backend.pcr();
    LaunchRegister register = new LaunchRegister(backend, tpm, parent.child(name), after);
    register.lock.holding(register::recover);
    return register;
  }

  static void requireSuitable(int pcr) {
    if (pcr == 16 || pcr == 23) {
      throw new IllegalArgumentException(
          "PCR "
              + pcr
              + " cannot be the launch register: any process can reset it, and a policy session"
              + " opened over it stays good after it changed; use PCR 15");
    }
    if (!Set.of(8, 9, 11, 12, 13, 14, 15).contains(pcr)) {
      throw new IllegalArgumentException(
          "PCR "
              + pcr
              + " cannot be the launch register: 0 to 7 are the firmware's, 10 is IMA's, 16 to 23"
              + " can be reset or need another locality; use PCR 15");
    }
  }

  /** The PCR that is the register, or that moves with it. */
  public int pcr() {
    return backend.pcr();
  }

  /** For people: {@code PCR 15}, {@code NV 0x01815101}. */
  public String name() {
    return LaunchLog.name(backend.id());
  }

  /**
   * Measures an event: intent to disk, extend, append to the log. When this returns, the event is
   * in the register and in the log; when it throws, the next operation repairs.
   *
   * @throws AttestorException REGISTER_MOVED, LOG_DAMAGED
   */
  public void append(LaunchEvent event) throws IOException {
    byte[] measured = StrictJson.encode(event);
    lock.holding(
        () -> {
          Current current = recover();
          LaunchLogFile.Replayed log = current.replayed();
          byte[] line = LaunchLog.eventLine(log.records(), backend.id(), measured);
          requireRoom(log, line);
          Digest digest = Digest.hash(measured);
          directory.write(
              LaunchIntent.FILE,
              new LaunchIntent(
                  current.clock().resetCount(),
                  current.clock().restartCount(),
                  log.value(),
                  digest,
                  log.records(),
                  Bytes.of(line)));
          after.accept(Step.INTENT_WRITTEN);
          backend.extend(digest);
          after.accept(Step.EXTENDED);
          current.file().append(log, line);
          after.accept(Step.APPENDED);
          directory.delete(LaunchIntent.FILE);
          return null;
        });
  }

  /** The log of this boot, as it goes into evidence. */
  public Bytes log() throws IOException {
    return withLog((log, value, clock) -> log);
  }

  /** The events of this boot, oldest first. */
  public List<LaunchEvent> events() throws IOException {
    return lock.holding(this::recover).replayed().log().entries().stream()
        .map(LaunchLog.Entry::event)
        .toList();
  }

  /** Runs work during which no other user of this class appends. */
  <T> T withLog(LogWork<T> work) throws IOException {
    return lock.holding(
        () -> {
          Current current = recover();
          LaunchLogFile.Replayed log = current.replayed();
          return work.with(Bytes.of(log.content()), log.value(), current.clock());
        });
  }

  /** A quote that shows the register; call it within {@link #withLog}. */
  QuoteEvidence quote(HostTpm by, Digest extraData, SortedSet<Integer> pcrs, Digest value)
      throws IOException {
    return backend.quote(by, directory, extraData, pcrs, value);
  }

  /** Brings log and register together, or says why that cannot be. */
  private Current recover() throws IOException {
    BootClock clock = tpm.clock();
    backend.prepare(directory, clock);
    Digest value = backend.value();
    LaunchLogFile file = LaunchLogFile.ofBoot(directory, clock);
    Optional<LaunchIntent> intent = directory.read(LaunchIntent.FILE, LaunchIntent.class);
    if (intent.isPresent() && !intent.get().isOf(clock)) {
      LOG.info("an append was cut off by a reboot; its register is gone with that boot");
      directory.delete(LaunchIntent.FILE);
      intent = Optional.empty();
    }
    if (!file.exists()) {
      if (intent.isPresent()) {
        throw new AttestorException(
            AttestorException.Reason.LOG_DAMAGED,
            "expected the launch log " + file.path() + ", it was removed; only a reboot helps");
      }
      file.begin(backend.id(), value, clock);
    }
    LaunchLogFile.Replayed replayed = file.replay(backend.id(), clock);
    if (intent.isPresent()) {
      replayed = repair(file, replayed, intent.get(), value, clock);
    }
    if (!replayed.value().equals(value)) {
      throw moved(file, replayed.value(), value);
    }
    if (replayed.torn().length != 0) {
      throw new AttestorException(
          AttestorException.Reason.LOG_DAMAGED,
          "the launch log " + file.path() + " ends in a piece of a line that nobody began");
    }
    return new Current(clock, file, replayed);
  }

  /** A crash interrupted an append: the register tells how far it came. */
  private LaunchLogFile.Replayed repair(
      LaunchLogFile file,
      LaunchLogFile.Replayed replayed,
      LaunchIntent intent,
      Digest value,
      BootClock clock)
      throws IOException {
    boolean appended =
        replayed.records() == intent.recnum() + 1 && replayed.value().equals(intent.after());
    boolean notAppended =
        replayed.records() == intent.recnum() && replayed.value().equals(intent.before());
    if (notAppended && value.equals(intent.after())) {
      file.append(replayed, intent.line().toArray());
      LOG.info("completed the launch log's record {} after a crash", intent.recnum());
    } else if (notAppended && value.equals(intent.before())) {
      file.dropTorn(replayed);
      LOG.info("dropped the launch log's record {}: it was never measured", intent.recnum());
    } else if (!appended || !value.equals(intent.after())) {
      throw moved(file, intent.after(), value);
    }
    directory.delete(LaunchIntent.FILE);
    return file.replay(backend.id(), clock);
  }

  private AttestorException moved(LaunchLogFile file, Digest expected, Digest actual) {
    return new AttestorException(
        AttestorException.Reason.REGISTER_MOVED,
        "register moved outside the log: "
            + name()
            + " is "
            + actual
            + ", the log "
            + file.path()
            + " says "
            + expected
            + ". "
            + backend.whoMovedIt());
  }

  private static void requireRoom(LaunchLogFile.Replayed log, byte[] line) throws IOException {
    if (log.content().length + line.length > Limits.LAUNCH_LOG_BYTES
        || log.records() >= Limits.LAUNCH_LOG_RECORDS) {
      throw new IOException(
          "the launch log of this boot is full ("
              + log.records()
              + " records, "
              + log.content().length
              + " bytes); reboot to begin another");
    }
  }
}
