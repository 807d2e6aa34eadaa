// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.demo.Story.Outcome;
import dev.signet.launcher.Answer;
import dev.signet.launcher.EnrolledHost;
import dev.signet.measurements.KeyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The scenes, in an order in which each finds what it needs. */
final class Scenes {
  private final World world;
  private final Story story;
  private final Props props;
  private final LaunchScenes launches;
  private final TheftScenes thefts;
  private final InsiderScenes insider;
  private final SecretScenes secrets;

  Scenes(World world, Story story) throws Exception {
    this.world = world;
    this.story = story;
    Path built = agentJar(world.directory());
    Path publicKey = world.directory().resolve("ci.pub.pem");
    KeyFiles.create(world.ci(), world.directory().resolve("ci.pem"), publicKey);
    props = new Props(world, story, built, publicKey, world.statement("agent", built, 3));
    launches = new LaunchScenes(props);
    thefts = new TheftScenes(props);
    insider = new InsiderScenes(props);
    secrets = new SecretScenes(props);
  }

  void play() throws Exception {
    LaunchCommand.whyNotIsolated()
        .ifPresent(why -> story.say("Agents run with --isolation=none: " + why));
    try (AgentRun agent =
        AgentRun.start(world, world.host(), props.signer(), props.statement(), props.jar())) {
      launches.goodAgent(agent);
      thefts.thefts(agent);
      launches.otherHost(agent);
      insider.approvalTwice();
      launches.revocation(agent);
    }
    world.operator("POST", "/v1/reinstatements", LaunchScenes.revocationOfAgent());
    secrets.keyNeverHeld();
    launches.tamperedJar();
    insider.bypassedLauncher();
    insider.keyElsewhere();
    strangers();
    launches.olderBuild();
    launches.reboot();
  }

  private void strangers() throws Exception {
    story.scene(
        "unknown-maker",
        "A machine with a TPM of a maker that nobody pinned wants to enrol.",
        "UNTRUSTED_TPM",
        () -> enrolling(world.unknownMaker(), "its EK certificate leads to no pinned maker"));
    story.scene(
        "not-admitted",
        "A machine with a good TPM that no operator admitted wants to enrol.",
        "NOT_ADMITTED",
        () -> enrolling(world.notAdmitted(), "any genuine TPM is not good enough"));
  }

  private Outcome enrolling(DemoHost host, String told) throws Exception {
    return switch (host.enroll(world.verifierUrl(), world.verifierTrust(), null)) {
      case Answer.Granted<EnrolledHost> granted -> Outcome.accepted("enrolled");
      case Answer.Refused<EnrolledHost> refused ->
          Outcome.refused(refused.problem().reason(), told);
    };
  }

  /** The demo agent, built beside the demo. */
  private static Path agentJar(Path directory) throws IOException {
    Path lib = Path.of(Scenes.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    Path folder =
        Files.isDirectory(lib) ? lib.resolveSibling("signet") : lib.getParent().getParent();
    try (Stream<Path> files = Files.list(folder)) {
      Path built =
          files
              .filter(f -> f.getFileName().toString().endsWith("-agent.jar"))
              .findFirst()
              .orElseThrow(() -> new IOException("expected the demo agent's JAR in " + folder));
      return Files.copy(built, directory.resolve("agent.jar"));
    }
  }
}
