// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The two formats of PFP section 10. The first event tells which one it is. */
final class FirmwareLogParser {
  private static final byte[] SPEC_ID = "Spec ID Event03\0".getBytes(StandardCharsets.US_ASCII);
  private static final int LAST_PCR = 23;

  private final LogReader reader;
  private final int size;
  private final Map<Integer, Bank> banks = new LinkedHashMap<>();
  private final List<FirmwareEvent> events = new ArrayList<>();

  FirmwareLogParser(byte[] log) {
    this.reader = new LogReader(log, "firmware event log");
    this.size = log.length;
  }

  FirmwareLog parse() throws MalformedEventLogException {
    if (size > Limits.FIRMWARE_LOG_BYTES) {
      throw reader.malformed("at most " + Limits.FIRMWARE_LOG_BYTES + " bytes", size);
    }
    FirmwareEvent first = sha1Event();
    events.add(first);
    boolean agile = isHeader(first);
    if (agile) {
      readHeader(first.data());
    } else {
      banks.put(Bank.SHA1.algorithm(), Bank.SHA1);
    }
    while (!reader.atEnd()) {
      if (events.size() >= Limits.FIRMWARE_LOG_EVENTS) {
        throw reader.malformed("at most " + Limits.FIRMWARE_LOG_EVENTS + " events", "more");
      }
      FirmwareEvent event = agile ? agileEvent() : sha1Event();
      if (isHeader(event)) {
        throw reader.malformed("one header, at the beginning", "another as " + event);
      }
      events.add(event);
    }
    return new FirmwareLog(
        agile ? FirmwareLog.Format.CRYPTO_AGILE : FirmwareLog.Format.SHA1_ONLY,
        List.copyOf(banks.values()),
        events);
  }

  /** TCG_PCClientPCREvent. */
  private FirmwareEvent sha1Event() throws MalformedEventLogException {
    long pcr = reader.u32("pcrIndex");
    long type = reader.u32("eventType");
    Bytes digest = reader.exactly(Bank.SHA1.digestBytes(), "digest");
    return event(pcr, type, Map.of(Bank.SHA1, digest));
  }

  /** TCG_PCR_EVENT2. */
  private FirmwareEvent agileEvent() throws MalformedEventLogException {
    long pcr = reader.u32("pcrIndex");
    long type = reader.u32("eventType");
    long count = reader.u32("digests.count");
    if (count < 1 || count > banks.size()) {
      throw reader.malformed("1 to " + banks.size() + " digests", count);
    }
    Map<Bank, Bytes> digests = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      int algorithm = reader.u16("digests.hashAlg");
      Bank bank = banks.get(algorithm);
      if (bank == null) {
        throw reader.malformed(
            "an algorithm of the header, " + banks.values(), "%04x".formatted(algorithm));
      }
      if (digests.put(bank, reader.exactly(bank.digestBytes(), "digest")) != null) {
        throw reader.malformed("each bank's digest once", bank + " twice");
      }
    }
    return event(pcr, type, digests);
  }

  private FirmwareEvent event(long pcr, long type, Map<Bank, Bytes> digests)
      throws MalformedEventLogException {
    if (type != EventType.NO_ACTION && pcr > LAST_PCR) {
      throw reader.malformed("a PCR of 0 to " + LAST_PCR, pcr);
    }
    Bytes data = reader.exactly(reader.u32("eventSize"), "event");
    return new FirmwareEvent(events.size(), pcr, type, digests, data);
  }

  private static boolean isHeader(FirmwareEvent event) {
    return event.type() == EventType.NO_ACTION
        && event.pcr() == 0
        && EventData.startsWith(event.data(), SPEC_ID);
  }

  /** TCG_EfiSpecIdEvent. */
  private void readHeader(Bytes data) throws MalformedEventLogException {
    LogReader header = new LogReader(data.toArray(), "Spec ID event");
    header.exactly(SPEC_ID.length, "signature");
    header.u32("platformClass");
    header.exactly(3, "specVersion");
    header.u8("uintnSize");
    long count = header.u32("numberOfAlgorithms");
    if (count < 1 || count > Limits.FIRMWARE_LOG_BANKS) {
      throw header.malformed("1 to " + Limits.FIRMWARE_LOG_BANKS + " algorithms", count);
    }
    for (int i = 0; i < count; i++) {
      int algorithm = header.u16("algorithmId");
      int digestBytes = header.u16("digestSize");
      Bank bank;
      try {
        bank = new Bank(algorithm, digestBytes);
      } catch (IllegalArgumentException e) {
        throw new MalformedEventLogException("Spec ID event, " + e.getMessage());
      }
      if (banks.put(algorithm, bank) != null) {
        throw header.malformed("each algorithm once", bank + " twice");
      }
    }
    int vendorInfo = header.u8("vendorInfoSize");
    if (header.atEnd()) {
      // Some firmware does not count it in eventSize: it follows the event.
      reader.exactly(vendorInfo, "vendorInfo");
      return;
    }
    header.exactly(vendorInfo, "vendorInfo");
    header.end();
  }
}
