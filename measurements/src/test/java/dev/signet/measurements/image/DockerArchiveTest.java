// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.image.ImageMeasurement.Measured;
import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.measurements.image.ImageMeasurement.Refused;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerArchiveTest {
  private static final byte[] LOWER = TestTar.of("etc/agent.conf", "mode=good");
  private static final byte[] UPPER = TestTar.of("bin/agent", "#!");
  private static final String LIST =
      "[{\"Config\":\"c.json\",\"RepoTags\":null,\"Layers\":[\"a/layer.tar\",\"b/layer.tar\"]}]";

  @TempDir Path dir;

  @Test
  void measuresConfigurationAndLayers() throws Exception {
    Measured image = measured(archive(LIST, LOWER, UPPER));
    assertThat(image.configDigest()).isEqualTo(Digest.hash(config()));
    assertThat(image.layers())
        .extracting(ImageLayer::diffId)
        .containsExactly(Digest.hash(LOWER), Digest.hash(UPPER));
    assertThat(image.config().entrypoint()).containsExactly("/bin/agent");
  }

  @Test
  void sameImageHasTheSameManifestHoweverItIsPacked() throws Exception {
    Measured plain = measured(archive(LIST, LOWER, UPPER));
    byte[] gzip = archive(LIST, TestImage.gzip(LOWER), UPPER);
    assertThat(measured(gzip)).isEqualTo(plain);
    byte[] names =
        new TestTar()
            .add('0', "x", "", UPPER)
            .directory("d/")
            .add('0', "c.json", "", config())
            .add('0', "y", "", LOWER)
            .file("manifest.json", LIST.replace("a/layer.tar", "y").replace("b/layer.tar", "x"))
            .end();
    assertThat(measured(names)).isEqualTo(plain);
  }

  @Test
  void copyIsALayoutWithTheSameMeasurement() throws Exception {
    Path file = Files.write(dir.resolve("image.tar"), archive(LIST, LOWER, UPPER));
    Path layout = dir.resolve("layout");
    Measured image;
    try (DockerArchive archive = DockerArchive.open(file)) {
      image = (Measured) ImageRuler.measure(archive, ImageSelection.only());
      LayoutCopy.write(archive, image, layout);
    }
    assertThat(ImageRuler.measure(OciLayout.open(layout), ImageSelection.only())).isEqualTo(image);
  }

  @Test
  void attack30ChangedArchivesAreRefusedByName() throws Exception {
    byte[] evil = TestTar.of("etc/agent.conf", "mode=evil");
    assertRefused(Reason.DIGEST_MISMATCH, archive(LIST, evil, UPPER));
    assertRefused(Reason.DIGEST_MISMATCH, archive(LIST, UPPER, LOWER));
    assertRefused(
        Reason.LAYER_COUNT_MISMATCH, archive(LIST.replace(",\"b/layer.tar\"", ""), LOWER, UPPER));
    assertRefused(
        Reason.MISSING_BLOB, archive(LIST.replace("b/layer.tar", "../../etc"), LOWER, UPPER));
    assertRefused(Reason.BAD_INDEX, archive("{}", LOWER, UPPER));
    assertRefused(Reason.AMBIGUOUS_IMAGE, archive(LIST.replace("}]", "},{}]"), LOWER, UPPER));
    assertRefused(Reason.NOT_A_LAYOUT, TestTar.of("a", "a"));
    assertRefused(
        Reason.UNSUPPORTED_COMPRESSION,
        archive(LIST, new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, UPPER));
    assertRefused(
        Reason.DUPLICATE_ENTRY,
        new TestTar().file("manifest.json", LIST).file("manifest.json", LIST).end());
    byte[] good = archive(LIST, LOWER, UPPER);
    assertRefused(Reason.BAD_TAR, Arrays.copyOf(good, good.length - 1024));
  }

  private Measured measured(byte[] archive) throws IOException {
    ImageMeasurement measurement = measure(archive);
    assertThat(measurement).isInstanceOf(Measured.class);
    return (Measured) measurement;
  }

  private void assertRefused(Reason reason, byte[] archive) throws IOException {
    assertThat(measure(archive))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).as(r.detail()).isEqualTo(reason));
  }

  private ImageMeasurement measure(byte[] bytes) throws IOException {
    Path file = Files.write(dir.resolve("image.tar"), bytes);
    try (DockerArchive archive = DockerArchive.open(file, HostileImages.LIMITS)) {
      return ImageRuler.measure(archive, ImageSelection.only());
    }
  }

  private static byte[] archive(String list, byte[] lower, byte[] upper) {
    return new TestTar()
        .add('0', "c.json", "", config())
        .add('0', "a/layer.tar", "", lower)
        .add('0', "b/layer.tar", "", upper)
        .add('0', "manifest.json", "", TestImage.bytes(list))
        .end();
  }

  private static byte[] config() {
    return TestImage.bytes(
        """
        {"architecture":"amd64","os":"linux","config":{"Entrypoint":["/bin/agent"]},\
        "rootfs":{"type":"layers","diff_ids":["%s","%s"]}}"""
            .formatted(Digest.hash(LOWER), Digest.hash(UPPER)));
  }
}
