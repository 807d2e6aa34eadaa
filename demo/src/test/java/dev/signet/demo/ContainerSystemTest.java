// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signet.demo.image.ImageLayout;
import dev.signet.demo.image.JavaImage;
import dev.signet.launcher.AttestationFlow;
import dev.signet.launcher.container.ContainerHost;
import dev.signet.measurements.image.registry.TestRegistry;
import dev.signet.measurements.image.signature.SignedImage;
import dev.signet.measurements.sigstore.TestSigstore;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ResourceLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code signet run --image} as a user starts it, with an image that holds a Java runtime of its
 * own and the agent's JAR. Needs root and runc.
 */
class ContainerSystemTest {
  private static final ReferenceStatement.Launch LAUNCH =
      new ReferenceStatement.Launch(
          List.of("-x", "two words"),
          List.of("TOOL_API_KEY"),
          null,
          null,
          null,
          new ResourceLimits(512L << 20, 200L, null));

  private static Site site;
  private static Path runtimeLayer;
  private static ImageLayout image;
  private static Path statement;

  @BeforeAll
  static void build() throws Exception {
    Optional<String> missing = ContainerHost.missing();
    assumeTrue(missing.isEmpty(), () -> "no containers here: " + missing.get());
    // Renewed after five seconds.
    site = Site.build(Duration.ofSeconds(10));
    runtimeLayer =
        JavaImage.runtimeLayer(
            Files.createDirectory(site.place("runtime")), List.of("java.base", "java.net.http"));
    image = JavaImage.write(site.place("image"), runtimeLayer, site.jar());
    statement = site.statement(Site.AGENT, "image", image, LAUNCH);
  }

  @AfterAll
  static void close() throws Exception {
    if (site != null) {
      site.close();
    }
  }

  @Test
  void requestsOfAContainerAreSignedAndItsIdentityRenewed() throws Exception {
    List<String> withApi = words(place(image), statement, "--workload-api");
    try (SignetProcess run = SignetProcess.signet(site.agentEnvironment(), withApi)) {
      run.ready();
      assertThat(run.ask("workload")).isEqualTo("unix:///run/signet/workload.sock frame 4");
      assertThat(run.ask("args")).isEqualTo("[-x, two words]");
      assertThat(run.ask("echo füße → 足")).isEqualTo("füße → 足");
      assertThat(run.ask("cwd")).isEqualTo("/opt/agent");
      assertThat(run.ask("pid")).isEqualTo("1");
      assertThat(run.ask("get " + site.toolUrl() + "/weather"))
          .startsWith("200 ")
          .endsWith(Site.AGENT.value());
      run.awaitTold(line -> line.contains("renewed"), "a renewal");
      assertThat(run.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
      run.say("exit 7");
      assertThat(run.end()).isEqualTo(7);
      assertThat(run.rest()).containsExactly("bye");
    }
    List<LaunchEvent> events = events();
    assertThat(events.getLast())
        .isInstanceOfSatisfying(
            LaunchEvent.Stop.class, stop -> assertThat(stop.exit()).isEqualTo(7));
    LaunchEvent.Start start = (LaunchEvent.Start) events.get(events.size() - 2);
    assertThat(start.artifacts())
        .containsExactly(
            new LaunchEvent.Artifact("image-manifest", image.manifest()),
            new LaunchEvent.Artifact("image-config", image.config()));
    assertThat(start.runtime()).startsWith("runc ").contains(" at /usr/", ", sha256:");
    assertThat(start.arguments()).containsExactly("-x", "two words");
    assertThat(start.isolation())
        .contains(
            "own-network",
            "memory-limit",
            "no-capabilities",
            "process-limit",
            "read-only-root",
            "system-call-filter");
  }

  @Test
  void attack28ImageThatIsSwappedIsNotStarted() throws Exception {
    Path other = TestJars.agent(site.place("other.jar"), 10);
    ImageLayout evil = JavaImage.write(site.place("evil"), runtimeLayer, other);
    int before = events().size();

    // The index leads to another image: nobody asks it.
    ImageLayout index = copy("index");
    Files.copy(evil.blob(evil.manifest()), index.blob(evil.manifest()));
    Files.copy(evil.blob(evil.config()), index.blob(evil.config()));
    Files.copy(evil.blob(evil.layers().getLast()), index.blob(evil.layers().getLast()));
    Files.writeString(
        index.directory().resolve("index.json"),
        Files.readString(evil.directory().resolve("index.json")));
    try (SignetProcess run = run(index, statement).ready()) {
      run.say("exit 0");
      assertThat(run.end()).isZero();
    }
    assertThat(((LaunchEvent.Start) events().get(before)).artifacts())
        .extracting(LaunchEvent.Artifact::digest)
        .containsExactly(image.manifest(), image.config());
    before = events().size();

    for (Digest part : List.of(image.manifest(), image.config(), image.layers().getLast())) {
      ImageLayout swapped = copy("swapped-" + part.toHex().substring(0, 8));
      Digest instead =
          part.equals(image.manifest())
              ? evil.manifest()
              : part.equals(image.config()) ? evil.config() : evil.layers().getLast();
      Files.write(swapped.blob(part), Files.readAllBytes(evil.blob(instead)));
      assertRefused(words(place(swapped), statement), "_MISMATCH: ");
    }
    ImageLayout longer = copy("longer");
    Files.write(longer.blob(image.layers().getLast()), new byte[512], StandardOpenOption.APPEND);
    assertRefused(words(place(longer), statement), "_MISMATCH: ");
    assertRefused(words(place(evil), statement), "refused: MISSING_BLOB: ");
    assertRefused(
        words(place(evil) + "@" + evil.manifest(), statement), "refused: MEASUREMENT_MISMATCH: ");
    // A statement whose digest is an index's leads to an image, but does not name it.
    Digest ofIndex = Digest.hash(Files.readAllBytes(image.directory().resolve("index.json")));
    ImageLayout indexed = copy("indexed");
    Files.copy(indexed.directory().resolve("index.json"), indexed.blob(ofIndex));
    Path aboutIndex =
        site.statement(
            Site.AGENT,
            "about-index",
            new ImageLayout(
                indexed.directory(), ofIndex, image.config(), image.layers(), image.command()),
            LAUNCH);
    assertRefused(words(place(indexed), aboutIndex), "refused: MEASUREMENT_MISMATCH: ");
    assertThat(events()).as("nothing was recorded").hasSize(before);
  }

  @Test
  void attack52VerifierRefusesAnImageThatTheStatementDoesNotName() throws Exception {
    Path anyArguments =
        site.statement(Site.AGENT, "any", image, new ReferenceStatement.Launch(null, List.of()));
    List<LaunchEvent.Artifact> named =
        List.of(
            new LaunchEvent.Artifact("image-manifest", image.manifest()),
            new LaunchEvent.Artifact("image-config", image.config()));
    try (InProcessLaunch honest =
        InProcessLaunch.record(site, site.host(), Site.AGENT, named, anyArguments)) {
      honest.release().close();
    }
    for (List<LaunchEvent.Artifact> launched :
        List.of(
            List.of(
                new LaunchEvent.Artifact("image-manifest", Digest.hash(new byte[1])),
                new LaunchEvent.Artifact("image-config", image.config())),
            List.of(
                new LaunchEvent.Artifact("image-manifest", image.manifest()),
                new LaunchEvent.Artifact("image-config", Digest.hash(new byte[1]))),
            List.of(new LaunchEvent.Artifact("image-manifest", image.manifest())),
            List.of(
                new LaunchEvent.Artifact("image-manifest", image.manifest()),
                new LaunchEvent.Artifact("image-config", image.config()),
                new LaunchEvent.Artifact("agent-jar", Digest.hash(new byte[1]))))) {
      try (InProcessLaunch bypassed =
          InProcessLaunch.record(site, site.host(), Site.AGENT, launched, anyArguments)) {
        assertThat(bypassed.flow().release(bypassed.sealedKey()))
            .isInstanceOfSatisfying(
                AttestationFlow.Release.NotApproved.class,
                refused ->
                    assertThat(refused.problem().reason()).isEqualTo("MEASUREMENT_MISMATCH"));
      }
    }
  }

  @Test
  void statementOfAnImageIsNoneOfAJar() throws Exception {
    assertRefused(site.runArguments(site.jar(), statement), "refused: MEASUREMENT_MISMATCH: ");
    assertRefused(words(place(image), site.statement()), "refused: MEASUREMENT_MISMATCH: ");
    assertRefused(words(place(image), statement, "--", "-x"), "refused: MEASUREMENT_MISMATCH: ");
  }

  @Test
  void endingTheLauncherEndsTheContainerAndLeavesNothing() throws Exception {
    try (SignetProcess run = run(image, statement).ready()) {
      run.process().toHandle().destroy();
      assertThat(run.end()).isEqualTo(143);
      assertThat(run.rest()).containsExactly("bye");
    }
    assertThat(events().getLast())
        .isInstanceOfSatisfying(
            LaunchEvent.Stop.class, stop -> assertThat(stop.exit()).isEqualTo(143));

    long agent;
    try (SignetProcess run = run(image, statement).ready()) {
      assertThat(run.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
      agent = container(run.process().toHandle()).pid();
      run.process().destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    Awaitility.await("the agent is gone")
        .atMost(Duration.ofSeconds(10))
        .until(() -> ProcessHandle.of(agent).filter(ProcessHandle::isAlive).isEmpty());
    try (SignetProcess next = run(image, statement).ready()) {
      assertThat(next.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
    }
  }

  @Test
  void attack52ImageIsStartedFromARegistryOnlyIfItIsSignedThere() throws Exception {
    TestSigstore sigstore = new TestSigstore(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    Path root =
        Files.writeString(site.place("trusted_root.json"), sigstore.trustedRootJson().toString());
    int before = events().size();
    try (TestRegistry registry = new TestRegistry()) {
      registry.putLayout(image.directory());
      String name = registry.host() + "/" + TestRegistry.NAME;
      List<String> words =
          words(
              "docker://" + name + "@" + image.manifest(),
              statement,
              "--require-image-signature",
              name,
              "--image-identity",
              TestSigstore.IDENTITY,
              "--image-issuer",
              TestSigstore.ISSUER,
              "--trusted-root",
              root.toString());
      assertRefused(words, "refused: IMAGE_NOT_SIGNED: ");
      Digest other = Digest.hash(new byte[1]);
      byte[] ofOther = sigstore.bundle().statement(SignedImage.cosignStatement(other)).encode();
      registry.list(image.manifest(), SignedImage.push(registry, image.manifest(), ofOther));
      assertRefused(words, "refused: IMAGE_SIGNATURE_NOT_ACCEPTED: ");
      assertThat(events()).as("nothing was recorded").hasSize(before);
      byte[] good =
          sigstore.bundle().statement(SignedImage.cosignStatement(image.manifest())).encode();
      registry.list(image.manifest(), SignedImage.push(registry, image.manifest(), good));
      try (SignetProcess run = SignetProcess.signet(site.agentEnvironment(), words).ready()) {
        assertThat(run.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
        run.awaitTold(
            line -> line.contains("is signed by " + TestSigstore.SIGNER.name()), "who signed");
        run.say("exit 0");
        assertThat(run.end()).isZero();
      }
    }
  }

  @Test
  void hostWithoutRuncOrTheRightToMountIsToldWhatIsMissing() throws Exception {
    String runc = ContainerHost.find().runc().toString();
    assertUnavailable(
        List.of(
            "unshare", "-m", "sh", "-c", "mount --bind /dev/null " + runc + "; exec \"$@\"", "-"),
        "to start an image, install runc (apt-get install runc)");
    assertUnavailable(List.of("setpriv", "--bounding-set=-sys_admin"), "CAP_SYS_ADMIN is missing");
  }

  private static void assertUnavailable(List<String> within, String says) throws Exception {
    try (SignetProcess run =
        SignetProcess.signetWithin(
            within, site.agentEnvironment(), words(place(image), statement))) {
      assertThat(run.end()).as("%s", run.told()).isEqualTo(69);
      assertThat(run.told()).last().asString().contains(says);
    }
  }

  private static ProcessHandle container(ProcessHandle signet) {
    try (Stream<ProcessHandle> below = signet.descendants()) {
      return below
          .filter(p -> p.info().command().orElse("").equals("/opt/java/bin/java"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static ImageLayout copy(String name) throws Exception {
    Path directory = site.place(name);
    Path blobs = Files.createDirectories(directory.resolve("blobs/sha256"));
    for (String file : List.of("oci-layout", "index.json")) {
      Files.copy(image.directory().resolve(file), directory.resolve(file));
    }
    List<Digest> all = new ArrayList<>(image.layers());
    all.addAll(List.of(image.manifest(), image.config()));
    for (Digest part : all) {
      Files.copy(image.blob(part), blobs.resolve(part.toHex()));
    }
    return new ImageLayout(
        directory, image.manifest(), image.config(), image.layers(), image.command());
  }

  private static String place(ImageLayout layout) {
    return "oci:" + layout.directory();
  }

  private static SignetProcess run(ImageLayout layout, Path statement) throws Exception {
    return SignetProcess.signet(site.agentEnvironment(), words(place(layout), statement));
  }

  private static List<String> words(String place, Path statement, String... more) {
    List<String> words = new ArrayList<>(List.of("run", "--state", site.host().state().toString()));
    words.addAll(List.of("--signer", site.signer().toString(), "--image", place));
    words.addAll(List.of("--statement", statement.toString(), "--env", "TOOL_API_KEY"));
    words.addAll(List.of(more));
    return words;
  }

  private static void assertRefused(List<String> words, String says) throws Exception {
    try (SignetProcess run = SignetProcess.signet(site.agentEnvironment(), words)) {
      int ended = run.end();
      assertThat(ended).as("%s said %s", words, run.told()).isEqualTo(1);
      assertThat(run.rest()).isEmpty();
      assertThat(run.told()).last().asString().contains(says);
    }
  }

  private static List<LaunchEvent> events() throws Exception {
    return site.host().attestor().launchRegister(Site.REGISTER).events();
  }
}
