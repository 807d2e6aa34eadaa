// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.Attestor;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentResult;
import dev.signet.protocol.HostId;
import dev.signet.protocol.ProblemDetails;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** {@code signet enroll}: binds this host's attestation key to its TPM at the verifier. */
public final class Enrollment {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private Enrollment() {}

  /**
   * Where the host and its verifier find each other.
   *
   * @param tpm address of the TPM, kept for later launches
   */
  public record Place(URI url, ServerTrust trust, String tpm) {
    EnrolledHost enrolled(HostId host, EnrollmentResult result) {
      Digest pin = trust instanceof ServerTrust.Pin p ? p.spki() : null;
      String authorities =
          trust instanceof ServerTrust.Authorities a ? a.pem().toAbsolutePath().toString() : null;
      return new EnrolledHost(
          EnrolledHost.VERSION,
          host,
          result.verifier(),
          url,
          pin,
          authorities,
          tpm,
          result.akName(),
          result.approvalKey());
    }
  }

  /**
   * What a host shows beside its TPM.
   *
   * @param joinToken single-use admission from an operator, or null if the host is listed
   * @param platformCertificate of the machine's maker, DER, or null
   */
  public record Admission(String joinToken, Bytes platformCertificate) {
    /** A host that an operator listed. */
    public static final Admission LISTED = new Admission(null, null);

    public static Admission by(String joinToken) {
      return new Admission(joinToken, null);
    }

    /** Without the token, which is a secret. */
    @Override
    public String toString() {
      return "Admission[%s join token, %s platform certificate]"
          .formatted(joinToken == null ? "no" : "a", platformCertificate == null ? "no" : "a");
    }
  }

  /**
   * @param admission what the host shows of itself
   * @throws IOException if the TPM or the verifier cannot be reached, or the verifier's answer does
   *     not fit
   */
  public static Answer<EnrolledHost> enroll(
      Attestor attestor, Place place, HostId host, Admission admission, Path stateDirectory)
      throws IOException, InterruptedException {
    try (VerifierClient verifier = new VerifierClient(place.url(), place.trust(), TIMEOUT)) {
      return enroll(attestor, verifier, place, host, admission, stateDirectory);
    }
  }

  private static Answer<EnrolledHost> enroll(
      Attestor attestor,
      VerifierClient verifier,
      Place place,
      HostId host,
      Admission admission,
      Path stateDirectory)
      throws IOException, InterruptedException {
    return switch (verifier.enroll(
        attestor.enrollmentRequest(host, admission.joinToken(), admission.platformCertificate()))) {
      case Answer.Refused<EnrollmentChallenge>(ProblemDetails p) -> new Answer.Refused<>(p);
      case Answer.Granted<EnrollmentChallenge>(EnrollmentChallenge challenge) ->
          switch (verifier.activate(challenge.enrollment(), attestor.activate(challenge))) {
            case Answer.Refused<EnrollmentResult>(ProblemDetails p) -> new Answer.Refused<>(p);
            case Answer.Granted<EnrollmentResult>(EnrollmentResult result) -> {
              if (!result.akName().equals(attestor.akName()) || !result.host().equals(host)) {
                throw new IOException("the verifier enrolled another host or key than this one");
              }
              EnrolledHost enrolled = place.enrolled(host, result);
              enrolled.save(stateDirectory);
              yield new Answer.Granted<>(enrolled);
            }
          };
    };
  }
}
