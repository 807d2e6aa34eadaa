// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "agents",
    description = {
      "How every agent on every host stands, as the verifier reckons it now (operators with the role"
          + " audit): live, late (evidence is overdue), failed (the newest was refused), silent (the"
          + " identity ended), revoked, or unseen (registered, and nothing ever came).",
      "REFUSED is the newest refusal, which may be over."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  signet agents", "  signet agents --state silent --json"})
final class AgentsCommand implements SignetCommand {
  private final Invocation invocation;
  @Mixin private OperatorOptions operator;

  @Option(names = "--state", paramLabel = "STATE", description = "Only those. May be repeated.")
  private List<String> states = new ArrayList<>();

  AgentsCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    Columns table =
        new Columns(
            "STATE",
            "SINCE",
            "AGENT",
            "HOST",
            "LAUNCH",
            "LAST SEEN",
            "LAST GOOD",
            "KEY",
            "ISOLATION",
            "REFUSED");
    String agent = "";
    String host = "";
    while (true) {
      JsonNode page =
          operator
              .call(
                  invocation,
                  "GET",
                  "/v1/agents?afterAgent=" + encoded(agent) + "&afterHost=" + encoded(host),
                  null)
              .path("agents");
      if (page.isEmpty() || invocation.out().checkError()) { // nobody reads on
        break;
      }
      for (JsonNode each : page) {
        agent = each.path("agent").asText();
        host = each.path("host").asText();
        if (!states.isEmpty() && !states.contains(each.path("state").asText())) {
          continue;
        }
        if (operator.json()) {
          invocation.print(each);
        } else {
          add(table, each);
        }
      }
    }
    if (!operator.json()) {
      table.say(invocation);
    }
    return ExitCode.GOOD;
  }

  private static void add(Columns table, JsonNode agent) {
    table.add(
        text(agent, "state"),
        text(agent, "since"),
        text(agent, "agent"),
        text(agent, "host"),
        text(agent, "launch"),
        text(agent, "lastSeen"),
        text(agent, "lastGood"),
        text(agent.path("appraisal"), "key"),
        text(agent.path("appraisal"), "isolation"),
        text(agent, "reason"));
  }

  static String text(JsonNode node, String member) {
    return node.path(member).asText("-");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
