// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static dev.signet.cli.AgentsCommand.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
    name = "hosts",
    description = {
      "How every admitted host stands, as the verifier reckons it now (operators with the role"
          + " admit): as the one of its agents that was heard of last.",
      "See signet host list for those that asked and were not admitted."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  signet hosts", "  signet hosts --json"})
final class HostsCommand extends OperatorCommand {
  HostsCommand(Invocation invocation) {
    super(invocation);
  }

  @Override
  Request request() {
    return Request.get("/v1/hosts");
  }

  @Override
  void tell(JsonNode answer, OperatorOptions how, Invocation to) {
    if (how.json()) {
      answer.path("hosts").forEach(to::print);
      return;
    }
    Columns table =
        new Columns(
            "STATE",
            "SINCE",
            "HOST",
            "LAST SEEN",
            "LAST GOOD",
            "BOOT",
            "AGENTS",
            "REFUSED",
            "ALARMS",
            "MACHINE",
            "TPM");
    for (JsonNode host : answer.path("hosts")) {
      JsonNode status = host.path("status");
      JsonNode key = host.path("attestationKey");
      String boot =
          key.isMissingNode() ? "-" : text(key, "resetCount") + "." + text(key, "restartCount");
      table.add(
          status.isMissingNode()
              ? key.isMissingNode() ? "not-enrolled" : "unseen"
              : text(status, "state"),
          text(status, "since"),
          text(host, "host"),
          text(status, "lastSeen"),
          text(status, "lastGood"),
          boot,
          text(status, "agents"),
          text(status, "reason"),
          alarms(host.path("alarms")),
          machine(host.path("platform")),
          text(host, "tpm"));
    }
    table.say(to);
    for (JsonNode host : answer.path("hosts")) {
      for (JsonNode alarm : host.path("alarms")) {
        to.say(
            "alarm     %s %s, %d times from %s to %s: %s"
                .formatted(
                    text(host, "host"),
                    text(alarm, "kind"),
                    alarm.path("times").asLong(),
                    text(alarm, "firstAt"),
                    text(alarm, "lastAt"),
                    text(alarm, "detail")));
      }
    }
  }

  /** By its platform certificate, as checked at the enrolment. */
  private static String machine(JsonNode platform) {
    return platform.isMissingNode() || platform.isNull()
        ? "-"
        : "%s %s %s"
            .formatted(
                text(platform, "manufacturer"), text(platform, "model"), text(platform, "serial"));
  }

  private static String alarms(JsonNode alarms) {
    List<String> kinds = new ArrayList<>();
    alarms.forEach(alarm -> kinds.add(text(alarm, "kind")));
    return kinds.isEmpty() ? "-" : String.join(",", kinds);
  }
}
