package dev.signet.launcher;

import dev.signet.attestor.Attestor;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentResult;
import dev.signet.protocol.HostId;
import dev.signet.protocol.ProblemDetails;
import java.io.IOException;
import java.nio.file.Path;

/** {@code signet enroll}: binds this host's attestation key to its TPM at the verifier. */
public final class Enrollment {
  private Enrollment() {}

  /**
   * @param joinToken single-use admission from an operator, or null if the host is listed
   * @throws IOException if the TPM or the verifier cannot be reached, or the verifier's answer does
   *     not fit
   */
  public static Answer<EnrolledHost> enroll(
      Attestor attestor, VerifierClient verifier, HostId host, String joinToken, Path stateDirectory)
      throws IOException, InterruptedException {
    return switch (verifier.enroll(attestor.enrollmentRequest(host, joinToken))) {
      case Answer.Refused<EnrollmentChallenge>(ProblemDetails p) -> new Answer.Refused<>(p);
      case Answer.Granted<EnrollmentChallenge>(EnrollmentChallenge challenge) ->
          switch (verifier.activate(challenge.enrollment(), attestor.activate(challenge))) {
            case Answer.Refused<EnrollmentResult>(ProblemDetails p) -> new Answer.Refused<>(p);
            case Answer.Granted<EnrollmentResult>(EnrollmentResult result) -> {
              if (!result.akName().equals(attestor.akName()) || !result.host().equals(host)) {
                throw new IOException("the verifier enrolled another host or key than this one");
              }
              EnrolledHost enrolled =
                  EnrolledHost.of(host, result.verifier(), result.akName(), result.approvalKey());
              enrolled.save(stateDirectory);
              yield new Answer.Granted<>(enrolled);
            }
          };
    };
  }
}
