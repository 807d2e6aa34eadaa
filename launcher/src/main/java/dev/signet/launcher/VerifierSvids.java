// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.EgressIdentity;
import dev.signet.launcher.egress.SignedCall;
import dev.signet.launcher.workload.Issued;
import dev.signet.launcher.workload.SvidKey;
import dev.signet.launcher.workload.SvidSource;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.SpiffeBundle;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.SvidKeyInput;
import dev.signet.protocol.SvidRequest;
import dev.signet.protocol.SvidResult;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** SVIDs from the verifier, each call signed with the attested request key of this launch. */
final class VerifierSvids implements SvidSource {
  private static final String SVIDS = "/v1/svids";
  private static final String BUNDLE = "/v1/bundle/all";

  /** Refusals that say nothing about the agent: the call came too often, too late or too early. */
  private static final Set<String> PASSING =
      Set.of(
          Refusal.RATE_LIMITED.name(),
          Refusal.STALE.name(),
          Refusal.TRUST_STALE.name(),
          Refusal.TOKEN_EXPIRED.name(),
          Refusal.REPLAY_MEMORY_FULL.name());

  /** What the launch is now. */
  interface Attested extends EgressIdentity {
    /** Why the verifier last refused to renew it; empty unless it did. Never blocks. */
    Optional<String> refused();
  }

  private final VerifierClient verifier;
  private final URI signedFor;
  private final Attested identity;
  private final Clock clock;
  private final SecureRandom random;

  /**
   * @param verifierId for which calls are signed, whatever address the verifier is reached under
   * @param clock the verifier's time
   */
  VerifierSvids(
      VerifierClient verifier,
      String verifierId,
      Attested identity,
      Clock clock,
      SecureRandom random) {
    this.verifier = verifier;
    this.signedFor = URI.create(verifierId).resolve(SVIDS);
    this.identity = identity;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public Optional<Issued.Absence> lost() {
    return identity.refused().map(Issued.Absence::forNow);
  }

  @Override
  public Issued<SvidResult.X509> x509(SvidKey key) throws IOException, InterruptedException {
    return ask(
        token ->
            SvidRequest.x509(
                key.publicKey(),
                Bytes.of(key.sign(SvidKeyInput.forX509(token, key.publicKey()))),
                null),
        SvidResult::x509);
  }

  @Override
  public Issued<SvidResult.Token> jwt(List<String> audience)
      throws IOException, InterruptedException {
    return ask(token -> SvidRequest.jwt(audience, null), SvidResult::jwt);
  }

  @Override
  public Issued<SvidResult.Token> wit(SvidKey key) throws IOException, InterruptedException {
    return ask(
        token ->
            SvidRequest.wit(
                key.publicKey(),
                Bytes.of(key.sign(SvidKeyInput.forWit(token, key.publicKey()))),
                null),
        SvidResult::wit);
  }

  @Override
  public Issued<SpiffeBundle> bundle() throws IOException, InterruptedException {
    return switch (verifier.send("GET", BUNDLE, Map.of(), null)) {
      case Answer.Refused<byte[]>(ProblemDetails problem) -> none(problem);
      case Answer.Granted<byte[]>(byte[] json) ->
          new Issued.Granted<>(read(json, SpiffeBundle.class));
    };
  }

  private <T> Issued<T> ask(Function<String, SvidRequest> request, Function<SvidResult, T> member)
      throws IOException, InterruptedException {
    Optional<EgressIdentity.Current> current = identity.current();
    if (current.isEmpty()) {
      return lost()
          .<Issued<T>>map(Issued.None::new)
          .orElseGet(
              () ->
                  Issued.notNow(
                      "attestation is pending, or has ended and was not renewed yet; the"
                          + " launcher's output says more"));
    }
    byte[] body = StrictJson.encode(request.apply(current.get().workloadIdentityToken()));
    Map<String, String> fields = SignedCall.post(current.get(), signedFor, body, clock, random);
    return switch (verifier.send("POST", SVIDS, fields, body)) {
      case Answer.Refused<byte[]>(ProblemDetails problem) -> none(problem);
      case Answer.Granted<byte[]>(byte[] json) -> {
        T asked = member.apply(read(json, SvidResult.class));
        if (asked == null) {
          throw new IOException("the verifier's answer to " + SVIDS + " is to something else");
        }
        yield new Issued.Granted<>(asked);
      }
    };
  }

  private static <T> Issued<T> none(ProblemDetails problem) throws IOException {
    String why = new Answer.Refused<>(problem).describe();
    if (PASSING.contains(problem.reason())) {
      throw new IOException(why);
    }
    return new Issued.None<>(
        problem.reason().equals(Refusal.NOT_PERMITTED.name())
            ? Issued.Absence.notPermitted(why)
            : Issued.Absence.forNow(why));
  }

  private static <T> T read(byte[] json, Class<T> type) throws IOException {
    try {
      return StrictJson.decode(json, type, Limits.SMALL_MESSAGE_BYTES);
    } catch (MalformedMessageException e) {
      throw new IOException("the verifier's " + type.getSimpleName() + ": " + e.getMessage(), e);
    }
  }
}
