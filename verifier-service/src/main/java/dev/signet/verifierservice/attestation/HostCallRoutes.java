// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.attestation;

import dev.signet.protocol.ActivationRequest;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.verifierservice.config.ServiceLimits;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.RateLimiter;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.operations.Metrics;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What hosts call. They have no credential: the TPM's signature is what counts. */
public final class HostCallRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(HostCallRoutes.class);
  private static final int LOGGED_CHARS = 2000;

  private final EnrollmentService enrollments;
  private final AttestationService attestations;
  private final RateLimiter perHost;
  private final RateLimiter challenges;
  private final Metrics metrics;
  private final InstantSource clock;

  public HostCallRoutes(
      EnrollmentService enrollments,
      AttestationService attestations,
      ServiceLimits limits,
      Metrics metrics,
      InstantSource clock) {
    this.enrollments = enrollments;
    this.attestations = attestations;
    this.perHost = new RateLimiter(limits.perHost());
    this.challenges = new RateLimiter(limits.perHost());
    this.metrics = metrics;
    this.clock = clock;
  }

  public List<Route> routes() {
    Access open = new Access.Open();
    int small = Limits.SMALL_MESSAGE_BYTES;
    return List.of(
        new Route("POST", "/v1/enrollments", open, small, this::enroll),
        new Route("POST", "/v1/enrollments/{id}/activation", open, small, this::activate),
        new Route("POST", "/v1/challenges", open, small, this::challenge),
        new Route("POST", "/v1/attestations", open, Limits.EVIDENCE_BYTES, this::attest));
  }

  private Answer enroll(Call call) throws MalformedMessageException, IOException {
    EnrollmentRequest request = call.json(EnrollmentRequest.class);
    // With the address: nobody uses up the tries of a host by naming it.
    if (!perHost.take(request.host() + " " + call.address(), System.nanoTime())) {
      return rateLimited();
    }
    return answer("enrol-begin", 201, enrollments.begin(request));
  }

  private Answer activate(Call call) throws MalformedMessageException, IOException {
    ActivationRequest request = call.json(ActivationRequest.class);
    return answer("enrol", 200, enrollments.activate(call.path().get("id"), request));
  }

  private Answer challenge(Call call) throws MalformedMessageException, IOException {
    ChallengeRequest request = call.json(ChallengeRequest.class);
    if (!challenges.take(request.akName().toHex() + " " + call.address(), System.nanoTime())) {
      return rateLimited();
    }
    return answer("challenge", 201, attestations.challenge(request));
  }

  private Answer attest(Call call) throws MalformedMessageException, IOException {
    AttestationRequest request = call.json(AttestationRequest.class);
    if (!perHost.take(request.akName().toHex() + " " + call.address(), System.nanoTime())) {
      return rateLimited();
    }
    return request.purpose() == Purpose.RELEASE
        ? answer("release", 200, attestations.release(request))
        : answer("attest", 200, attested(request, call.address()));
  }

  private Judgement<AttestationResult> attested(AttestationRequest request, String address)
      throws IOException {
    Judgement<AttestationResult> judgement = attestations.attest(request);
    if (judgement instanceof Judgement.Granted<AttestationResult>) {
      attestations.notePlace(request, address);
    }
    return judgement;
  }

  private <T> Answer answer(String act, int status, Judgement<T> judgement) {
    return switch (judgement) {
      case Judgement.Granted<T>(T answer) -> {
        metrics.decided(act, "OK");
        yield new Answer.Json(status, answer);
      }
      case Judgement.Refused<T>(Refusal reason, String detail, String decision) -> {
        metrics.decided(act, reason.name());
        LOG.info("{} refused: {}: {} (decision {})", act, reason, oneLine(detail), decision);
        yield new Answer.Problem(ProblemDetails.of(reason, null, decision, clock.instant()));
      }
    };
  }

  /** Details quote what peers sent, which must not look like a line of ours. */
  public static String oneLine(String detail) {
    String text = detail.length() > LOGGED_CHARS ? detail.substring(0, LOGGED_CHARS) + "…" : detail;
    return text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "?");
  }

  private Answer rateLimited() {
    return new Answer.Problem(ProblemDetails.of(Refusal.RATE_LIMITED, null, null, clock.instant()));
  }
}
