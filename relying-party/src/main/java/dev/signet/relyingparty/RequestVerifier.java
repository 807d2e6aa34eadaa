// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.Revocation;
import dev.signet.protocol.SignatureProfile;
import dev.signet.requestsignatures.Authority;
import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.MessageSignature;
import dev.signet.requestsignatures.MessageSignatures;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureSelection;
import dev.signet.requestsignatures.SignatureVerification;
import dev.signet.requestsignatures.VerifiedSignature;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether an attested agent sent a request: the checks of docs/protocol.md, "Signed
 * request", in that order. Reads no clock and opens nothing; what it changes is the replay guard,
 * and only for signatures that are good in everything else.
 */
public final class RequestVerifier {
  private final Set<String> authorities = new HashSet<>();
  private final String scheme;

  /**
   * A verifier for one service.
   *
   * @param authorities the names under which clients reach the service, such as {@code
   *     api.example:8443}; never taken from the request
   * @param scheme the scheme that clients use, also where a proxy ends TLS
   */
  public RequestVerifier(Set<String> authorities, String scheme) {
    this.scheme = scheme.toLowerCase(Locale.ROOT);
    for (String authority : authorities) {
      this.authorities.add(
          Authority.normalized(authority, this.scheme)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "expected host and optional port, got \"" + authority + '"')));
    }
    if (authorities.isEmpty()) {
      throw new IllegalArgumentException("a service has at least one authority");
    }
  }

  /** The scheme of the service, for views of requests that came through a proxy. */
  public String scheme() {
    return scheme;
  }

  /** Decides on one request. */
  public RequestDecision verify(
      RequestView request, RequestBody body, TrustState trust, Instant now, ReplayGuard replays) {
    try {
      long second = now.getEpochSecond();
      String token = onlyToken(request);
      MessageSignature signature = onlySignature(request);
      SignatureRules rules = SignatureRules.of(signature);
      boolean[] present = SignatureRules.refuseAmbiguousFields(request);
      if (trust.isStale(now)) {
        throw new Refused(Refusal.TRUST_STALE, "the newest trust snapshot is too old");
      }
      VerifiedToken agent = trust.tokens().verify(token, second);
      rules.requireKey(agent.key().thumbprint());
      Optional<ContentDigest> digest =
          rules.requireCoverage(request, present, mayHaveContent(body));
      requireOurName(request);
      verified(signature.verify(request, agent.key()));
      rules.requireFresh(second);
      refuseRevoked(trust.revoked().scopeOf(agent));
      refuseReplay(rules.use(replays, agent.key().thumbprint(), second));
      return new RequestDecision.Accepted(agent.agent(), checkBody(digest, body));
    } catch (Refused e) {
      return new RequestDecision.Refused(e.reason(), e.getMessage());
    }
  }

  private static String onlyToken(RequestView request) throws Refused {
    List<String> tokens = request.fieldValues(IdentityClaims.HEADER);
    if (tokens.isEmpty()) {
      throw new Refused(Refusal.UNSIGNED, "no identity token");
    }
    if (tokens.size() > 1) {
      throw new Refused(Refusal.TOKEN_MALFORMED, "several identity tokens");
    }
    return tokens.get(0);
  }

  private static MessageSignature onlySignature(RequestView request) throws Refused {
    SignatureSelection selection = MessageSignatures.withTag(request, SignatureProfile.TAG);
    if (selection instanceof SignatureSelection.Selected selected) {
      return selected.signature();
    }
    if (selection instanceof SignatureSelection.Refused refused) {
      throw switch (refused.reason()) {
        case TAG_NOT_FOUND -> new Refused(Refusal.UNSIGNED, refused.detail());
        default ->
            new Refused(Refusal.MALFORMED_SIGNATURE, refused.reason() + ": " + refused.detail());
      };
    }
    throw new Refused(Refusal.UNSIGNED, "no signature");
  }

  private void requireOurName(RequestView request) throws Refused {
    String authority = request.authority();
    if (!request.scheme().equals(scheme)
        || !authorities.contains(authority)
            && !Authority.normalized(authority, scheme).map(authorities::contains).orElse(false)) {
      throw new Refused(
          Refusal.WRONG_AUTHORITY,
          "expected "
              + scheme
              + " and one of "
              + authorities
              + ", got "
              + request.scheme()
              + " and "
              + authority);
    }
  }

  private static VerifiedSignature verified(SignatureVerification verification) throws Refused {
    if (verification instanceof SignatureVerification.Verified verified) {
      return verified.signature();
    }
    SignatureVerification.Refused refused = (SignatureVerification.Refused) verification;
    throw switch (refused.reason()) {
      case BAD_SIGNATURE -> new Refused(Refusal.BAD_SIGNATURE, refused.detail());
      default ->
          new Refused(Refusal.MALFORMED_SIGNATURE, refused.reason() + ": " + refused.detail());
    };
  }

  private static void refuseRevoked(Revocation.Scope scope) throws Refused {
    if (scope != null) {
      throw new Refused(Refusal.REVOKED, "revoked by its " + scope.name().toLowerCase(Locale.ROOT));
    }
  }

  private static void refuseReplay(ReplayGuard.Outcome outcome) throws Refused {
    switch (outcome) {
      case FRESH -> {}
      case REPLAYED -> throw new Refused(Refusal.REPLAYED, "this nonce of this key was used");
      case FULL -> throw new Refused(Refusal.REPLAY_MEMORY_FULL, "no room to remember the nonce");
      case BEFORE_MEMORY ->
          throw new Refused(Refusal.STALE, "created before this service's memory begins");
    }
  }

  private static boolean mayHaveContent(RequestBody body) {
    if (body instanceof RequestBody.Complete complete) {
      return complete.content().length > 0;
    }
    return !(body instanceof RequestBody.None);
  }

  /** What is left to be checked by whoever reads the body. */
  private static Optional<ContentDigest> checkBody(
      Optional<ContentDigest> claimed, RequestBody body) throws Refused {
    if (claimed.isEmpty() || body instanceof RequestBody.Streaming) {
      return claimed;
    }
    ContentDigest digest = claimed.get();
    boolean good;
    if (body instanceof RequestBody.Complete complete) {
      good = digest.matches(complete.content());
    } else if (body instanceof RequestBody.Hashed hashed) {
      good = digest.claims(ContentDigest.Algorithm.SHA_256, hashed.sha256().toArray());
    } else {
      good = digest.matches(new byte[0]);
    }
    if (!good) {
      throw new Refused(Refusal.BODY_MISMATCH, "the body has another digest than Content-Digest");
    }
    return Optional.empty();
  }
}
