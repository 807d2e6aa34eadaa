// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.Tpm;
import dev.signet.launcher.Answer;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.Enrollment;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.HostId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.ProblemDetails;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "enroll",
    description = {
      "Enrols this host at a verifier: proves that the attestation key lives in this TPM.",
      "An operator must have admitted the host, or given out a join token."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  signet enroll --verifier https://verifier.example:8443 --verifier-pin sha256:… --host"
          + " build-7 --join-token-file token"
    })
final class EnrollCommand implements SignetCommand {
  private final Invocation invocation;

  @Mixin private HostOptions host;
  @Mixin private VerifierOptions verifier;

  @Option(
      names = "--host",
      required = true,
      paramLabel = "NAME",
      description = "The operator's name for this host.")
  private String name;

  @Option(
      names = "--join-token-file",
      paramLabel = "FILE",
      description = "A file with a single-use join token (a command line is seen by others).")
  private Path tokenFile;

  @Option(
      names = "--platform-certificate",
      paramLabel = "FILE",
      description =
          "The machine's platform certificate from its maker, DER or PEM; the verifier may require"
              + " one.")
  private Path platformCertificate;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  EnrollCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private record Result(String outcome, HostId host, String verifier, String akName) {}

  @Override
  public ExitCode run() throws CommandFailure, IOException {
    HostId id;
    try {
      id = new HostId(name);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--host: " + e.getMessage());
    }
    String token = tokenFile == null ? null : CredentialFile.read(tokenFile);
    Bytes platform =
        platformCertificate == null ? null : PlatformCertificateFile.read(platformCertificate);
    if (platform != null && platform.size() > Limits.PLATFORM_CERTIFICATE_BYTES) {
      throw CommandFailure.usage(
          "--platform-certificate: expected at most %d bytes, got %d"
              .formatted(Limits.PLATFORM_CERTIFICATE_BYTES, platform.size()));
    }
    Enrollment.Admission admission = new Enrollment.Admission(token, platform);
    Path state = host.state(invocation.environment());
    Enrollment.Place place =
        new Enrollment.Place(
            verifier.url(invocation.environment()),
            verifier.trust(invocation.environment()),
            host.address(invocation.environment()));
    try (Tpm tpm = host.open(invocation)) {
      Attestor attestor = Attestor.open(tpm, state);
      return switch (Enrollment.enroll(attestor, place, id, admission, state)) {
        case Answer.Refused<EnrolledHost>(ProblemDetails problem) ->
            throw CommandFailure.refusedByVerifier(problem);
        case Answer.Granted<EnrolledHost>(EnrolledHost enrolled) -> {
          if (json) {
            invocation.print(
                new Result(
                    ExitCode.GOOD.outcome(),
                    enrolled.host(),
                    enrolled.verifier(),
                    enrolled.akName().toHex()));
          } else {
            invocation.say("enrolled  " + enrolled.host() + " at " + enrolled.verifier());
            invocation.say("AK Name   " + enrolled.akName().toHex());
            invocation.say(
                "next      signet run --statement F --signer ci.pub.pem --jar agent.jar");
          }
          yield ExitCode.GOOD;
        }
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.unavailable("interrupted", e);
    }
  }
}
