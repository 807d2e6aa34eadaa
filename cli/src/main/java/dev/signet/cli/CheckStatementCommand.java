// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.StatementVerification;
import dev.signet.measurements.StatementVerifier;
import dev.signet.measurements.VerifiedStatement;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.Limits;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ReferenceStatement.Artifact;
import dev.signet.protocol.ReferenceStatement.Predicate;
import dev.signet.protocol.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "statement",
    description = {
      "Checks a signed reference statement as the launcher and the verifier do: that one of the"
          + " signers signed it and that it is valid now; and, where given, that it is about this"
          + " JAR and this agent and not below the floor."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:authentic and acceptable",
      "1:authentic, but expired or not about what was given",
      "2:not authentic"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet check statement statement.dsse --signer ci.pub.pem",
      "  signet check statement statement.dsse --signer ci.pub.pem --jar agent.jar \\",
      "      --agent spiffe://example.org/agent/billing --floor 3 --json",
      "  signet check statement statement.sigstore.json --trusted-root trusted_root.json \\",
      "      --identity https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1 \\",
      "      --issuer https://token.actions.githubusercontent.com"
    })
final class CheckStatementCommand implements SignetCommand {
  private final Invocation invocation;

  @Parameters(
      paramLabel = "ENVELOPE",
      description = "The DSSE envelope or Sigstore bundle, or - for standard input.")
  private Path envelope;

  @Mixin private SignerOptions signers;

  @Option(
      names = "--trusted-root",
      paramLabel = "FILE",
      description = "With --identity: whose certificates, logs and timestamps are believed.")
  private Path trustedRoot;

  @Option(
      names = "--jar",
      paramLabel = "FILE",
      description = "The JAR that the statement must be about.")
  private Path jar;

  @Option(
      names = "--agent",
      paramLabel = "SPIFFE_ID",
      description = "The agent that the statement must be about.")
  private AgentId agent;

  @Option(
      names = "--floor",
      paramLabel = "N",
      description = "The lowest security version that is acceptable.")
  private Long floor;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  CheckStatementCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      int exit,
      List<Finding> findings,
      List<String> signers,
      Digest payloadDigest,
      ReferenceStatement statement) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    SignerPolicy policy = signers.policy(trustedRoot);
    byte[] bytes = InputFile.read(envelope, Limits.STATEMENT_BYTES, invocation);
    return switch (StatementVerifier.verify(bytes, policy, invocation.clock().instant())) {
      case StatementVerification.Refused(Refusal reason, String detail) ->
          answer(
              reason == Refusal.STATEMENT_EXPIRED ? ExitCode.REFUSED : ExitCode.NOT_AUTHENTIC,
              List.of(new Finding(reason.name(), detail)),
              null);
      case StatementVerification.Verified(VerifiedStatement verified) -> {
        List<Finding> findings = appraise(verified);
        yield answer(findings.isEmpty() ? ExitCode.GOOD : ExitCode.REFUSED, findings, verified);
      }
    };
  }

  private List<Finding> appraise(VerifiedStatement verified) throws IOException {
    List<Finding> findings = new ArrayList<>();
    Predicate predicate = verified.statement().predicate();
    if (agent != null && !predicate.agent().equals(agent)) {
      findings.add(
          new Finding(
              Refusal.MEASUREMENT_MISMATCH.name(),
              "agent: expected " + agent + ", the statement is about " + predicate.agent()));
    }
    if (floor != null && verified.securityVersion() < floor) {
      findings.add(
          new Finding(
              Refusal.ROLLED_BACK.name(),
              "security version: expected at least "
                  + floor
                  + ", the statement has "
                  + verified.securityVersion()));
    }
    if (jar != null) {
      switch (JarRuler.measure(jar)) {
        case JarMeasurement.Refused(var reason, var detail) ->
            findings.add(new Finding(reason.name(), jar + ": " + detail));
        case JarMeasurement.Measured measured when !verified.approves(measured) ->
            findings.add(
                new Finding(Refusal.MEASUREMENT_MISMATCH.name(), differs(verified, measured)));
        case JarMeasurement.Measured _ -> {}
      }
    }
    return findings;
  }

  private String differs(VerifiedStatement verified, JarMeasurement.Measured measured) {
    Artifact expected = verified.artifact(ReferenceStatement.ROLE_AGENT_JAR).orElseThrow();
    return jar
        + ": expected "
        + expected.digest()
        + " ("
        + expected.size()
        + " bytes), got "
        + measured.digest()
        + " ("
        + measured.size()
        + " bytes): this is another build than the one that was signed";
  }

  private ExitCode answer(ExitCode code, List<Finding> findings, VerifiedStatement verified) {
    if (json) {
      invocation.print(
          new Result(
              code.outcome(),
              code.code(),
              findings,
              verified == null ? null : verified.signers(),
              verified == null ? null : verified.payloadDigest(),
              verified == null ? null : verified.statement()));
      return code;
    }
    if (verified != null) {
      describe(verified);
    }
    String verdict = code == ExitCode.NOT_AUTHENTIC ? "not authentic" : "refused";
    for (Finding f : findings) {
      invocation.note(verdict + ": " + f.reason() + ": " + f.detail());
    }
    if (findings.isEmpty()) {
      invocation.say("good       authentic" + (jar == null ? "" : ", and " + jar + " is the JAR"));
    }
    return code;
  }

  private void describe(VerifiedStatement verified) {
    Predicate p = verified.statement().predicate();
    invocation.say("signed by  " + String.join(", ", verified.signers()));
    invocation.say("agent      " + p.agent());
    invocation.say(
        "version    "
            + (p.version() == null ? "" : p.version() + ", ")
            + "security version "
            + p.securityVersion());
    invocation.say("valid      " + p.validity().notBefore() + " to " + p.validity().notAfter());
    for (Artifact a : p.artifacts()) {
      invocation.say("artifact   " + a.role() + " " + a.digest() + " " + a.size() + " bytes");
    }
    invocation.say(
        "arguments  " + (p.launch().arguments() == null ? "any" : p.launch().arguments()));
    invocation.say("variables  " + p.launch().environment());
    invocation.say(
        "egress     "
            + (p.egress() == null
                ? "[]"
                : p.egress().stream().map(EgressPermission::rule).toList()));
  }
}
