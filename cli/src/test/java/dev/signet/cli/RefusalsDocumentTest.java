// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.attestor.AttestorException;
import dev.signet.attestor.Provisioning;
import dev.signet.launcher.container.ContainerImage;
import dev.signet.launcher.egress.EgressReason;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.image.signature.ImageSignatureVerification;
import dev.signet.measurements.sigstore.BundleVerification;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.QuoteFlaw;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/refusals.md} tells about every refusal, and about none that does not exist. */
class RefusalsDocumentTest {
  private static final Pattern ROW =
      Pattern.compile("\\| `([A-Z0-9_]+)`(?: \\((\\d{3})\\))? \\|([^|]+)\\|([^|]+)\\|([^|]+)\\|");

  private final Map<String, Matcher> rows = new HashMap<>();

  RefusalsDocumentTest() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("..", "docs", "refusals.md"));
    for (String line : lines) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertThat(rows.put(row.group(1), row)).as(row.group(1) + " stands twice").isNull();
      } else {
        assertThat(line).as("a row that breaks the form").doesNotStartWith("| `");
      }
    }
  }

  @Test
  void everyRefusalHasALineThatSaysWhatToDo() {
    assertThat(rows.keySet())
        .containsExactlyInAnyOrderElementsOf(
            Stream.<Enum<?>[]>of(
                    Refusal.values(),
                    Provisioning.Reason.values(),
                    AttestorException.Reason.values(),
                    EgressReason.values(),
                    JarMeasurement.Reason.values(),
                    QuoteFlaw.values(),
                    AuditLogCheck.Flaw.values(),
                    BundleVerification.Flaw.values(),
                    BundleVerification.Mismatch.values(),
                    ImageMeasurement.Reason.values(),
                    ContainerImage.Fault.values(),
                    ImageSignatureVerification.Reason.values(),
                    ImageSignatureVerification.Fault.values())
                .flatMap(Arrays::stream)
                .map(Enum::name)
                .distinct()
                .toList());
    for (Matcher row : rows.values()) {
      for (int column = 3; column <= 5; column++) {
        assertThat(row.group(column).strip()).as(row.group(1)).hasSizeGreaterThan(3);
      }
    }
  }

  @Test
  void statusIsThatOfTheProtocol() {
    for (Refusal refusal : Refusal.values()) {
      assertThat(rows.get(refusal.name()).group(2))
          .as(refusal.name())
          .isEqualTo(Integer.toString(refusal.status()));
    }
    for (EgressReason reason : EgressReason.values()) {
      assertThat(rows.get(reason.name()).group(2))
          .as(reason.name())
          .isEqualTo(Integer.toString(reason.status()));
    }
  }
}
