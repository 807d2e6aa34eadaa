// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.appraisal.FirmwareLogAppraisal;
import dev.signet.verifier.eventlog.Bank;
import dev.signet.verifier.eventlog.EventData;
import dev.signet.verifier.eventlog.EventDescription;
import dev.signet.verifier.eventlog.EventType;
import dev.signet.verifier.eventlog.FirmwareEvent;
import dev.signet.verifier.eventlog.FirmwareLog;
import dev.signet.verifier.eventlog.PcrReplay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "eventlog",
    description = {
      "Reads a firmware event log, such as"
          + " /sys/kernel/security/tpm0/binary_bios_measurements, and prints its events and the"
          + " PCR values that they lead to. What an event says of itself is the log's word; a mark"
          + " tells where its digest proves it."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:a well-formed log that leads to what was given and fits the policy",
      "1:well-formed, but it leads to other values than --pcr says, or does not fit",
      "2:not a firmware event log, or not a whole one"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet check eventlog binary_bios_measurements",
      "  signet check eventlog binary_bios_measurements --json",
      "  signet check eventlog binary_bios_measurements --pcr 7=HEX --policy boot-policy.json"
    })
final class CheckEventLogCommand implements SignetCommand {
  private final Invocation invocation;

  @Parameters(paramLabel = "FILE", description = "The log, or - for standard input.")
  private Path file;

  @Option(
      names = "--pcr",
      paramLabel = "N=HEX",
      description = "A value of the SHA-256 bank that the log must lead to. Repeatable.")
  private Map<Integer, String> pcrs = new TreeMap<>();

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "A policy, as signet policy learn eventlog makes it and registrations have it, that the"
              + " log must fit.")
  private Path policy;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  CheckEventLogCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /** PCR values in hexadecimal, by bank and index. */
  private record Result(
      String outcome,
      int exit,
      List<Finding> findings,
      String format,
      int startupLocality,
      Map<String, SortedMap<Integer, String>> pcrs,
      List<Event> events) {}

  /**
   * @param proved banks whose digest is that of the data, or of its part that is hashed
   * @param data in hexadecimal
   */
  private record Event(
      int number,
      long pcr,
      String type,
      Map<String, String> digests,
      String description,
      List<String> proved,
      String data) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    FirmwareLog log = FirmwareLogFile.read(file, invocation);
    PcrReplay replay = log.replay();
    List<Finding> findings = differences(replay);
    if (policy != null) {
      FirmwareLogAppraisal.findings(FirmwareLogFile.policy(policy), log)
          .forEach(f -> findings.add(new Finding(f.reason().name(), f.detail())));
    }
    ExitCode code = findings.isEmpty() ? ExitCode.GOOD : ExitCode.REFUSED;
    if (json) {
      invocation.print(
          new Result(
              code.outcome(),
              code.code(),
              findings,
              log.format().label(),
              replay.startupLocality(),
              values(replay),
              log.events().stream().map(CheckEventLogCommand::event).toList()));
      return code;
    }
    describe(log, replay);
    for (Finding finding : findings) {
      invocation.note("refused: " + finding.reason() + ": " + finding.detail());
    }
    return code;
  }

  private List<Finding> differences(PcrReplay replay) throws CommandFailure {
    List<Finding> findings = new ArrayList<>();
    SortedMap<Integer, Bytes> replayed = replay.values().getOrDefault(Bank.SHA256, new TreeMap<>());
    for (Map.Entry<Integer, String> given : pcrs.entrySet()) {
      String expected = given.getValue();
      if (given.getKey() < 0 || given.getKey() > 23 || !expected.matches("[0-9a-f]{64}")) {
        throw CommandFailure.usage(
            "--pcr: expected an index of 0 to 23, = and 64 lower-case hexadecimal digits, got "
                + given.getKey()
                + "="
                + expected);
      }
      Bytes value = replayed.get(given.getKey());
      if (value == null || !value.toHex().equals(expected)) {
        findings.add(
            new Finding(
                Refusal.FIRMWARE_LOG_DOES_NOT_REPLAY.name(),
                "PCR %d: expected %s, the log leads to %s"
                    .formatted(
                        given.getKey(),
                        expected,
                        value == null ? "none, having no event of it" : value.toHex())));
      }
    }
    return findings;
  }

  private static Map<String, SortedMap<Integer, String>> values(PcrReplay replay) {
    Map<String, SortedMap<Integer, String>> values = new LinkedHashMap<>();
    replay
        .values()
        .forEach(
            (bank, pcrs) -> {
              SortedMap<Integer, String> hex = new TreeMap<>();
              pcrs.forEach((pcr, value) -> hex.put(pcr, value.toHex()));
              if (!hex.isEmpty()) {
                values.put(bank.name(), hex);
              }
            });
    return values;
  }

  private static Event event(FirmwareEvent event) {
    Map<String, String> digests = new LinkedHashMap<>();
    event.digests().forEach((bank, digest) -> digests.put(bank.name(), digest.toHex()));
    return new Event(
        event.number(),
        event.pcr(),
        EventType.name(event.type()),
        digests,
        EventDescription.of(event),
        event.digests().keySet().stream()
            .filter(bank -> EventData.proved(event, bank).isPresent())
            .map(Bank::name)
            .toList(),
        event.data().toHex());
  }

  private void describe(FirmwareLog log, PcrReplay replay) {
    for (FirmwareEvent event : log.events()) {
      boolean proved =
          event.digests().keySet().stream()
              .anyMatch(bank -> EventData.proved(event, bank).isPresent());
      invocation.say(
          "%4d  PCR %-2d  %-32s %s%s"
              .formatted(
                  event.number(),
                  event.pcr(),
                  EventType.name(event.type()),
                  proved ? "proved: " : "",
                  EventDescription.of(event)));
    }
    if (replay.startupLocality() != 0) {
      invocation.say("startup locality " + replay.startupLocality());
    }
    values(replay)
        .forEach(
            (bank, pcrs) ->
                pcrs.forEach(
                    (pcr, hex) -> invocation.say("%-7s %2d  %s".formatted(bank, pcr, hex))));
    if (log.format() == FirmwareLog.Format.SHA1_ONLY) {
      invocation.note("this log has SHA-1 digests only, which no verifier of Signet believes");
    }
  }
}
