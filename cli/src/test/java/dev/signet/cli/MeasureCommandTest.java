// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code measure} of everything but a JAR alone, which {@link StatementCommandsTest} has. */
class MeasureCommandTest {
  @TempDir Path dir;

  private final CommandRun run = new CommandRun();
  private Path jar;
  private Path lib;

  @BeforeEach
  void build() throws IOException {
    jar = jar(dir, "agent.jar", "acme.Agent");
    lib = jar(Files.createDirectory(dir.resolve("lib")), "a.jar", null);
    jar(dir.resolve("lib"), "b.jar", null);
  }

  @Test
  void measuresAJarWithItsClassPath() throws Exception {
    ReferenceStatement statement =
        measured("--jar", jar, "--class-path", lib + ":" + dir.resolve("lib/b.jar"));
    assertThat(roles(statement)).containsExactly("agent-jar", "class-path");
    assertThat(statement.predicate().classPath())
        .extracting(e -> e.name())
        .containsExactly("a.jar", "b.jar");
  }

  @Test
  void mainClassMayBeNamedForAClassPathOnly() throws Exception {
    Path plain = jar(dir, "plain.jar", null);
    ReferenceStatement statement =
        measured("--jar", plain, "--class-path", lib, "--main-class", "acme.Other");
    assertThat(statement.predicate().launch().mainClass()).isEqualTo("acme.Other");
    assertThat(measure("--jar", plain, "--class-path", lib).err()).contains("NO_MAIN_CLASS");
    assertThat(measure("--jar", plain, "--main-class", "acme.Other").err())
        .contains("NO_MAIN_CLASS");
  }

  @Test
  void measuresTheRuntimeBesideTheJar() throws Exception {
    Path home = Files.createDirectories(dir.resolve("jre/lib"));
    Files.writeString(home.resolve("modules"), "code");
    Files.writeString(dir.resolve("jre/release"), "IMPLEMENTOR=\"Maker\"\n");
    ReferenceStatement statement = measured("--jar", jar, "--java-runtime", dir.resolve("jre"));
    assertThat(roles(statement)).containsExactly("agent-jar", "java-runtime");
  }

  @Test
  void measuresAnImageAndWhatWillRunOfIt() throws Exception {
    Path layout = image(dir.resolve("image"), UnaryOperator.identity());
    ReferenceStatement statement =
        measured(
            "--image",
            "oci:" + layout,
            "--memory",
            "512m",
            "--pids",
            64,
            "--cpu-millis",
            500,
            "--user",
            "1000:1000",
            "--egress",
            "GET,POST api.example.org/v1/*",
            "--egress",
            "* *.internal.example",
            "--source",
            "git+https://example.org/agent",
            "--revision",
            "abc");
    assertThat(roles(statement)).containsExactly("image-manifest", "image-config");
    assertThat(statement.predicate().launch().arguments()).containsExactly("--serve");
    assertThat(statement.predicate().launch().user()).isEqualTo("1000:1000");
    assertThat(statement.predicate().launch().limits().memoryBytes()).isEqualTo(512L << 20);
    assertThat(statement.predicate().egress()).hasSize(2);
    assertThat(statement.predicate().egress().get(1).path()).isEqualTo("/*");
    assertThat(statement.predicate().build().revision()).isEqualTo("abc");
  }

  @Test
  void warnsWhereTheStatementPermitsNoRequest() throws Exception {
    String warning = "warning: the statement permits the agent no request";
    assertThat(measure("--jar", jar).err()).contains(warning);
    CommandRun.Ended ended = measure("--jar", jar, "--egress", "GET a.example/v1/*");
    assertThat(ended.code()).isZero();
    assertThat(ended.err()).doesNotContain(warning);
  }

  @Test
  void sameInputGivesTheSameBytesAtAnotherTimeAndPlace() throws Exception {
    List<byte[]> bytes = new ArrayList<>();
    for (String place : List.of("one", "another/and/deeper")) {
      Path here = Files.createDirectories(dir.resolve(place));
      Path image = image(here.resolve("image"), UnaryOperator.identity());
      jar(here, "agent.jar", "acme.Agent");
      Files.copy(jar, Files.createDirectory(here.resolve("x")).resolve("agent.jar"));
      Files.copy(lib, here.resolve("a.jar"));
      run.environment.put("SOURCE_DATE_EPOCH", "1790000000");
      bytes.add(
          measure(
                  "--jar",
                  here.resolve("x/agent.jar"),
                  "--class-path",
                  here.resolve("a.jar"),
                  "--image",
                  "oci:" + image,
                  "--pids",
                  9)
              .bytes());
      run.now = run.now.plus(Duration.ofDays(1));
    }
    assertThat(bytes.get(0)).isNotEmpty().isEqualTo(bytes.get(1));
  }

  @Test
  void refusedImageEndsWithItsReason() throws Exception {
    Path layout = image(dir.resolve("image"), c -> c.replace("--serve", "--spend"));
    CommandRun.Ended ended = measure("--image", "oci:" + layout);
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).contains("refused: DIGEST_MISMATCH: oci:");
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void savedLayoutMeasuresTheSame() throws Exception {
    Path layout = image(dir.resolve("image"), UnaryOperator.identity());
    Path saved = dir.resolve("saved");
    byte[] first = measure("--image", "oci:" + layout, "--save-layout", saved).bytes();
    assertThat(measure("--image", "oci:" + saved).bytes()).isEqualTo(first);
    assertThat(measure("--image", "oci:" + layout, "--save-layout", saved).code()).isEqualTo(64);
  }

  @Test
  void wrongCallsSayWhatWasExpected() {
    assertUsage("expected --jar or --image");
    assertUsage("--class-path: expected with --jar", "--class-path", lib);
    assertUsage("expected files between the colons", "--jar", jar, "--class-path", lib + ":");
    assertUsage("expected a regular file", "--jar", jar, "--class-path", dir);
    assertUsage("expected oci:DIRECTORY", "--image", "image");
    assertUsage("with --image only", "--jar", jar, "--platform", "linux/amd64");
    assertUsage("expected a size such as", "--jar", jar, "--memory", "much");
    assertUsage("--egress: expected", "--jar", jar, "--egress", "GET");
    assertUsage("--egress: path: expected", "--jar", jar, "--egress", "GET a.example/a/../b");
    assertUsage("expected an image", "--jar", jar, "--user", "nobody");
  }

  private void assertUsage(String expected, Object... options) {
    CommandRun.Ended ended = measure(options);
    assertThat(ended.code()).as(ended.err()).isEqualTo(64);
    assertThat(ended.err()).contains(expected);
  }

  private ReferenceStatement measured(Object... options) throws Exception {
    CommandRun.Ended ended = measure(options);
    assertThat(ended.code()).as(ended.err()).isZero();
    return ReferenceStatement.parse(ended.bytes());
  }

  private CommandRun.Ended measure(Object... options) {
    List<Object> words =
        new ArrayList<>(List.of("measure", "--agent", "spiffe://example.org/agent/a", "--svn", 1));
    words.addAll(List.of(options));
    return run.signet(words.toArray());
  }

  private static List<String> roles(ReferenceStatement statement) {
    return statement.predicate().artifacts().stream().map(a -> a.role()).toList();
  }

  private static Path jar(Path in, String name, String mainClass) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (mainClass != null) {
      manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
    }
    Path file = in.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jarOut = new JarOutputStream(out)) {
      java.util.zip.ZipEntry entry = new java.util.zip.ZipEntry("META-INF/MANIFEST.MF");
      entry.setTime(0);
      jarOut.putNextEntry(entry);
      manifest.write(jarOut);
    }
    return file;
  }

  /** A layout of one empty layer. */
  private static Path image(Path layout, UnaryOperator<String> change) throws Exception {
    Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
    byte[] layer = new byte[1024];
    String layerDigest = blob(blobs, layer);
    String config =
        """
        {"architecture":"amd64","os":"linux","config":{"Entrypoint":["/a"],"Cmd":["--serve"]},\
        "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}"""
            .formatted(layerDigest);
    String manifest =
        """
        {"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",\
        "digest":"sha256:%s","size":%d},"layers":[{"mediaType":\
        "application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":1024}]}"""
            .formatted(blob(blobs, bytes(config)), config.length(), layerDigest);
    Files.writeString(blobs.resolve(blob(blobs, bytes(config))), change.apply(config));
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Files.writeString(
        layout.resolve("index.json"),
        """
        {"schemaVersion":2,"manifests":[{"mediaType":\
        "application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%d}]}"""
            .formatted(blob(blobs, bytes(manifest)), manifest.length()));
    return layout;
  }

  private static String blob(Path blobs, byte[] content) throws Exception {
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    Files.write(blobs.resolve(digest), content);
    return digest;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
