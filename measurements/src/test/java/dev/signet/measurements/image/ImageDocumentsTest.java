// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.measurements.image.ImageMeasurement.Refused;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Documents of an image that two readers could take for two things, or that say too much. */
class ImageDocumentsTest {
  @TempDir Path dir;

  static Stream<Arguments> manifests() {
    return Stream.of(
        arguments("\"layers\"", "\"fsLayers\":[],\"layers\"", Reason.BAD_IMAGE_MANIFEST),
        arguments("\"layers\"", "\"signatures\":[],\"layers\"", Reason.BAD_IMAGE_MANIFEST),
        arguments("\"layers\":\\[.*\\]", "\"layers\":{}", Reason.BAD_IMAGE_MANIFEST),
        arguments("\"schemaVersion\":2", "\"schemaVersion\":1", Reason.BAD_IMAGE_MANIFEST),
        arguments("image[.]layer[.]v1", "image.layer.nondistributable.v1", Reason.FOREIGN_LAYER));
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void attack30ManifestOfTwoKinds(String part, String other, Reason reason) throws Exception {
    TestImage.small().manifest(m -> changed(m, part, other)).writeTo(dir);
    refused(reason);
  }

  static Stream<Arguments> configurations() {
    return Stream.of(
        arguments("\"/work\"", "\"work\""),
        arguments("PATH=/bin", "PATH"),
        arguments("PATH=/bin", "=/bin"),
        arguments("PATH=/bin", "PATH=/bin\\\\u0000x"),
        arguments("--serve", "--serve\\\\u0000--evil"),
        arguments("\"1000\"", "\"1000\\\\u0000\""),
        arguments("\"type\":\"layers\"", "\"type\":\"other\""),
        arguments("\"type\":\"layers\",", ""));
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void attack30ConfigurationThatCannotBeMeant(String part, String other) throws Exception {
    TestImage.small().config(c -> changed(c, part, other)).writeTo(dir);
    refused(Reason.BAD_CONFIG);
  }

  @Test
  void attack30IndexOfTwoKinds() throws Exception {
    String image = TestImage.small().writeTo(dir);
    for (String other :
        new String[] {
          TestImage.indexOf(image).replace(TestImage.INDEX, TestImage.MANIFEST),
          TestImage.indexOf(image).replace("\"manifests\"", "\"config\":{},\"manifests\""),
          TestImage.indexOf(image).replace("\"schemaVersion\":2", "\"schemaVersion\":1")
        }) {
      assertThat(other).isNotEqualTo(TestImage.indexOf(image));
      TestImage.write(dir.resolve("index.json"), other.getBytes(StandardCharsets.UTF_8));
      refused(Reason.BAD_INDEX);
    }
  }

  @Test
  void attack30IndexThatListsTooMuch() throws Exception {
    String image = TestImage.small().writeTo(dir);
    byte[] inner = TestImage.indexOf(image).getBytes(StandardCharsets.UTF_8);
    String index = TestImage.blob(dir, inner, TestImage.INDEX, "");
    TestImage.writeIndex(dir, String.join(",", Collections.nCopies(16, index)));
    assertThat(measure()).isInstanceOf(ImageMeasurement.Measured.class);
    TestImage.writeIndex(dir, String.join(",", Collections.nCopies(17, index)));
    refused(Reason.BAD_INDEX);
    TestImage.writeIndex(
        dir,
        IntStream.range(0, 1001)
            .mapToObj(
                i ->
                    "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":1}"
                        .formatted(TestImage.MANIFEST, Digest.hash(new byte[i])))
            .collect(Collectors.joining(",")));
    refused(Reason.BAD_INDEX);
  }

  private static String changed(String document, String part, String other) {
    String changed = document.replaceAll(part, other);
    assertThat(changed).isNotEqualTo(document);
    return changed;
  }

  private ImageMeasurement measure() throws IOException {
    return ImageRuler.measure(OciLayout.open(dir), ImageSelection.only());
  }

  private void refused(Reason reason) throws IOException {
    assertThat(measure())
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).as(r.detail()).isEqualTo(reason));
  }
}
