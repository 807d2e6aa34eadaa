// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import dev.signet.protocol.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * A firmware event log that is well-formed. Nothing in it is proved.
 *
 * @param format how it is written
 * @param banks whose digests its events may carry, as the log declares
 * @param events in the order in which they happened, the header (Spec ID event) among them
 */
public record FirmwareLog(Format format, List<Bank> banks, List<FirmwareEvent> events) {
  public FirmwareLog {
    banks = List.copyOf(banks);
    events = List.copyOf(events);
  }

  /** How a log is written. */
  public enum Format {
    /** TCG_PCR_EVENT2 after a header that names the banks (PFP 10.2.2 and 10.4.5.1). */
    CRYPTO_AGILE("crypto-agile"),
    /** TCG_PCClientPCREvent with one SHA-1 digest each (PFP 10.2.1): good for reading only. */
    SHA1_ONLY("sha1");

    private final String label;

    Format(String label) {
      this.label = label;
    }

    /** The name in JSON. */
    public String label() {
      return label;
    }
  }

  /**
   * @param log as Linux gives it in {@code binary_bios_measurements}
   * @throws MalformedEventLogException saying where, what was expected and what came
   */
  public static FirmwareLog parse(Bytes log) throws MalformedEventLogException {
    return new FirmwareLogParser(log.toArray()).parse();
  }

  /** The events that were extended into a PCR, in order. */
  public List<FirmwareEvent> events(int pcr) {
    return events.stream().filter(event -> event.extended() && event.pcr() == pcr).toList();
  }

  /** Why the SHA-256 bank of a PCR cannot be replayed: no event, or one without a digest. */
  public Optional<String> gap(int pcr) {
    List<FirmwareEvent> of = events(pcr);
    if (of.isEmpty()) {
      return Optional.of("PCR " + pcr + ": expected at least one event, the log has none");
    }
    return of.stream()
        .filter(event -> event.digest(Bank.SHA256).isEmpty())
        .findFirst()
        .map(
            event ->
                "PCR %d: expected a SHA-256 digest of each event, %s has those of %s"
                    .formatted(pcr, event, event.digests().keySet()));
  }

  /** Replays all banks. */
  public PcrReplay replay() {
    return PcrReplay.of(this);
  }
}
