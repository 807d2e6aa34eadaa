// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.attestor.AgentSecrets;
import dev.signet.attestor.Attestor;
import dev.signet.attestor.SealedKey;
import dev.signet.attestor.SecretName;
import dev.signet.attestor.SecretValue;
import dev.signet.demo.Story.Outcome;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.SealedKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** An API key that the agent uses and does not hold. */
final class SecretScenes {
  private static final SecretName LLM = new SecretName("llm");

  private final World world;
  private final Story story;
  private final Props props;

  SecretScenes(Props props) {
    this.props = props;
    this.world = props.world();
    this.story = props.story();
  }

  void keyNeverHeld() throws Exception {
    byte[] random = new byte[18];
    world.random().nextBytes(random);
    String key = "sk-llm-" + Base64.getUrlEncoder().encodeToString(random);
    try (LlmService llm = LlmService.start(key)) {
      put(key);
      String url = "http://" + llm.authority();
      Path statement =
          world.statement("llm-agent", props.jar(), 3, url, "POST " + llm.authority() + "/v1/chat");
      List<String> launcher = new ArrayList<>(LaunchCommand.begin());
      launcher.addAll(List.of("--credential", rules(llm).toString()));
      try (AgentRun agent =
          AgentRun.start(
              launcher, world, world.host(), props.signer(), statement, props.jar(), url)) {
        story.scene(
            "key-never-held",
            "An agent calls an LLM, which checks an API key and no signature. The launcher adds"
                + " the key.",
            "ACCEPTED",
            () -> called(agent));
        story.scene(
            "agent-robbed",
            "A thief takes all that this agent has, its environment and its files, and calls the"
                + " LLM.",
            LlmService.WRONG_KEY,
            () -> robbed(agent, key, url));
      }
    }
  }

  private void put(String key) throws IOException {
    Attestor attestor = world.host().attestor();
    SealedKey sealed =
        SealedKeys.keptOrMade(attestor, EnrolledHost.load(world.host().state()), World.AGENT).key();
    AgentSecrets secrets = attestor.secrets(World.AGENT);
    try (SecretValue value = SecretValue.of(key.getBytes(StandardCharsets.US_ASCII))) {
      secrets.put(sealed, LLM, value, Instant.now(), world.random());
    }
  }

  private Path rules(LlmService llm) throws IOException {
    return Files.writeString(
        world.directory().resolve("credentials.json"),
        """
        {"version":1,"credentials":[{"secret":"%s","host":"%s","path":"/v1/*",
         "header":"Authorization","template":"Bearer {}","signed":false}]}
        """
            .formatted(LLM, llm.authority()));
  }

  private static Outcome called(AgentRun agent) throws Exception {
    if (!agent.ready()) {
      return Outcome.refused("NOT_STARTED", String.join("; ", agent.said()));
    }
    String answer = agent.ask("POST /v1/chat how will the weather be?");
    return answer.startsWith("200 ")
        ? Outcome.accepted("the LLM answered: " + answer)
        : Outcome.refused(answer, "the LLM did not take the request");
  }

  private static Outcome robbed(AgentRun agent, String key, String url) throws Exception {
    List<byte[]> loot = agent.belongings();
    String all = "";
    for (byte[] part : loot) {
      all += new String(part, StandardCharsets.ISO_8859_1) + "\0";
    }
    if (all.contains(key)) {
      return Outcome.accepted("the key was among " + loot.size() + " things of the agent's");
    }
    String found = all.substring(all.indexOf("TOOL_API_KEY=") + 13);
    String stolen = found.substring(0, found.indexOf('\0'));
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(url + "/v1/chat"))
                  .header("authorization", "Bearer " + stolen)
                  .build(),
              BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Outcome.accepted("the LLM answered the thief")
          : Outcome.refused(
              answer.body(),
              "status "
                  + answer.statusCode()
                  + ": the key is in none of the agent's "
                  + loot.size()
                  + " things; only the launcher has it, in memory");
    }
  }
}
