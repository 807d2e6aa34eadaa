// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.demo.Story.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Agents started by the launcher as it is, and what becomes of them. */
final class LaunchScenes {
  private final Props props;
  private final World world;
  private final Story story;

  LaunchScenes(Props props) {
    this.props = props;
    this.world = props.world();
    this.story = props.story();
  }

  void goodAgent(AgentRun agent) throws Exception {
    story.scene(
        "good-agent",
        "The approved build, started by the launcher, calls the tool service.",
        "ACCEPTED",
        () -> {
          if (!agent.ready()) {
            return Outcome.refused("NOT_STARTED", String.join(" | ", agent.said()));
          }
          agent.said().forEach(line -> story.say("    | " + line));
          agent.ask("GET /weather");
          String answer = agent.ask("POST /notes hello from the agent");
          return answer.startsWith("200 ")
              ? Outcome.accepted("The service answered: " + answer)
              : Outcome.refused("NOT_ACCEPTED", answer);
        });
  }

  void otherHost(AgentRun agent) throws Exception {
    try (ServerSocket collector = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + collector.getLocalPort() + "/collect";
      story.scene(
          "other-host",
          "A prompt talks the approved agent into sending its notes to somebody's own server.",
          "NOT_PERMITTED",
          () -> {
            String answer = agent.ask("POST " + url + " all notes");
            collector.setSoTimeout(1);
            try (Socket arrived = collector.accept()) {
              return Outcome.accepted("a connection came from port " + arrived.getPort());
            } catch (SocketTimeoutException e) {
              return answer.startsWith("403 ") && answer.contains("\"NOT_PERMITTED\"")
                  ? Outcome.refused(
                      "NOT_PERMITTED", "its signed statement does not name that server; none came")
                  : Outcome.refused("NOT_SENT", answer);
            }
          });
    }
  }

  void revocation(AgentRun agent) throws Exception {
    story.scene(
        "revocation",
        "An operator revokes the agent while it runs.",
        "REVOKED",
        () -> {
          long start = System.nanoTime();
          world.operator("POST", "/v1/revocations", revocationOfAgent());
          String answer = agent.ask("GET /weather");
          int calls = 1;
          while (answer.startsWith("200 ") && calls < 1000) {
            answer = agent.ask("GET /weather");
            calls++;
          }
          long ms = (System.nanoTime() - start) / 1_000_000;
          return answer.contains("REVOKED")
              ? Outcome.refused(
                  "REVOKED", "refused " + ms + " ms after the operator's call, at request " + calls)
              : Outcome.refused("NOT_REVOKED", answer);
        });
  }

  static Map<String, Object> revocationOfAgent() {
    return Map.of("scope", "agent", "value", World.AGENT.value(), "reason", "demo");
  }

  void tamperedJar() throws Exception {
    Path tampered = world.directory().resolve("tampered.jar");
    Files.copy(props.jar(), tampered);
    Files.write(tampered, new byte[] {'!'}, StandardOpenOption.APPEND);
    story.scene(
        "tampered-jar",
        "Somebody added one byte to the agent's JAR.",
        "MEASUREMENT_MISMATCH",
        () -> refusedRun(props.statement(), tampered));
  }

  void olderBuild() throws Exception {
    Path older = world.statement("older", props.jar(), 2);
    story.scene(
        "older-build",
        "An older build, validly signed by CI, is started; the floor is security version 3.",
        "ROLLED_BACK",
        () -> refusedRun(older, props.jar()));
  }

  void reboot() throws Exception {
    story.scene(
        "reboot",
        "The machine reboots; the same agent is started again.",
        "ACCEPTED",
        () -> {
          String key = thumbprint();
          world.host().reboot();
          try (AgentRun agent =
              AgentRun.start(world, world.host(), props.signer(), props.statement(), props.jar())) {
            if (!agent.ready()) {
              return Outcome.refused("NOT_STARTED", String.join(" | ", agent.said()));
            }
            String answer = agent.ask("GET /weather");
            boolean same = key.equals(thumbprint());
            return answer.startsWith("200 ") && same
                ? Outcome.accepted("same identity, same key " + key + ", no new enrolment")
                : Outcome.refused("NOT_ACCEPTED", answer);
          }
        });
  }

  private String thumbprint() throws IOException {
    return world.host().attestor().sealedKey(World.AGENT).orElseThrow().publicKey().thumbprint();
  }

  private Outcome refusedRun(Path withStatement, Path withJar) throws Exception {
    try (AgentRun run =
        AgentRun.start(world, world.host(), props.signer(), withStatement, withJar)) {
      int code = run.waitFor();
      for (String line : run.said()) {
        String refused = "signet: refused: ";
        if (line.startsWith(refused)) {
          String rest = line.substring(refused.length());
          return Outcome.refused(
              rest.substring(0, rest.indexOf(':')), "exit " + code + ", " + rest);
        }
      }
      return Outcome.accepted("exit " + code + ", " + run.said());
    }
  }
}
