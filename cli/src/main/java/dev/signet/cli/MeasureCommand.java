// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.measurements.StatementDraft;
import dev.signet.measurements.image.ImageConfig;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ReferenceStatement.Artifact;
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
      "Measures an agent (its JAR, alone or with a class path, and the Java runtime; or a container"
          + " image) and prints the reference statement about it: the agent's name, a SHA-256 for"
          + " each part, a security version, a validity and how it may be started.",
      "The same parts, options and times give the same bytes."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet measure --jar agent.jar --agent spiffe://example.org/agent/billing --svn 3 \\",
      "      --egress \"POST api.llm.example/v1/*\" --egress \"* *.internal.example\"",
      "  signet measure --jar agent.jar --agent spiffe://example.org/agent/billing --svn 3 \\",
      "      --version 1.2.3 --valid-days 30 --arg=--port --arg=8080 --env LANG \\",
      "      --out statement.json",
      "  signet measure --jar agent.jar --class-path lib/a.jar:lib/b.jar --java-runtime jre \\",
      "      --agent spiffe://example.org/agent/billing --svn 3",
      "  signet measure --image oci:image --platform linux/amd64 --memory 512m \\",
      "      --agent spiffe://example.org/agent/billing --svn 3",
      "",
      "An argument that begins with a dash is written --arg=--port. The validity begins at",
      "SOURCE_DATE_EPOCH, if that is set."
    })
final class MeasureCommand implements SignetCommand {
  private final Invocation invocation;

  @Mixin private MeasuredOptions what = new MeasuredOptions();

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
              + " the agent is started without arguments, or with those of the image.")
  private List<String> arguments = new ArrayList<>();

  @Option(names = "--any-arguments", description = "The agent may be started with any arguments.")
  private boolean anyArguments;

  @Option(
      names = "--env",
      paramLabel = "NAME",
      description = "A variable that the agent may be given; repeat it.")
  private List<String> environment = new ArrayList<>();

  @Mixin private TermsOptions terms = new TermsOptions();

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

  /**
   * @param digest of the JAR, or of the image's manifest where there is none
   * @param artifacts where there is more than one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      String statement,
      AgentId agent,
      long securityVersion,
      Digest digest,
      long size,
      List<Artifact> artifacts,
      Instant notBefore,
      Instant notAfter) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    if (anyArguments && !arguments.isEmpty()) {
      throw CommandFailure.usage("expected --arg or --any-arguments, got both");
    }
    StatementDraft.Terms said = terms.terms();
    MeasuredOptions.Result measured = what.measure(terms.namesMainClass());
    StatementDraft draft;
    ReferenceStatement statement;
    try {
      draft =
          new StatementDraft(
              agent,
              version,
              securityVersion,
              validity.notBefore(invocation),
              validity.notAfter(invocation),
              anyArguments ? null : arguments(measured),
              environment,
              said);
      statement = draft.about(measured.agent());
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
    byte[] bytes = StatementDraft.write(statement);
    if (said.egress() == null) {
      invocation.note(
          "warning: the statement permits the agent no request; --egress says which it may send");
    }
    if (out == null) {
      invocation.write(bytes);
    } else {
      OutputFile.write(out, bytes, force, invocation.random().get());
      tell(draft, measured);
    }
    return ExitCode.GOOD;
  }

  /** An image's own where nobody names others, so that the statement says what will run. */
  private List<String> arguments(MeasuredOptions.Result measured) {
    return arguments.isEmpty()
        ? measured.config().map(ImageConfig::cmd).orElse(arguments)
        : arguments;
  }

  private void tell(StatementDraft draft, MeasuredOptions.Result measured) {
    List<Artifact> artifacts = measured.agent().artifacts();
    Artifact first = artifacts.getFirst();
    if (json) {
      invocation.print(
          new Result(
              ExitCode.GOOD.outcome(),
              out.toString(),
              agent,
              securityVersion,
              first.digest(),
              first.size(),
              artifacts.size() == 1 ? null : artifacts,
              draft.notBefore(),
              draft.notAfter()));
      return;
    }
    invocation.say("measured   " + measured.place() + "  " + first.size() + " bytes");
    if (artifacts.size() == 1) {
      invocation.say("digest     " + first.digest());
    } else {
      for (Artifact artifact : artifacts) {
        invocation.say("digest     " + artifact.digest() + "  " + artifact.role());
      }
    }
    invocation.say("valid      " + draft.notBefore() + " to " + draft.notAfter());
    invocation.say("statement  " + out + "  (next: signet sign --key ci.pem " + out + ")");
  }
}
