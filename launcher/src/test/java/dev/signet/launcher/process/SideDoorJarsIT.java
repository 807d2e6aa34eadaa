// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.launcher.CheckedStatement;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a JAR's metadata, a JAR changed after it was signed or while it runs, and a changed Java
 * runtime bring in. Each is first seen to work with {@code java -jar}; CI has signed the JAR
 * without looking into it.
 */
class SideDoorJarsIT {
  private static final String PACKAGE = "dev/signet/launcher/process/";

  @TempDir Path directory;
  private EvilCode evil;
  private Path work;

  @BeforeEach
  void make() throws IOException {
    evil = new EvilCode(directory);
    work = Files.createDirectory(directory.resolve("work"));
  }

  @Test
  void attack29ClassPathOfTheManifest() throws Exception {
    String beside = evil.compiled("beside", "", "Evil").toUri().toString();
    Path jar =
        TestJar.of(
            directory.resolve("a.jar"), Map.of("Main-Class", "Evil", "Class-Path", beside + "/"));
    assertThat(plain(jar)).contains("EVIL");
    assertRefused("CLASS_PATH", jar, signed(jar));
  }

  @Test
  void attack29AgentOfTheManifest() throws Exception {
    Path jar =
        TestJar.of(
            directory.resolve("a.jar"),
            Map.of(
                "Main-Class",
                ProbeAgent.class.getName(),
                "Launcher-Agent-Class",
                EvilAgent.class.getName()),
            ProbeAgent.class,
            EvilAgent.class);
    assertThat(plain(jar, "arguments")).contains("EVIL");
    assertRefused("LAUNCHER_AGENT", jar, signed(jar), "arguments");
  }

  /** Java 22 and later do not read it, so the control needs an older one. */
  @Test
  void attack29IndexOfTheJar() throws Exception {
    Path main =
        evil.source(
            "indexed",
            "A",
            "public class A { public static void main(String[] args) throws Exception {"
                + " Class.forName(\"B\"); } }",
            "--release=17");
    Path beside =
        evil.source(
            "other",
            "B",
            "public class B { static { System.out.println(\"EVIL\"); } }",
            "--release=17");
    Path jar = TestJar.of(directory.resolve("a.jar"), Map.of("Main-Class", "A"));
    add(jar, "A.class", Files.readAllBytes(main.resolve("A.class")));
    add(
        jar,
        "META-INF/INDEX.LIST",
        "JarIndex-Version: 1.0\n\na.jar\nA.class\n\nb.jar\nB.class\n\n"
            .getBytes(StandardCharsets.UTF_8));
    Path other = TestJar.of(directory.resolve("b.jar"), Map.of());
    add(other, "B.class", Files.readAllBytes(beside.resolve("B.class")));
    Optional<Path> old = olderRuntime();
    if (old.isPresent()) {
      try (PlainJava java =
          PlainJava.start(old.get(), work, Map.of(), List.of("-jar", jar.toString()))) {
        assertThat(java.all()).contains("EVIL");
      }
    }
    assertRefused("JAR_INDEX", jar, signed(jar));
  }

  @Test
  void attack29MultiReleaseEntryAddedAfterSigning() throws Exception {
    Path jar =
        TestJar.of(
            directory.resolve("a.jar"),
            Map.of("Main-Class", ProbeAgent.class.getName(), "Multi-Release", "true"),
            ProbeAgent.class,
            LazyPart.class);
    Path statement = signed(jar);
    assertThat(checked(jar, statement, "lazy")).contains("good");
    Path other =
        evil.source(
            "other",
            "LazyPart",
            "package dev.signet.launcher.process;"
                + "final class LazyPart { static String text() { return \"EVIL\"; } }");
    add(
        jar,
        "META-INF/versions/9/" + PACKAGE + "LazyPart.class",
        Files.readAllBytes(other.resolve(PACKAGE + "LazyPart.class")));
    assertThat(plain(jar, "lazy")).contains("EVIL");
    assertRefused("MEASUREMENT_MISMATCH", jar, statement, "lazy");
  }

  /**
   * These attributes choose no code from outside, so a JAR may have them; CI signs them with it.
   */
  @Test
  void attack29OpenedPackagesAreWhatCiSigned() throws Exception {
    Path jar = TestJar.probe(directory);
    Path statement = signed(jar);
    Path opening =
        TestJar.of(
            directory.resolve("opening.jar"),
            Map.of(
                "Main-Class",
                ProbeAgent.class.getName(),
                "Add-Opens",
                "java.base/java.lang",
                "Enable-Native-Access",
                "ALL-UNNAMED"),
            ProbeAgent.class);
    assertThat(plain(jar, "reflect")).contains("InaccessibleObjectException");
    assertThat(plain(opening, "reflect")).contains("OPENED");
    assertRefused("MEASUREMENT_MISMATCH", opening, statement, "reflect");
    Files.delete(directory.resolve("ci.pem"));
    Files.delete(directory.resolve("ci.pub.pem"));
    assertThat(checked(opening, signed(opening), "reflect")).contains("OPENED");
  }

  /** The JVM reads classes from the file when it first needs them. */
  @Test
  void attack29JarOverwrittenWhileItRuns() throws Exception {
    Path jar = stored(TestJar.probe(directory));
    byte[] good = Files.readAllBytes(jar);
    byte[] bad =
        new String(good, StandardCharsets.ISO_8859_1)
            .replace("good", "EVIL")
            .getBytes(StandardCharsets.ISO_8859_1);
    try (PlainJava java =
        PlainJava.start(
            LaunchedAgent.RUNTIME, work, Map.of(), List.of("-jar", jar.toString(), "lazy"))) {
      BufferedReader output = java.process().inputReader();
      assertThat(output.readLine()).isEqualTo("ready");
      overwrite(jar, bad);
      java.process().outputWriter().append("\n").flush();
      assertThat(output.readLine()).as("without Signet").isEqualTo("EVIL");
    }
    overwrite(jar, good);
    try (LaunchedAgent launched = new LaunchedAgent(directory, jar, Map.of(), List.of(), "lazy")) {
      BufferedReader output = launched.output();
      assertThat(output.readLine()).isEqualTo("ready");
      overwrite(jar, bad);
      launched.process().outputWriter().append("\n").flush();
      assertThat(output.readLine()).isEqualTo("good");
    }
  }

  /** Security providers, trust, defaults of the JVM: where the statement names the runtime. */
  @Test
  void attack29SettingsChangedInTheRuntime() throws Exception {
    Path runtime = directory.resolve("java");
    int linked =
        ToolProvider.findFirst("jlink")
            .orElseThrow()
            .run(System.out, System.err, "--add-modules=java.base", "--output=" + runtime);
    assertThat(linked).isZero();
    Path jar = TestJar.probe(directory);
    Path statement = CheckedStatement.sign(directory, jar, Optional.of(runtime));
    String[] words = {"security", "keystore.type"};
    List<String> given = List.of("-Dagent.runtime=" + runtime, "-Dstatement=" + statement);
    try (LaunchedAgent launched = new LaunchedAgent(directory, jar, Map.of(), given, words)) {
      assertThat(launched.all()).isEqualTo("pkcs12\n");
    }
    Files.writeString(
        runtime.resolve("conf/security/java.security"),
        "\nkeystore.type=EVIL\n",
        StandardOpenOption.APPEND);
    try (PlainJava java =
        PlainJava.start(
            runtime, work, Map.of(), List.of("-jar", jar.toString(), words[0], words[1]))) {
      assertThat(java.all()).as("without Signet").contains("EVIL");
    }
    try (LaunchedAgent launched = new LaunchedAgent(directory, jar, Map.of(), given, words)) {
      assertThat(launched.all()).isEmpty();
      assertThat(launched.errors()).contains("refused: MEASUREMENT_MISMATCH: java-runtime");
    }
  }

  private Path signed(Path jar) throws Exception {
    return CheckedStatement.sign(directory, jar, Optional.empty());
  }

  private String plain(Path jar, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("-jar", jar.toString()));
    words.addAll(List.of(more));
    return PlainJava.run(work, Map.of(), words);
  }

  private void assertRefused(String reason, Path jar, Path statement, String... words)
      throws Exception {
    String seen = checked(jar, statement, words);
    assertThat(seen).startsWith("[]").contains("refused: " + reason + ": ");
  }

  /** What the agent printed, in brackets, then what the launcher said. */
  private String checked(Path jar, Path statement, String... words) throws IOException {
    try (LaunchedAgent launched =
        new LaunchedAgent(directory, jar, Map.of(), List.of("-Dstatement=" + statement), words)) {
      return "[" + launched.all() + "]" + launched.errors();
    }
  }

  private static void add(Path jar, String name, byte[] content) throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(jar)) {
      Path entry = zip.getPath("/", name);
      Files.createDirectories(entry.getParent());
      Files.write(entry, content);
    }
  }

  /** The same JAR without compression, so that bytes of a class can be changed in their place. */
  private Path stored(Path jar) throws IOException {
    Path classes = directory.resolve("unpacked");
    try (FileSystem zip = FileSystems.newFileSystem(jar)) {
      for (Class<?> type : List.of(ProbeAgent.class, LazyPart.class)) {
        String name = PACKAGE + type.getSimpleName() + ".class";
        Files.createDirectories(classes.resolve(PACKAGE));
        Files.copy(zip.getPath("/", name), classes.resolve(name));
      }
    }
    Path stored = directory.resolve("stored.jar");
    int made =
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "--create",
                "--no-compress",
                "--file=" + stored,
                "--main-class=" + ProbeAgent.class.getName(),
                "-C",
                classes.toString(),
                ".");
    assertThat(made).isZero();
    return stored;
  }

  private static void overwrite(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes, StandardOpenOption.WRITE);
  }

  private static Optional<Path> olderRuntime() throws IOException {
    Path all = LaunchedAgent.RUNTIME.getParent();
    try (Stream<Path> installed = Files.list(all)) {
      return installed
          .filter(path -> path.getFileName().toString().matches(".*\\b(?:17|21)\\b.*"))
          .filter(path -> Files.isExecutable(path.resolve("bin/java")))
          .findFirst();
    }
  }
}
