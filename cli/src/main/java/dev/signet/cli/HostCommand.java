// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      HostCommand.JoinToken.class
    },
    footerHeading = "%nExamples:%n",
    footer = "  signet host list")
final class HostCommand {

  @Command(
      name = "list",
      description = "Admitted hosts, and those that asked to be.",
      footerHeading = "%nExamples:%n",
      footer = "  signet host list")
  static final class ListHosts implements SignetCommand {
    private final Invocation invocation;
    @Mixin private OperatorOptions operator;

    ListHosts(Invocation invocation) {
      this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      JsonNode answer = operator.call(invocation, "GET", "/v1/hosts", null);
      if (operator.json()) {
        invocation.print(answer);
        return ExitCode.GOOD;
      }
      for (JsonNode host : answer.path("hosts")) {
        String seen = host.path("attestationKey").path("lastSeen").asText("never enrolled");
        invocation.say(
            "admitted  %-24s  %s  last seen %s"
                .formatted(host.path("host").asText(), host.path("tpm").asText(), seen));
      }
      for (JsonNode host : answer.path("pending")) {
        invocation.say(
            "pending   %-24s  %s".formatted(host.path("host").asText(), host.path("tpm").asText()));
      }
      return ExitCode.GOOD;
    }
  }

  @Command(
      name = "admit",
      description = "Admits a host by its TPM.",
      footerHeading = "%nExamples:%n",
      footer = {"  signet host admit build-7 --tpm sha256:…   (see 'signet host list')"})
  static final class Admit implements SignetCommand {
    private final Invocation invocation;
    @Mixin private OperatorOptions operator;

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
      this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      Admission admission = new Admission(host, tpm);
      operator.print(invocation, operator.call(invocation, "POST", "/v1/hosts", admission));
      return ExitCode.GOOD;
    }
  }

  @Command(
      name = "show",
      description = "One host.",
      footerHeading = "%nExamples:%n",
      footer = "  signet host show build-7")
  static final class Show implements SignetCommand {
    private final Invocation invocation;
    @Mixin private OperatorOptions operator;

    @Parameters(paramLabel = "HOST")
    private HostId host;

    Show(Invocation invocation) {
      this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      operator.print(invocation, operator.call(invocation, "GET", "/v1/hosts/" + host, null));
      return ExitCode.GOOD;
    }
  }

  @Command(
      name = "remove",
      description = "Takes an admission back; the host's agents are refused from now on.",
      footerHeading = "%nExamples:%n",
      footer = "  signet host remove build-7")
  static final class Remove implements SignetCommand {
    private final Invocation invocation;
    @Mixin private OperatorOptions operator;

    @Parameters(paramLabel = "HOST")
    private HostId host;

    Remove(Invocation invocation) {
      this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      operator.call(invocation, "DELETE", "/v1/hosts/" + host, null);
      operator.done(invocation, "removed   " + host);
      return ExitCode.GOOD;
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
  static final class ResetKey implements SignetCommand {
    private final Invocation invocation;
    @Mixin private OperatorOptions operator;

    @Parameters(paramLabel = "HOST")
    private HostId host;

    ResetKey(Invocation invocation) {
      this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      operator.call(invocation, "POST", "/v1/hosts/" + host + "/ak-reset", null);
      operator.done(invocation, "reset     " + host + " may enrol a new attestation key");
      return ExitCode.GOOD;
    }
  }

  @Command(
      name = "join-token",
      description = "Makes a single-use token with which a host may enrol unlisted.",
      footerHeading = "%nExamples:%n",
      footer = {"  signet host join-token build-7 > token"})
  static final class JoinToken implements SignetCommand {
    private static final int MOST_MINUTES = 7 * 24 * 60;

    private final Invocation invocation;
    @Mixin private OperatorOptions operator;

    @Parameters(paramLabel = "HOST", description = "The only name it is good for.")
    private HostId host;

    @Option(
        names = "--tpm",
        paramLabel = "sha256:HEX",
        description = "The only TPM it is good for. Default: any of a pinned maker.")
    private Digest tpm;

    @Option(names = "--valid-minutes", description = "Default: ${DEFAULT-VALUE}.")
    private int minutes = 60;

    private record Request(HostId host, Digest tpm, int expiresInSeconds) {}

    JoinToken(Invocation invocation) {
      this.invocation = invocation;
    }

    @Override
    public ExitCode run() throws CommandFailure, IOException {
      if (minutes < 1 || minutes > MOST_MINUTES) {
        throw CommandFailure.usage(
            "--valid-minutes: expected 1 to " + MOST_MINUTES + ", got " + minutes);
      }
      Request request = new Request(host, tpm, 60 * minutes);
      JsonNode answer = operator.call(invocation, "POST", "/v1/join-tokens", request);
      if (operator.json()) {
        invocation.print(answer);
      } else {
        invocation.say(answer.path("joinToken").asText());
        invocation.note("good once, for " + host + ", until " + answer.path("expires").asText());
      }
      return ExitCode.GOOD;
    }
  }
}
