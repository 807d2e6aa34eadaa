// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static dev.signet.fuzz.FuzzTarget.require;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchLog;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.verifier.eventlog.Bank;
import dev.signet.verifier.eventlog.EventData;
import dev.signet.verifier.eventlog.EventDescription;
import dev.signet.verifier.eventlog.FirmwareEvent;
import dev.signet.verifier.eventlog.FirmwareLog;
import dev.signet.verifier.eventlog.MalformedEventLogException;
import dev.signet.verifier.eventlog.UefiVariable;
import dev.signet.verifier.ima.AsciiImaLogReader;
import dev.signet.verifier.ima.BinaryImaLogReader;
import dev.signet.verifier.ima.ImaEntry;
import dev.signet.verifier.ima.ImaLogReader;
import dev.signet.verifier.ima.ImaPosition;
import dev.signet.verifier.ima.ImaReplay;
import dev.signet.verifier.ima.MalformedImaLogException;
import dev.signet.verifier.verification.Verification;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Logs: the firmware's, IMA's in both forms, and the launcher's. */
final class LogTargets {
  private static final int REGISTER = 15;
  private static final byte[] BASELINE =
      LaunchLog.baselineLine(
          REGISTER, new LaunchLog.Baseline(Digest.parseHex("00".repeat(Digest.BYTES)), 1, 0));

  private LogTargets() {}

  /** Parsed, replayed, and everything that is said about its events. */
  static boolean firmwareLog(byte[] input) {
    FirmwareLog log;
    try {
      log = FirmwareLog.parse(Bytes.of(input));
    } catch (MalformedEventLogException e) {
      return false;
    }
    require(log.events().size() <= Limits.FIRMWARE_LOG_EVENTS, "too many events");
    require(log.banks().size() <= Limits.FIRMWARE_LOG_BANKS, "too many banks");
    long size = 0;
    for (FirmwareEvent event : log.events()) {
      size += event.data().size();
      EventDescription.of(event);
      UefiVariable.read(event.data());
      for (Bank bank : log.banks()) {
        Optional<Bytes> proved = EventData.proved(event, bank);
        require(
            proved.isEmpty() || event.data().toHex().contains(proved.get().toHex()),
            "proves what is not in the event");
      }
    }
    require(size <= input.length, "more data than came");
    require(log.replay().values().equals(log.replay().values()), "two replays");
    return true;
  }

  static boolean imaBinary(byte[] input) {
    return ima(input, new BinaryImaLogReader(input));
  }

  static boolean imaAscii(byte[] input) {
    return ima(input, new AsciiImaLogReader(input));
  }

  /**
   * Entries lie one after the other, and a replay in two pieces ends where one of the whole does.
   */
  private static boolean ima(byte[] input, ImaLogReader reader) {
    List<Integer> ends = new ArrayList<>();
    try {
      for (Optional<ImaEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
        int before = ends.isEmpty() ? 0 : ends.getLast();
        require(reader.at() > before && reader.at() <= input.length, "an entry of no bytes");
        ends.add(reader.at());
      }
    } catch (MalformedImaLogException e) {
      ImaReplay.ofFile(input);
      return false;
    }
    if (ends.isEmpty()
        || !(ImaReplay.ofFile(Arrays.copyOf(input, ends.getLast()))
            instanceof Verification.Authentic<ImaReplay>(ImaReplay whole))) {
      return false;
    }
    List<ImaEntry> seen = new ArrayList<>();
    whole.forEach(seen::add);
    require(seen.size() == ends.size(), "entries that the replay has not seen");
    require(whole.reached().bytes() == ends.getLast(), "another end");
    int cut = ends.get((ends.size() - 1) / 2);
    ImaPosition middle =
        authentic(ImaReplay.ofFile(Arrays.copyOf(input, cut)), "its first half").reached();
    byte[] rest = Arrays.copyOfRange(input, cut, ends.getLast());
    if (rest.length > 0 && input[0] < ' ' == rest[0] < ' ' && bank(input) == bank(rest)) {
      Digest quoted = whole.reached().value();
      ImaReplay second =
          authentic(ImaReplay.towards(rest, middle, quoted, false), "its second half");
      require(second.reached().equals(whole.reached()), "two pieces lead elsewhere");
    }
    return true;
  }

  /** Template digests are not believed, and so may be made up to look like a template's name. */
  private static int bank(byte[] log) {
    return new BinaryImaLogReader(log).digestBytes();
  }

  private static ImaReplay authentic(Verification<ImaReplay> replay, String what) {
    if (replay instanceof Verification.Authentic<ImaReplay>(ImaReplay value)) {
      return value;
    }
    throw new AssertionError("refused " + what + " of a log that it took: " + replay);
  }

  /** What is read is written as the same log. */
  static boolean launchLog(byte[] input) {
    LaunchLog log;
    try {
      log = LaunchLog.parse(input);
    } catch (MalformedMessageException e) {
      return false;
    }
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    written.writeBytes(LaunchLog.baselineLine(log.register(), log.baseline()));
    long number = 0;
    for (LaunchLog.Entry entry : log.entries()) {
      require(Digest.hash(entry.measured().toArray()).equals(entry.digest()), "another digest");
      written.writeBytes(LaunchLog.eventLine(++number, log.register(), entry.measured().toArray()));
    }
    try {
      require(LaunchLog.parse(written.toByteArray()).equals(log), "another log");
    } catch (MalformedMessageException e) {
      throw new AssertionError("refused what it wrote itself", e);
    }
    return true;
  }

  /** One event in a log whose digests fit, which a fuzzer would not find by itself. */
  static boolean launchEvent(byte[] input) {
    byte[] line;
    try {
      line = LaunchLog.eventLine(1, REGISTER, input);
    } catch (IllegalArgumentException e) {
      return false; // No UTF-8, or over a record's bound: nobody writes such a line.
    }
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    log.writeBytes(BASELINE);
    log.writeBytes(line);
    return launchLog(log.toByteArray());
  }
}
