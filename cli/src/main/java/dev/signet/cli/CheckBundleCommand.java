// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.measurements.sigstore.BundleVerification;
import dev.signet.measurements.sigstore.BundleVerification.Flaw;
import dev.signet.measurements.sigstore.BundleVerification.Mismatch;
import dev.signet.measurements.sigstore.BundleVerifier;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.measurements.sigstore.VerifiedBundle;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "bundle",
    description = {
      "Checks any Sigstore bundle about a file, offline: certificate, transparency log, times,"
          + " signature, and that it is by one of those who are named.",
      "The bundle's statement, if it has one, is about whatever it says; that it is a reference"
          + " statement is for check statement to tell."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:authentic, by one who is named, and about the file",
      "1:authentic, but by somebody else or about something else",
      "2:not authentic"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet check bundle --bundle agent.jar.sigstore.json --artifact agent.jar \\",
      "      --identity https://github.com/acme/agent/.github/workflows/release.yml@refs/tags/v1 \\",
      "      --issuer https://token.actions.githubusercontent.com \\",
      "      --trusted-root trusted_root.json"
    })
final class CheckBundleCommand implements SignetCommand {
  private final Invocation invocation;

  @Mixin private SignerOptions signers;

  @Option(
      names = "--bundle",
      required = true,
      paramLabel = "FILE",
      description = "The Sigstore bundle, or - for standard input.")
  private Path bundle;

  @Option(
      names = "--artifact",
      required = true,
      paramLabel = "FILE",
      description = "The file that the bundle must be about.")
  private Path artifact;

  @Option(
      names = "--trusted-root",
      required = true,
      paramLabel = "FILE",
      description = "Whose certificates, logs and timestamps are believed: trusted_root.json.")
  private Path trustedRoot;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  CheckBundleCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      int exit,
      List<Finding> findings,
      String signer,
      Map<String, String> claims,
      Instant signedAt,
      Long logIndex) {}

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    signers.requireSomebody();
    BundleVerifier verifier = new BundleVerifier(SignerOptions.root(trustedRoot));
    SigstoreBundle parsed;
    try {
      parsed =
          SigstoreBundle.parse(
              InputFile.read(bundle, SigstoreBundle.MAX_BYTES, invocation),
              SigstoreBundle.MAX_BYTES);
    } catch (MalformedMessageException e) {
      return answer(
          ExitCode.NOT_AUTHENTIC, new Finding(Flaw.BUNDLE_MALFORMED.name(), e.getMessage()), null);
    }
    return switch (verifier.verifyArtifact(
        parsed,
        signers.identities(),
        signers.keys(),
        digest(artifact),
        invocation.clock().instant())) {
      case BundleVerification.NotAuthentic(Flaw flaw, String detail) ->
          answer(ExitCode.NOT_AUTHENTIC, new Finding(flaw.name(), detail), null);
      case BundleVerification.NotAccepted(Mismatch mismatch, String detail) ->
          answer(ExitCode.REFUSED, new Finding(mismatch.name(), detail), null);
      case BundleVerification.Verified(VerifiedBundle verified) ->
          answer(ExitCode.GOOD, null, verified);
    };
  }

  private static Digest digest(Path file) throws IOException, CommandFailure {
    if (Files.isDirectory(file)) {
      throw CommandFailure.usage("expected a file at " + file + ", got a directory");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Digest.hash(in);
    }
  }

  private ExitCode answer(ExitCode code, Finding finding, VerifiedBundle verified) {
    if (json) {
      invocation.print(
          new Result(
              code.outcome(),
              code.code(),
              finding == null ? List.of() : List.of(finding),
              verified == null ? null : verified.signer(),
              verified == null ? null : verified.claims(),
              verified == null ? null : verified.signedAt(),
              verified == null ? null : verified.logIndex()));
    } else if (verified == null) {
      String verdict = code == ExitCode.NOT_AUTHENTIC ? "not authentic" : "refused";
      invocation.note(verdict + ": " + finding.reason() + ": " + finding.detail());
    } else {
      invocation.say("signed by  " + verified.signer());
      verified
          .claims()
          .forEach((name, value) -> invocation.say("claim      " + name + " " + value));
      invocation.say("signed at  " + verified.signedAt());
      invocation.say("log entry  " + verified.logIndex());
      invocation.say(
          "good       authentic, and about "
              + artifact
              + (verified.statement().isPresent() ? " (by a statement)" : ""));
    }
    return code;
  }
}
