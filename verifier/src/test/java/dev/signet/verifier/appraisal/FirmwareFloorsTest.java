// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Refusal;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FirmwareFloorsTest {
  private static final String MAKER = "id:49465800";
  private static final FirmwareFloors FLOORS =
      new FirmwareFloors(Map.of(MAKER, 0x0007_0055_0000_0000L, "id:53544D20", -2L));

  private static Optional<Finding> finding(String maker, long version) {
    return FLOORS.finding(Optional.of(maker), version);
  }

  @Test
  void whereThereAreNoFloorsNothingIsAsked() {
    assertThat(FirmwareFloors.NONE.finding(Optional.empty(), 0)).isEmpty();
    assertThat(finding("id:4E544300", 0)).as("a maker without a floor").isEmpty();
  }

  @Test
  void attack25FirmwareBelowTheFloorIsRefused() {
    assertThat(finding(MAKER, 0x0007_0055_0000_0000L)).isEmpty();
    assertThat(finding(MAKER, 0x0007_0055_0000_0001L)).isEmpty();
    assertThat(finding(MAKER, 0x0007_0054_FFFF_FFFFL))
        .contains(
            new Finding(
                Refusal.FIRMWARE_TOO_OLD,
                "firmware of id:49465800: expected 0007005500000000 or later, got"
                    + " 00070054ffffffff"));
  }

  @Test
  void attack25VersionsHaveNoSign() {
    assertThat(finding("id:53544D20", -1)).isEmpty();
    assertThat(finding("id:53544D20", Long.MAX_VALUE)).isPresent();
  }

  @Test
  void attack25MakerThatIsNotKnownIsNotForgiven() {
    assertThat(FLOORS.finding(Optional.empty(), -1))
        .contains(
            new Finding(
                Refusal.FIRMWARE_TOO_OLD,
                "the TPM's maker is not known here; enrol the host again"));
  }
}
