// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import dev.signet.protocol.Bytes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One event as the log has it. Only the digests take part in a replay.
 *
 * @param number its place in the log, from 0
 * @param pcr 0 to 23; of an event that is not extended anything
 * @param type see {@link EventType}; no digest covers it
 * @param digests in the order of the log
 * @param data what the event says was measured, or about it
 */
public record FirmwareEvent(int number, long pcr, long type, Map<Bank, Bytes> digests, Bytes data) {
  public FirmwareEvent {
    digests = Collections.unmodifiableMap(new LinkedHashMap<>(digests));
  }

  /** Whether it changed its PCR. */
  public boolean extended() {
    return type != EventType.NO_ACTION;
  }

  public Optional<Bytes> digest(Bank bank) {
    return Optional.ofNullable(digests.get(bank));
  }

  @Override
  public String toString() {
    return "event " + number + " (PCR " + pcr + ", " + EventType.name(type) + ")";
  }
}
