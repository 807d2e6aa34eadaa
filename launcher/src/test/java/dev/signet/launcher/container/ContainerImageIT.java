// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signet.launcher.process.LaunchDirectory;
import dev.signet.measurements.image.ImageSelection;
import dev.signet.measurements.image.ImageSource;
import dev.signet.measurements.image.OciLayout;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is unpacked is what was measured, whoever swaps what meanwhile. Needs root. */
class ContainerImageIT {
  private static final int PARTS = 3;

  private Path directory;
  private ContainerHost host;
  private TestImage good;
  private TestImage evil;
  private final List<LaunchDirectory> launches = new ArrayList<>();

  @BeforeEach
  void prepare() throws Exception {
    Optional<String> missing = ContainerHost.missing();
    assumeTrue(missing.isEmpty(), () -> "no containers here: " + missing.get());
    host = ContainerHost.find();
    directory =
        Files.createTempDirectory(
            "signet-image",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    good = image("good");
    evil = image("evil");
  }

  private TestImage image(String what) throws IOException {
    return TestImage.write(
        directory.resolve(what),
        Map.of("Entrypoint", List.of("/" + what)),
        List.of(new TestLayer().file("what", 0644, what)));
  }

  @AfterEach
  void remove() throws Exception {
    if (directory == null) {
      return;
    }
    for (LaunchDirectory launch : launches) {
      launch.close();
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  /**
   * Gives another image's part at one step of the reading, and what was asked for at all others.
   */
  private final class Swapping implements ImageSource {
    private final int step;
    private int asked;

    Swapping(int step) {
      this.step = step;
    }

    private InputStream next(Digest digest) throws IOException {
      Digest other = digest;
      if (asked++ == step) {
        other =
            digest.equals(good.manifest())
                ? evil.manifest()
                : digest.equals(good.config()) ? evil.config() : evil.layers().getFirst();
        return Files.newInputStream(evil.blob(other));
      }
      return Files.newInputStream(good.blob(digest));
    }

    @Override
    public InputStream index() throws IOException {
      return Files.newInputStream(evil.layout().resolve("index.json"));
    }

    @Override
    public InputStream manifest(Digest digest) throws IOException {
      return next(digest);
    }

    @Override
    public InputStream blob(Digest digest) throws IOException {
      return next(digest);
    }

    @Override
    public void close() {
      // Nothing is kept open.
    }
  }

  @Test
  void attack28PartThatIsSwappedAtAnyStepOfTheReadingIsRefused() throws Exception {
    List<String> refused = new ArrayList<>();
    for (int step = 0; step < PARTS; step++) {
      switch (unpack(new Swapping(step))) {
        case ContainerImage.Unpacked.Refused(String reason, String detail) -> refused.add(reason);
        case ContainerImage.Unpacked.Ready(ContainerImage image) -> {
          image.close();
          throw new AssertionError("step " + step + " got through");
        }
      }
    }
    assertThat(refused).hasSize(PARTS).allMatch(r -> r.endsWith("_MISMATCH"), "a mismatch");
    Swapping none = new Swapping(PARTS);
    assertThat(content(unpack(none))).as("there are no more steps than these").isEqualTo("good");
    assertThat(none.asked).isEqualTo(PARTS);
  }

  @Test
  void attack28PartsThatChangeAllTheTimeNeverStartAsAnotherImage() throws Exception {
    TestImage changing = image("changing");
    for (Digest part : List.of(good.manifest(), good.config(), good.layers().getFirst())) {
      Files.copy(good.blob(part), changing.blob(part));
    }
    AtomicBoolean stop = new AtomicBoolean();
    Thread swapper =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (boolean bad = true; !stop.get(); bad = !bad) {
                    swap(changing, good.manifest(), bad ? evil.blob(evil.manifest()) : null);
                    swap(changing, good.config(), bad ? evil.blob(evil.config()) : null);
                    Digest layer = good.layers().getFirst();
                    swap(changing, layer, bad ? evil.blob(evil.layers().getFirst()) : null);
                  }
                });
    int ready = 0;
    try {
      for (int i = 0; i < 40; i++) {
        ContainerImage.Unpacked result = unpack(OciLayout.open(changing.layout()));
        if (result instanceof ContainerImage.Unpacked.Ready) {
          assertThat(content(result)).isEqualTo("good");
          ready++;
        }
      }
    } finally {
      stop.set(true);
      swapper.join();
    }
    assertThat(ready).isLessThan(40);
  }

  private void swap(TestImage in, Digest part, Path with) {
    try {
      Path next = Files.createTempFile(in.layout(), "next", null);
      Files.copy(with == null ? good.blob(part) : with, next, StandardCopyOption.REPLACE_EXISTING);
      Files.move(next, in.blob(part), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void attack28FilesAreSeenByNobodyElseAndSealedBeforeTheStart() throws Exception {
    try (LaunchDirectory launch = LaunchDirectory.create(directory, Optional.empty());
        ContainerImage image = ready(unpack(OciLayout.open(good.layout()), launch))) {
      Path file = image.root().resolve("what");
      assertThat(file).as("outside").doesNotExist();
      assertThat(image.mount().within(() -> Files.readString(file))).isEqualTo("good");
      ContainerLaunch plan =
          image.plan(
              new ReferenceStatement.Launch(null, List.of()),
              List.of(),
              Map.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              false);
      assertThatThrownBy(() -> image.mount().within(() -> Files.writeString(file, "evil")))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("Read-only file system");
      Path config = image.mount().at().resolve("config.json");
      assertThatThrownBy(() -> image.mount().within(() -> Files.writeString(config, "{}")))
          .hasMessageContaining("Read-only file system");
      image.mount().within(() -> check(plan));
    }
  }

  private static Object check(ContainerLaunch plan) throws IOException {
    plan.requireUnchanged();
    return null;
  }

  @Test
  void attack28MountThatCanBeWrittenIsNotStarted() throws Exception {
    try (LaunchDirectory launch = LaunchDirectory.create(directory, Optional.empty());
        ContainerImage image = ready(unpack(OciLayout.open(good.layout()), launch))) {
      assertThatThrownBy(
              () ->
                  image
                      .mount()
                      .within(
                          () -> {
                            image.mount().requireReadOnly();
                            return null;
                          }))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("can be written");
      assertThatThrownBy(() -> image.mount().requireReadOnly())
          .as("where it is not mounted")
          .isInstanceOf(IOException.class);
    }
  }

  /** The thread that unpacks stands elsewhere than the process. */
  @Test
  void placeOfTheImageMayBeRelative() throws Exception {
    // Not one that begins with "..": from the root that would lead to the same place.
    Path relative = Files.createTempDirectory(Path.of("target"), "image");
    TestImage here =
        TestImage.write(
            relative,
            Map.of("Entrypoint", List.of("/what")),
            List.of(new TestLayer().file("what", 0644, "good")));
    try (LaunchDirectory launch = LaunchDirectory.create(directory, Optional.empty());
        ContainerImage image =
            ready(
                ContainerImage.unpack(
                    host,
                    OciLayout.open(relative),
                    ImageSelection.of(here.manifest()),
                    launch,
                    new SecureRandom()))) {
      Path file = image.root().resolve("what");
      assertThat(image.mount().within(() -> Files.readString(file))).isEqualTo("good");
    }
  }

  @Test
  void ownersArePutIntoTheHostsUnusedNumbers() throws Exception {
    TestImage owned =
        TestImage.write(
            directory.resolve("owned"),
            Map.of("Entrypoint", List.of("/x")),
            List.of(new TestLayer().ownedBy(1000, "mine", "x")));
    try (LaunchDirectory launch = LaunchDirectory.create(directory, Optional.empty());
        ContainerImage image =
            ready(
                ContainerImage.unpack(
                    host,
                    OciLayout.open(owned.layout()),
                    ImageSelection.of(owned.manifest()),
                    launch,
                    new SecureRandom()))) {
      int uid =
          image
              .mount()
              .within(() -> (int) Files.getAttribute(image.root().resolve("mine"), "unix:uid"));
      assertThat(uid).isBetween(0x80000, 0x6fffffff);
      assertThat(uid % 65536).isEqualTo(1000);
    }
  }

  @Test
  void imageThatNamesNoProgramOrBadUserIsRefused() throws Exception {
    TestImage none =
        TestImage.write(
            directory.resolve("none"),
            Map.of("User", "nobody-knows"),
            List.of(new TestLayer().file("what", 0644, "x")));
    try (LaunchDirectory launch = LaunchDirectory.create(directory, Optional.empty());
        ContainerImage image =
            ready(
                ContainerImage.unpack(
                    host,
                    OciLayout.open(none.layout()),
                    ImageSelection.of(none.manifest()),
                    launch,
                    new SecureRandom()))) {
      ReferenceStatement.Launch any = new ReferenceStatement.Launch(null, List.of());
      assertThatThrownBy(
              () ->
                  image.plan(
                      any,
                      List.of(),
                      Map.of(),
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty(),
                      false))
          .isInstanceOf(UnsoundImageException.class)
          .hasMessageContaining("names no program");
      assertThatThrownBy(
              () ->
                  image.plan(
                      any,
                      List.of("/x"),
                      Map.of(),
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty(),
                      false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("nobody-knows");
      assertThatThrownBy(
              () ->
                  image.plan(
                      any,
                      List.of("/x"),
                      Map.of("LD_PRELOAD", "x"),
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty(),
                      false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("LD_PRELOAD");
    }
  }

  private ContainerImage.Unpacked unpack(ImageSource source) throws Exception {
    LaunchDirectory launch = LaunchDirectory.create(directory, Optional.empty());
    launches.add(launch);
    return unpack(source, launch);
  }

  private ContainerImage.Unpacked unpack(ImageSource source, LaunchDirectory launch)
      throws Exception {
    return ContainerImage.unpack(
        host, source, ImageSelection.of(good.manifest()), launch, new SecureRandom());
  }

  private static ContainerImage ready(ContainerImage.Unpacked result) {
    return ((ContainerImage.Unpacked.Ready) result).image();
  }

  private static String content(ContainerImage.Unpacked result) throws Exception {
    try (ContainerImage image = ready(result)) {
      return image.mount().within(() -> Files.readString(image.root().resolve("what")));
    }
  }
}
