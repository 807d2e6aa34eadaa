// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.ActivationRequest;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.EnrollmentChallenge;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.EnrollmentResult;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.StateApproval;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls the verifier service over TLS 1.3 to one pinned server. A refusal by the verifier is an
 * {@link Answer.Refused}; a verifier that cannot be reached, or that answers 503, is an {@link
 * IOException}.
 */
public final class VerifierClient implements AutoCloseable {
  private static final int UNAVAILABLE = 503;

  private final URI base;
  private final HttpClient http;
  private final Duration timeout;
  private volatile Instant serverTime;

  /**
   * @param base {@code https://host:port}
   * @param timeout for one call, connecting included
   * @throws IllegalArgumentException if {@code base} is not an https URL without path
   */
  public VerifierClient(URI base, ServerTrust trust, Duration timeout) throws IOException {
    if (!isBase(base)) {
      throw new IllegalArgumentException("expected the verifier as https://host:port, got " + base);
    }
    this.base = base;
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(trust.sslContext())
            .connectTimeout(timeout)
            // The agent's own proxy settings must never reach the launcher's calls.
            .proxy(HttpClient.Builder.NO_PROXY)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** Whether it is {@code https://host:port} and nothing more. */
  public static boolean isBase(URI base) {
    boolean bare = base.getRawPath() == null || base.getRawPath().matches("/?");
    return "https".equals(base.getScheme()) && base.getHost() != null && bare;
  }

  public Answer<EnrollmentChallenge> enroll(EnrollmentRequest request)
      throws IOException, InterruptedException {
    return post("/v1/enrollments", request, EnrollmentChallenge.class);
  }

  public Answer<EnrollmentResult> activate(String enrollment, ActivationRequest request)
      throws IOException, InterruptedException {
    return post("/v1/enrollments/" + enrollment + "/activation", request, EnrollmentResult.class);
  }

  public Answer<Challenge> challenge(ChallengeRequest request)
      throws IOException, InterruptedException {
    return post("/v1/challenges", request, Challenge.class);
  }

  /** Evidence with purpose release. */
  public Answer<StateApproval.Granted> release(AttestationRequest evidence)
      throws IOException, InterruptedException {
    return post("/v1/attestations", evidence, StateApproval.Granted.class);
  }

  /** Evidence with purpose attest. */
  public Answer<AttestationResult> attest(AttestationRequest evidence)
      throws IOException, InterruptedException {
    return post("/v1/attestations", evidence, AttestationResult.class);
  }

  /**
   * Any other call.
   *
   * @param credential a bearer credential, or null
   * @param body JSON, or null for none
   * @return the body of a 2xx answer
   */
  public Answer<byte[]> call(String method, String path, String credential, byte[] body)
      throws IOException, InterruptedException {
    return send(
        method,
        path,
        credential == null ? Map.of() : Map.of("authorization", "Bearer " + credential),
        body);
  }

  /**
   * A call with fields of the caller's own.
   *
   * @param body JSON, or null for none; its content type is added unless it is among the fields
   */
  Answer<byte[]> send(String method, String path, Map<String, String> fields, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(timeout)
            .header("accept", "application/json, " + ProblemDetails.MEDIA_TYPE)
            .method(
                method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (body != null) {
      request.setHeader("content-type", "application/json");
    }
    fields.forEach(request::setHeader);
    HttpResponse<byte[]> response = send(request.build());
    byte[] answer = response.body();
    if (response.statusCode() / 100 == 2) {
      return new Answer.Granted<>(answer);
    }
    ProblemDetails problem = problem(response.statusCode(), answer);
    if (response.statusCode() == UNAVAILABLE) {
      throw new IOException("the verifier is not available: " + problem.title());
    }
    return new Answer.Refused<>(problem);
  }

  /** The verifier's clock in its newest answer ({@code Date}), in whole seconds. */
  public Optional<Instant> serverTime() {
    return Optional.ofNullable(serverTime);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer;
    try {
      answer =
          http.sendAsync(
              request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), Limits.SNAPSHOT_BYTES));
    } catch (RejectedExecutionException e) {
      // Another thread closed this client between the JDK's own check and its first task.
      throw unreachable("this client was closed", e);
    }
    try {
      // The request's own timeout ends with the head: a body that stops coming would hold the
      // renewal for ever.
      HttpResponse<byte[]> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      response.headers().firstValue("date").ifPresent(this::rememberTime);
      return response;
    } catch (TimeoutException e) {
      throw unreachable("no whole answer within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String why =
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
      throw unreachable(why, cause);
    } finally {
      answer.cancel(true);
    }
  }

  private IOException unreachable(String why, Throwable cause) {
    return new IOException("the verifier at " + base + " cannot be reached: " + why, cause);
  }

  private void rememberTime(String date) {
    try {
      serverTime = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
    } catch (DateTimeException e) {
      // A clock that cannot be read is one that was not told; nothing is decided by it.
      serverTime = null;
    }
  }

  private <T> Answer<T> post(String path, Object message, Class<T> type)
      throws IOException, InterruptedException {
    return switch (call("POST", path, null, StrictJson.encode(message))) {
      case Answer.Refused<byte[]>(ProblemDetails problem) -> new Answer.Refused<>(problem);
      case Answer.Granted<byte[]>(byte[] json) -> {
        try {
          yield new Answer.Granted<>(StrictJson.decode(json, type, Limits.SMALL_MESSAGE_BYTES));
        } catch (MalformedMessageException e) {
          throw new IOException("the verifier's answer to " + path + ": " + e.getMessage(), e);
        }
      }
    };
  }

  private static ProblemDetails problem(int status, byte[] body) throws IOException {
    try {
      return StrictJson.decode(body, ProblemDetails.class, Limits.SMALL_MESSAGE_BYTES);
    } catch (MalformedMessageException e) {
      throw new IOException("expected problem details with status " + status, e);
    }
  }
}
