// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.verification.EkCertificateId;
import dev.signet.verifier.verification.PlatformCertificate;
import dev.signet.verifier.verification.PlatformCertificate.Component;
import dev.signet.verifier.verification.PlatformCertificate.RootOfTrust;
import dev.signet.verifier.verification.PlatformCertificateVerifier;
import dev.signet.verifier.verification.PlatformDescription;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifierservice.keys.MakerCertificates;
import dev.signet.verifierservice.keys.Pem;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "platform-certificate",
    description = {
      "Checks a machine's platform certificate (TCG Platform Certificate Profile): that a known"
          + " issuer signed it for this EK certificate, and that it is valid now; and prints what"
          + " it says.",
      "The components in it are those of the factory; nothing compares them with the machine."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:a known issuer's, for this EK certificate, valid now",
      "2:not authentic, not for this EK certificate, not valid now, or not well-formed"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  signet check platform-certificate platform.der --ek ek.der --issuers platforms"})
final class CheckPlatformCertificateCommand implements SignetCommand {
  private final Invocation invocation;

  @Parameters(paramLabel = "FILE", description = "The platform certificate, DER or PEM.")
  private Path file;

  @Option(
      names = "--ek",
      required = true,
      paramLabel = "FILE",
      description = "The certificate of the TPM's endorsement key, DER or PEM.")
  private Path ek;

  @Option(
      names = "--issuers",
      required = true,
      paramLabel = "DIR",
      description =
          "Certificates of those who sign platform certificates, and of their roots, DER or PEM.")
  private Path issuers;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  CheckPlatformCertificateCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  private static final List<String> NOTES =
      List.of(
          "not checked: that the EK certificate is a TPM maker's; enrolment does that",
          "not checked: whether it was revoked, and whether the machine is still built as it says");

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      String outcome,
      int exit,
      List<Finding> findings,
      Digest certificate,
      PlatformDescription platform,
      String rootOfTrust,
      List<Part> components,
      String issuer,
      Instant notAfter,
      List<String> notes) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Part(
      String componentClass, String manufacturer, String model, String serial, String revision) {
    static Part of(Component c) {
      return new Part(c.componentClass(), c.manufacturer(), c.model(), c.serial(), c.revision());
    }
  }

  @Override
  public ExitCode run() throws IOException, CommandFailure {
    Bytes der = PlatformCertificateFile.read(file);
    List<X509Certificate> given = Pem.certificates(ek);
    if (given.size() != 1) {
      throw CommandFailure.usage("--ek: expected one certificate, got " + given.size());
    }
    MakerCertificates known = MakerCertificates.readPlatformIssuers(issuers);
    PlatformCertificateVerifier verifier =
        new PlatformCertificateVerifier(known.roots(), known.intermediates());
    return switch (verifier.verify(
        der, EkCertificateId.of(given.getFirst()), invocation.clock().instant())) {
      case Verification.Refused<PlatformCertificate>(Refusal reason, String detail) ->
          throw CommandFailure.notAuthentic(reason, detail);
      case Verification.Authentic<PlatformCertificate>(PlatformCertificate platform) -> {
        if (json) {
          invocation.print(result(platform));
        } else {
          describe(platform);
        }
        yield ExitCode.GOOD;
      }
    };
  }

  private static Result result(PlatformCertificate platform) {
    return new Result(
        ExitCode.GOOD.outcome(),
        ExitCode.GOOD.code(),
        List.of(),
        platform.digest(),
        platform.description(),
        platform.rootOfTrust().map(RootOfTrust::wireName).orElse(null),
        platform.components().stream().map(Part::of).toList(),
        platform.issuer(),
        platform.notAfter(),
        NOTES);
  }

  private void describe(PlatformCertificate platform) {
    PlatformDescription is = platform.description();
    invocation.say("manufacturer  " + is.manufacturer());
    invocation.say("model         " + is.model() + ", version " + is.version());
    invocation.say("serial        " + (is.serial() == null ? "not given" : is.serial()));
    invocation.say(
        "measures      "
            + platform.rootOfTrust().map(RootOfTrust::wireName).orElse("root of trust not given"));
    for (Component c : platform.components()) {
      invocation.say(
          "component     %s %s%s"
              .formatted(
                  c.manufacturer(),
                  c.model(),
                  c.serial() == null ? "" : ", serial number " + c.serial()));
    }
    invocation.say("issuer        " + platform.issuer());
    invocation.say("until         " + platform.notAfter());
    NOTES.forEach(note -> invocation.say("note          " + note));
    invocation.say("good          a known issuer's, for this EK certificate, valid now");
  }
}
