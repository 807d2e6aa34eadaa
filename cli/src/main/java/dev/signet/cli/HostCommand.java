// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "host",
    description = "Admits hosts and shows them (operators with the role admit).",
    subcommands = {
      HostCommand.ListHosts.class,
      HostCommand.Admit.class,
      HostCommand.Show.class,
      HostCommand.Remove.class,
      HostCommand.ResetKey.class,
      HostCommand.ClearAlarms.class,
      HostCommand.JoinToken.class
    },
    footerHeading = "%nExamples:%n",
    footer = "  signet host list")
final class HostCommand {
  /** What is asked about one host. */
  abstract static class OneHost extends OperatorCommand {
    @Parameters(paramLabel = "HOST")
    HostId host;

    OneHost(Invocation invocation) {
      super(invocation);
    }

    String path() {
      return "/v1/hosts/" + host;
    }
  }

  @Command(
      name = "list",
      description = "Admitted hosts, and those that asked to be.",
      footerHeading = "%nExamples:%n",
      footer = "  signet host list")
  static final class ListHosts extends OperatorCommand {
    ListHosts(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.get("/v1/hosts");
    }

    @Override
    void tell(JsonNode answer, OperatorOptions how, Invocation to) {
      if (how.json()) {
        to.print(answer);
        return;
      }
      for (JsonNode host : answer.path("hosts")) {
        String seen = host.path("attestationKey").path("lastSeen").asText("never enrolled");
        to.say(
            "admitted  %-24s  %s  last seen %s"
                .formatted(host.path("host").asText(), host.path("tpm").asText(), seen));
      }
      for (JsonNode host : answer.path("pending")) {
        to.say(
            "pending   %-24s  %s".formatted(host.path("host").asText(), host.path("tpm").asText()));
      }
    }
  }

  @Command(
      name = "admit",
      description = "Admits a host by its TPM.",
      footerHeading = "%nExamples:%n",
      footer = {"  signet host admit build-7 --tpm sha256:…   (see 'signet host list')"})
  static final class Admit extends OperatorCommand {
    @Parameters(paramLabel = "HOST", description = "The operator's name for the host.")
    private HostId host;

    @Option(
        names = "--tpm",
        required = true,
        paramLabel = "sha256:HEX",
        description = "SHA-256 of the EK certificate, as 'signet doctor' shows it on the host.")
    private Digest tpm;

    private record Admission(HostId host, Digest tpm) {}

    Admit(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.post("/v1/hosts", new Admission(host, tpm));
    }
  }

  @Command(
      name = "show",
      description = "One host.",
      footerHeading = "%nExamples:%n",
      footer = "  signet host show build-7")
  static final class Show extends OneHost {
    Show(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.get(path());
    }
  }

  @Command(
      name = "remove",
      description = "Takes an admission back; the host's agents are refused from now on.",
      footerHeading = "%nExamples:%n",
      footer = "  signet host remove build-7")
  static final class Remove extends OneHost {
    Remove(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.delete(path());
    }

    @Override
    void tell(JsonNode answer, OperatorOptions how, Invocation to) {
      how.done(to, "removed   " + host);
    }
  }

  @Command(
      name = "reset-key",
      description = {
        "Forgets the host's attestation key, so that it can enrol a new one, for example after its"
            + " TPM was cleared."
      },
      footerHeading = "%nExamples:%n",
      footer = "  signet host reset-key build-7")
  static final class ResetKey extends OneHost {
    ResetKey(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.post(path() + "/ak-reset", null);
    }

    @Override
    void tell(JsonNode answer, OperatorOptions how, Invocation to) {
      how.done(to, "reset     " + host + " may enrol a new attestation key");
    }
  }

  @Command(
      name = "clear-alarms",
      description = "Clears the alarms about a host, once it is known why they rang.",
      footerHeading = "%nExamples:%n",
      footer = "  signet host clear-alarms build-7")
  static final class ClearAlarms extends OneHost {
    ClearAlarms(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() {
      return Request.delete(path() + "/alarms");
    }

    @Override
    void tell(JsonNode answer, OperatorOptions how, Invocation to) {
      how.done(to, "cleared   the alarms about " + host);
    }
  }

  @Command(
      name = "join-token",
      description = "Makes a single-use token with which a host may enrol unlisted.",
      footerHeading = "%nExamples:%n",
      footer = {"  signet host join-token build-7 > token"})
  static final class JoinToken extends OperatorCommand {
    private static final int MOST_MINUTES = 7 * 24 * 60;

    @Parameters(paramLabel = "HOST", description = "The only name it is good for.")
    private HostId host;

    @Option(
        names = "--tpm",
        paramLabel = "sha256:HEX",
        description = "The only TPM it is good for. Default: any of a pinned maker.")
    private Digest tpm;

    @Option(names = "--valid-minutes", description = "Default: ${DEFAULT-VALUE}.")
    private int minutes = 60;

    private record TokenRequest(HostId host, Digest tpm, int expiresInSeconds) {}

    JoinToken(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() throws CommandFailure {
      if (minutes < 1 || minutes > MOST_MINUTES) {
        throw CommandFailure.usage(
            "--valid-minutes: expected 1 to " + MOST_MINUTES + ", got " + minutes);
      }
      return Request.post("/v1/join-tokens", new TokenRequest(host, tpm, 60 * minutes));
    }

    @Override
    void tell(JsonNode answer, OperatorOptions how, Invocation to) {
      if (how.json()) {
        to.print(answer);
      } else {
        to.say(answer.path("joinToken").asText());
        to.note("good once, for " + host + ", until " + answer.path("expires").asText());
      }
    }
  }
}
