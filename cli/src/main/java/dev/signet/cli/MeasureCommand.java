// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.StatementDraft;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "measure",
    description = {
      "Measures an agent's executable JAR and prints the reference statement about it: the agent's"
          + " name, the JAR's SHA-256, a security version, a validity and how it may be started.",
      "The same JAR, options and times give the same bytes."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet measure --jar agent.jar --agent spiffe://example.org/agent/billing --svn 3",
      "  signet measure --jar agent.jar --agent spiffe://example.org/agent/billing --svn 3 \\",
      "      --version 1.2.3 --valid-days 30 --arg=--port --arg=8080 --env LANG \\",
      "      --out statement.json",
      "",
      "An argument that begins with a dash is written --arg=--port. The validity begins at",
      "SOURCE_DATE_EPOCH, if that is set."
    })
final class MeasureCommand implements SignetCommand {
  private final Invocation invocation;

  @Option(
      names = "--jar",
      required = true,
      paramLabel = "FILE",
      description = "The executable JAR.")
  private Path jar;

  @Option(
      names = "--agent",
      required = true,
      paramLabel = "SPIFFE_ID",
      description = "The agent's SPIFFE ID.")
  private AgentId agent;

  @Option(
      names = "--svn",
      required = true,
      paramLabel = "N",
      description = "Security version number: raise it when older builds must not run any more.")
  private long securityVersion;

  @Option(names = "--version", paramLabel = "V", description = "The build's version, for people.")
  private String version;

  @Mixin private ValidityOptions validity = new ValidityOptions();

  @Option(
      names = "--arg",
      paramLabel = "ARG",
      description =
          "An argument that the agent is started with; repeat it in order. Without any,"
              + " the agent is started without arguments.")
  private List<String> arguments = new ArrayList<>();

  @Option(names = "--any-arguments", description = "The agent may be started with any arguments.")
  private boolean anyArguments;

  @Option(
      names = "--env",
      paramLabel = "NAME",
      description = "A variable that the agent may be given; repeat it.")
  private List<String> environment = new ArrayList<>();

  @Option(names = "--out", paramLabel = "FILE", description = "Write the statement to a file.")
  private Path out;

  @Option(names = "--force", description = "Let --out replace a file.")
  private boolean force;

  @Option(
      names = "--json",
      description = "With --out, print one JSON object; the statement is JSON in any case.")
  private boolean json;

  MeasureCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      String statement,
      AgentId agent,
      long securityVersion,
      Digest digest,
      long size,
      Instant notBefore,
      Instant notAfter) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    StatementDraft draft = draft();
    switch (JarRuler.measure(jar)) {
      case JarMeasurement.Refused(var reason, var detail) ->
          throw reason == JarMeasurement.Reason.NOT_A_REGULAR_FILE
              ? CommandFailure.usage(jar + ": " + detail)
              : CommandFailure.refused(reason, jar + ": " + detail);
      case JarMeasurement.Measured measured -> finish(draft, measured);
    }
    return ExitCode.GOOD;
  }

  private StatementDraft draft() throws CommandFailure {
    if (anyArguments && !arguments.isEmpty()) {
      throw CommandFailure.usage("expected --arg or --any-arguments, got both");
    }
    try {
      return new StatementDraft(
          agent,
          version,
          securityVersion,
          validity.notBefore(invocation),
          validity.notAfter(invocation),
          anyArguments ? null : arguments,
          environment);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
  }

  private void finish(StatementDraft draft, JarMeasurement.Measured measured)
      throws IOException, CommandFailure {
    ReferenceStatement statement;
    try {
      statement = draft.about(jar.getFileName().toString(), measured);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
    byte[] bytes = StatementDraft.write(statement);
    if (out == null) {
      invocation.write(bytes);
      return;
    }
    OutputFile.write(out, bytes, force, invocation.random().get());
    if (json) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(),
              out.toString(),
              agent,
              securityVersion,
              measured.digest(),
              measured.size(),
              draft.notBefore(),
              draft.notAfter()));
    } else {
      invocation.say("measured   " + jar + "  " + measured.size() + " bytes");
      invocation.say("digest     " + measured.digest());
      invocation.say("valid      " + draft.notBefore() + " to " + draft.notAfter());
      invocation.say("statement  " + out + "  (next: signet sign --key ci.pem " + out + ")");
    }
  }
}
