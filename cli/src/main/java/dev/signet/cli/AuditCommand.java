// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "audit",
    description = "Prints the verifier's decisions, oldest first (operators with the role audit).",
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet audit --agent spiffe://example.org/agent/billing",
      "  signet audit --json",
      "  signet audit verify --audit-key audit-key.jwk.json --keep checkpoint"
    },
    subcommands = AuditVerifyCommand.class)
final class AuditCommand implements SignetCommand {
  private final Invocation invocation;
  @Mixin private OperatorOptions operator;

  @Option(names = "--after", description = "Begin after this decision. Default: the first.")
  private long after;

  @Option(names = "--agent", description = "Only decisions about this agent.")
  private String agent;

  AuditCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    long last = after;
    while (true) {
      JsonNode decisions =
          operator.call(invocation, "GET", "/v1/audit?after=" + last, null).path("decisions");
      if (decisions.isEmpty() || invocation.out().checkError()) { // nobody reads on
        return ExitCode.GOOD;
      }
      for (JsonNode decision : decisions) {
        last = Math.max(last, decision.path("id").asLong());
        if (agent == null || agent.equals(decision.path("agent").asText(null))) {
          print(decision);
        }
      }
    }
  }

  private void print(JsonNode decision) {
    if (operator.json()) {
      invocation.print(decision);
      return;
    }
    StringBuilder line = new StringBuilder();
    decision
        .properties()
        .forEach(
            member -> {
              if (!member.getValue().isNull()) {
                line.append(line.isEmpty() ? "" : "  ")
                    .append(member.getKey())
                    .append('=')
                    .append(member.getValue().asText());
              }
            });
    invocation.say(line.toString());
  }
}
