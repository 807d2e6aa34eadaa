// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.measure;

import dev.signet.measurements.image.ImageMeasurement;
import dev.signet.measurements.image.ImageRuler;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.OciLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Measures one image in a JVM of its own and says the most memory that was resident, in KiB. */
public final class MeasureProcess {
  private MeasureProcess() {}

  /** Argument: the layout. */
  public static void main(String[] args) throws IOException {
    ImageMeasurement measurement =
        ImageRuler.measure(OciLayout.open(Path.of(args[0])), ImageSelection.only());
    if (!(measurement instanceof ImageMeasurement.Measured)) {
      throw new IOException("expected an image that can be measured, got " + measurement);
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        System.out.println(line.replaceAll("[^0-9]", ""));
      }
    }
  }
}
