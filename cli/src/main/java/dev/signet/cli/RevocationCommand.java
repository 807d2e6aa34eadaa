// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Revocation;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code signet revoke} and {@code signet reinstate}: the same words, two directions. */
final class RevocationCommand {
  private RevocationCommand() {}

  private record Change(Revocation.Scope scope, String value, String reason) {}

  /** What is meant, and why. */
  static final class Subject {
    @Parameters(
        index = "0",
        paramLabel = "SCOPE",
        description = "agent, launch, key, host, tpm or measurement.")
    private String scope;

    @Parameters(
        index = "1",
        paramLabel = "VALUE",
        description =
            "SPIFFE ID, launch id, key thumbprint, host name, sha256:… of the EK certificate, or"
                + " sha256:… of an artifact.")
    private String value;

    @Option(
        names = "--reason",
        required = true,
        paramLabel = "TEXT",
        description = "Why; kept in the audit log.")
    private String reason;

    private Change change() throws CommandFailure {
      try {
        Revocation.Scope parsed = Revocation.Scope.valueOf(scope.toUpperCase(Locale.ROOT));
        new Revocation(parsed, value, 0);
        return new Change(parsed, value, reason);
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage(
            "expected agent, launch, key, host, tpm or measurement with a value of its kind, got "
                + scope
                + " "
                + value);
      }
    }
  }

  @Command(
      name = "revoke",
      description = "Ends the trust in something, within seconds and everywhere.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  signet revoke agent spiffe://example.org/agent/billing --reason \"incident 12\"",
        "  signet revoke measurement sha256:… --reason \"CVE in a library\""
      })
  static final class Revoke extends OperatorCommand {
    @Mixin private Subject subject;

    Revoke(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() throws CommandFailure {
      return Request.post("/v1/revocations", subject.change());
    }
  }

  @Command(
      name = "reinstate",
      description = "Takes a revocation back (role reinstate).",
      footerHeading = "%nExamples:%n",
      footer = {
        "  signet reinstate agent spiffe://example.org/agent/billing --reason \"incident 12 closed\""
      })
  static final class Reinstate extends OperatorCommand {
    @Mixin private Subject subject;

    Reinstate(Invocation invocation) {
      super(invocation);
    }

    @Override
    Request request() throws CommandFailure {
      return Request.post("/v1/reinstatements", subject.change());
    }

    @Override
    void tell(JsonNode answer, OperatorOptions how, Invocation to) {
      how.done(to, "reinstated");
    }
  }
}
