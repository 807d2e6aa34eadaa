// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.measurements.image.ImageMeasurement.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HostileImagesTest {
  @TempDir Path dir;

  static List<HostileImages.Case> cases() {
    return HostileImages.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void attack30HostileImageIsRefusedByName(HostileImages.Case hostile) throws Exception {
    hostile.write().accept(dir);
    ImageMeasurement measurement =
        ImageRuler.measure(OciLayout.open(dir), ImageSelection.only(), HostileImages.LIMITS);
    assertThat(measurement)
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).as(r.detail()).isEqualTo(hostile.reason()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void attack28NothingOfAHostileImageIsKept(HostileImages.Case hostile) throws Exception {
    hostile.write().accept(dir);
    Discarding sink = new Discarding();
    ImageMeasurement measurement =
        ImageRuler.unpack(OciLayout.open(dir), ImageSelection.only(), HostileImages.LIMITS, sink);
    assertThat(measurement).isInstanceOf(Refused.class);
    assertThat(sink.discarded).isEqualTo(1);
  }

  @Test
  void everyReasonHasAnImage() {
    Set<Reason> tried = EnumSet.noneOf(Reason.class);
    HostileImages.all().forEach(c -> tried.add(c.reason()));
    assertThat(tried).isEqualTo(EnumSet.allOf(Reason.class));
  }

  private static final class Discarding implements EntrySink {
    private int discarded;

    @Override
    public void layer(ImageLayer layer) {
      assertThat(discarded).isZero();
    }

    @Override
    public void entry(LayerEntry entry, InputStream content) throws IOException {
      assertThat(content.readAllBytes()).hasSize((int) entry.size());
    }

    @Override
    public void discard() {
      discarded++;
    }
  }
}
