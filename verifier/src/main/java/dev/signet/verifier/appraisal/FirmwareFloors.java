// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.protocol.Refusal;
import java.util.Map;
import java.util.Optional;

/**
 * The lowest firmwareVersion that is accepted of each maker's TPMs. The number is quoted as it is,
 * since attestation keys are in the endorsement hierarchy (Part 1 section 36.7); what its parts
 * mean is the maker's, but later versions are greater.
 *
 * @param byManufacturer u64, by {@code id:} and eight hexadecimal digits in upper case
 */
public record FirmwareFloors(Map<String, Long> byManufacturer) {
  public static final FirmwareFloors NONE = new FirmwareFloors(Map.of());

  public FirmwareFloors {
    byManufacturer = Map.copyOf(byManufacturer);
  }

  /**
   * @param manufacturer from the EK certificate; empty if it is not known, which no floor forgives
   * @param version u64, as quoted
   */
  public Optional<Finding> finding(Optional<String> manufacturer, long version) {
    if (byManufacturer.isEmpty()) {
      return Optional.empty();
    }
    if (manufacturer.isEmpty()) {
      return found("the TPM's maker is not known here; enrol the host again");
    }
    Long floor = byManufacturer.get(manufacturer.get());
    return floor == null || Long.compareUnsigned(version, floor) >= 0
        ? Optional.empty()
        : found(
            "firmware of %s: expected %016x or later, got %016x"
                .formatted(manufacturer.get(), floor, version));
  }

  private static Optional<Finding> found(String detail) {
    return Optional.of(new Finding(Refusal.FIRMWARE_TOO_OLD, detail));
  }
}
