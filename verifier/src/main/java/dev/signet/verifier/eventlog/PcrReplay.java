// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import dev.signet.protocol.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The PCR values that a log leads to: for each event, in order, {@code value = H(value || digest)}.
 *
 * <p>PCRs start as zeros, with these exceptions (PFP 3.2.2, TPM 2.0 Part 1, 34.3): PCR 17 to 22
 * start as ones; the last byte of PCR 0 is the locality of TPM2_Startup, as a StartupLocality event
 * tells, or 4 after an H-CRTM event. A false one leads elsewhere than to what the TPM quotes.
 */
public final class PcrReplay {
  private static final int FIRST_DRTM_PCR = 17;
  private static final int LAST_DRTM_PCR = 22;
  private static final int HCRTM_LOCALITY = 4;
  private static final byte[] STARTUP_LOCALITY =
      "StartupLocality\0".getBytes(StandardCharsets.US_ASCII);

  private final int startupLocality;
  private final Map<Bank, SortedMap<Integer, Bytes>> values;

  private PcrReplay(int startupLocality, Map<Bank, SortedMap<Integer, Bytes>> values) {
    this.startupLocality = startupLocality;
    this.values = Collections.unmodifiableMap(values);
  }

  static PcrReplay of(FirmwareLog log) {
    int locality = startupLocality(log);
    Map<Bank, SortedMap<Integer, Bytes>> values = new LinkedHashMap<>();
    for (Bank bank : log.banks()) {
      bank.digest().ifPresent(hash -> values.put(bank, replay(log, bank, hash, locality)));
    }
    return new PcrReplay(locality, values);
  }

  private static SortedMap<Integer, Bytes> replay(
      FirmwareLog log, Bank bank, MessageDigest hash, int locality) {
    SortedMap<Integer, byte[]> running = new TreeMap<>();
    for (FirmwareEvent event : log.events()) {
      Optional<Bytes> digest = event.digest(bank);
      if (event.extended() && digest.isPresent()) {
        int pcr = (int) event.pcr();
        hash.update(running.computeIfAbsent(pcr, p -> start(p, bank, locality)));
        running.put(pcr, hash.digest(digest.get().toArray()));
      }
    }
    SortedMap<Integer, Bytes> values = new TreeMap<>();
    running.forEach((pcr, value) -> values.put(pcr, Bytes.of(value)));
    return Collections.unmodifiableSortedMap(values);
  }

  private static byte[] start(int pcr, Bank bank, int locality) {
    byte[] value = new byte[bank.digestBytes()];
    if (pcr >= FIRST_DRTM_PCR && pcr <= LAST_DRTM_PCR) {
      Arrays.fill(value, (byte) 0xFF);
    }
    if (pcr == 0) {
      value[value.length - 1] = (byte) locality;
    }
    return value;
  }

  private static int startupLocality(FirmwareLog log) {
    for (FirmwareEvent event : log.events()) {
      if (event.type() == EventType.NO_ACTION
          && event.data().size() == STARTUP_LOCALITY.length + 1
          && EventData.startsWith(event.data(), STARTUP_LOCALITY)) {
        return event.data().toArray()[STARTUP_LOCALITY.length] & 0xFF;
      }
      if (event.extended() && event.pcr() == 0) {
        return event.type() == EventType.HCRTM ? HCRTM_LOCALITY : 0;
      }
    }
    return 0;
  }

  /** Of TPM2_Startup, as the log tells: 0, 3, or 4 with a hardware root of trust. */
  public int startupLocality() {
    return startupLocality;
  }

  /** By bank; of each the PCRs that at least one event changed. */
  public Map<Bank, SortedMap<Integer, Bytes>> values() {
    return values;
  }
}
