// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.image.ImageMeasurement.Measured;
import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.measurements.image.ImageMeasurement.Refused;
import dev.signet.protocol.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageRulerTest {
  @TempDir Path dir;

  @Test
  void measuresWhatTheLayoutHolds() throws Exception {
    byte[] lower = TestTar.of("etc/agent.conf", "mode=good");
    byte[] upper = TestTar.of("bin/agent", "#!");
    String descriptor = new TestImage().layer(lower).plainLayer(upper).writeTo(dir);
    Measured image = measured(ImageSelection.only());
    assertThat(image.manifest()).isEqualTo(TestImage.digestIn(descriptor));
    byte[] manifest = Files.readAllBytes(OciLayout.blobIn(dir, image.manifest()));
    assertThat(image.manifestSize()).isEqualTo(manifest.length);
    assertThat(new String(manifest, StandardCharsets.UTF_8))
        .contains(image.configDigest().toString());
    assertThat(image.layers())
        .containsExactly(
            new ImageLayer(
                Digest.hash(TestImage.gzip(lower)),
                Digest.hash(lower),
                TestImage.GZIP,
                TestImage.gzip(lower).length),
            new ImageLayer(Digest.hash(upper), Digest.hash(upper), TestImage.TAR, upper.length));
    assertThat(image.config().entrypoint()).containsExactly("/bin/agent");
    assertThat(image.config().cmd()).containsExactly("--serve");
    assertThat(image.config().env()).containsExactly("PATH=/bin");
    assertThat(image.config().user()).isEqualTo("1000");
    assertThat(image.config().workingDir()).isEqualTo("/work");
    assertThat(image.config().platform()).hasToString("linux/amd64");
  }

  @Test
  void platformChoosesAmongSeveral() throws Exception {
    String amd = TestImage.small().writeTo(dir);
    String arm = TestImage.small().architecture("arm64").writeTo(dir);
    TestImage.writeIndex(dir, amd + "," + arm);
    assertThat(measured(ImageSelection.only().on(Platform.parse("linux/arm64"))).manifest())
        .isEqualTo(TestImage.digestIn(arm));
    assertThat(measure(ImageSelection.only().on(Platform.parse("linux/riscv64"))))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.NO_SUCH_IMAGE));
  }

  @Test
  void digestOfAnIndexLeadsToItsImages() throws Exception {
    String amd = TestImage.small().writeTo(dir);
    String arm = TestImage.small().architecture("arm64").writeTo(dir);
    byte[] index = TestImage.bytes(TestImage.indexOf(amd + "," + arm));
    String descriptor = TestImage.blob(dir, index, TestImage.INDEX, "");
    TestImage.writeIndex(dir, descriptor);
    ImageSelection selection = ImageSelection.of(Digest.hash(index));
    assertThat(measure(selection))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.AMBIGUOUS_PLATFORM));
    assertThat(measured(selection.on(Platform.parse("linux/amd64"))).manifest())
        .isEqualTo(TestImage.digestIn(amd));
    assertThat(measured(ImageSelection.only().on(Platform.parse("linux/amd64"))).manifest())
        .isEqualTo(TestImage.digestIn(amd));
  }

  @Test
  void statementsThatBuildersPutBesideAnImageAreNoImages() throws Exception {
    String image = TestImage.small().writeTo(dir);
    String attestation =
        image
            .replace("amd64", "unknown")
            .replace("\"linux\"", "\"unknown\"")
            .replace("sha256:", "sha256:");
    TestImage.writeIndex(
        dir, image + "," + attestation.replaceFirst("sha256:.{8}", "sha256:00000000"));
    assertThat(measured(ImageSelection.only()).manifest()).isEqualTo(TestImage.digestIn(image));
  }

  @Test
  void attack28IndexIsNotAskedWhereTheDigestIsKnown() throws Exception {
    Digest good = TestImage.digestIn(TestImage.small().writeTo(dir));
    TestImage.small().config(c -> c.replace("--serve", "--evil")).writeTo(dir);
    assertThat(measured(ImageSelection.only()).manifest()).isNotEqualTo(good);
    assertThat(measured(ImageSelection.of(good)).manifest()).isEqualTo(good);
  }

  @Test
  void attack28PlatformThatWasAskedForMustBeTheConfigurations() throws Exception {
    Digest digest = TestImage.digestIn(TestImage.small().writeTo(dir));
    assertThat(measure(ImageSelection.of(digest).on(Platform.parse("linux/arm64"))))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.PLATFORM_MISMATCH));
  }

  @Test
  void attack30EndlessLayerIsRefusedAtItsSize() throws Exception {
    new TestImage().plainLayer(TestTar.of("a", "a")).writeTo(dir);
    OciLayout layout = OciLayout.open(dir);
    ImageSource endless =
        new ImageSource() {
          @Override
          public InputStream index() throws IOException {
            return layout.index();
          }

          @Override
          public InputStream manifest(Digest digest) throws IOException {
            return layout.manifest(digest);
          }

          @Override
          public InputStream blob(Digest digest) throws IOException {
            byte[] blob = layout.blob(digest).readAllBytes();
            return blob[0] == '{'
                ? new ByteArrayInputStream(blob)
                : new SequenceInputStream(new ByteArrayInputStream(blob), zeros());
          }

          @Override
          public void close() {
            layout.close();
          }
        };
    assertThat(ImageRuler.measure(endless, ImageSelection.only(), HostileImages.LIMITS))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.SIZE_MISMATCH));
  }

  private static InputStream zeros() {
    return new InputStream() {
      @Override
      public int read() {
        return 0;
      }
    };
  }

  @Test
  void handsOutEveryEntryOfEveryLayer() throws Exception {
    String deep = "very/".repeat(30) + "deep";
    TestTar tar =
        new TestTar()
            .directory("./")
            .directory("usr/")
            .directory("usr/bin/")
            .file("./usr/bin/agent", "#!")
            .hardLink("usr/bin/again", "usr/bin/agent")
            .symbolicLink("bin", "/usr/bin")
            .symbolicLink("usr/bin/up", "../../bin/agent")
            .pax("path=" + deep, "mtime=1700000000.25", "uid=100000", "SCHILY.xattr.user.a=b")
            .file("short", "deep content")
            .add('L', "././@LongLink", "", TestImage.bytes("n".repeat(150) + "\0"))
            .file("n".repeat(100), "long")
            .file("usr/.wh.old", "")
            .file("usr/.wh..wh..opq", "");
    new TestImage().layer(tar.end()).layer(TestTar.of("usr/bin/agent", "newer")).writeTo(dir);
    Remembering sink = new Remembering();
    assertThat(
            ImageRuler.unpack(
                OciLayout.open(dir), ImageSelection.only(), ImageLimits.standard(), sink))
        .isInstanceOf(Measured.class);
    assertThat(sink.said)
        .containsExactly(
            "layer",
            "DIRECTORY ",
            "DIRECTORY usr",
            "DIRECTORY usr/bin",
            "FILE usr/bin/agent #!",
            "HARD_LINK usr/bin/again -> usr/bin/agent",
            "SYMBOLIC_LINK bin -> /usr/bin",
            "SYMBOLIC_LINK usr/bin/up -> ../../bin/agent",
            "FILE " + deep + " deep content",
            "FILE " + "n".repeat(150) + " long",
            "WHITEOUT usr/old",
            "OPAQUE usr",
            "layer",
            "FILE usr/bin/agent newer");
    LayerEntry withPax = sink.entries.get(7);
    assertThat(withPax.modified()).isEqualTo(1_700_000_000);
    assertThat(withPax.uid()).isEqualTo(100_000);
    assertThat(withPax.mode()).isEqualTo(0644);
  }

  @Test
  void gzipOfSeveralMembersIsOneLayer() throws Exception {
    byte[] tar = TestTar.of("a", "content");
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    members.writeBytes(TestImage.gzip(java.util.Arrays.copyOf(tar, 600)));
    members.writeBytes(TestImage.gzip(java.util.Arrays.copyOfRange(tar, 600, tar.length)));
    new TestImage().layer(members.toByteArray(), TestImage.GZIP, Digest.hash(tar)).writeTo(dir);
    assertThat(measured(ImageSelection.only()).layers()).hasSize(1);
  }

  @Test
  void sinkThatFailsIsToldToDiscard() throws Exception {
    TestImage.small().writeTo(dir);
    Remembering sink =
        new Remembering() {
          @Override
          public void entry(LayerEntry entry, InputStream content) throws IOException {
            throw new IOException("disk full");
          }
        };
    assertThatThrownBy(
            () ->
                ImageRuler.unpack(
                    OciLayout.open(dir), ImageSelection.only(), ImageLimits.standard(), sink))
        .hasMessage("disk full");
    assertThat(sink.said).containsExactly("layer", "discard");
  }

  @Test
  void sinkThatSwallowsAFailureDoesNotHideIt() throws Exception {
    new TestImage()
        .layer(java.util.Arrays.copyOf(TestTar.of("a", "x".repeat(600)), 1000))
        .writeTo(dir);
    Remembering sink =
        new Remembering() {
          @Override
          public void entry(LayerEntry entry, InputStream content) {
            try {
              content.readAllBytes();
            } catch (IOException e) {
              said.add("swallowed");
            }
          }
        };
    assertThat(
            ImageRuler.unpack(
                OciLayout.open(dir), ImageSelection.only(), ImageLimits.standard(), sink))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.BAD_TAR));
    assertThat(sink.said).containsExactly("layer", "swallowed", "discard");
  }

  private ImageMeasurement measure(ImageSelection selection) throws IOException {
    return ImageRuler.measure(OciLayout.open(dir), selection);
  }

  private Measured measured(ImageSelection selection) throws IOException {
    ImageMeasurement measurement = measure(selection);
    assertThat(measurement).isInstanceOf(Measured.class);
    return (Measured) measurement;
  }

  private static class Remembering implements EntrySink {
    final List<String> said = new ArrayList<>();
    final List<LayerEntry> entries = new ArrayList<>();

    @Override
    public void layer(ImageLayer layer) {
      said.add("layer");
    }

    @Override
    public void entry(LayerEntry entry, InputStream content) throws IOException {
      entries.add(entry);
      String text = new String(content.readAllBytes(), StandardCharsets.UTF_8);
      said.add(
          entry.kind()
              + " "
              + entry.path()
              + (entry.link() == null ? "" : " -> " + entry.link())
              + (text.isEmpty() ? "" : " " + text));
    }

    @Override
    public void discard() {
      said.add("discard");
    }
  }
}
