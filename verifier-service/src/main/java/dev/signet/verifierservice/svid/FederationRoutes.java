// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.svid;

import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.keys.KeyPurpose;
import dev.signet.verifierservice.keys.KeyStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What others read to check what this trust domain issued: the SPIFFE bundle (profile {@code
 * https_web}), and for OpenID Connect a discovery document and the keys. Public, and the same for
 * everybody.
 */
public final class FederationRoutes {
  private static final String JSON = "application/json";
  private static final String OIDC_KEYS = "/v1/oidc/keys";

  private final String issuer;
  private final KeyStore keys;
  private final Optional<BundlePublisher> bundle;
  private final InstantSource clock;

  /**
   * @param issuer the verifier's id, which OpenID Connect calls the issuer
   * @param bundle nothing where this verifier is no trust domain
   */
  public FederationRoutes(
      String issuer, KeyStore keys, Optional<BundlePublisher> bundle, InstantSource clock) {
    this.issuer = issuer;
    this.keys = keys;
    this.bundle = bundle;
    this.clock = clock;
  }

  public List<Route> routes() {
    Access open = new Access.Open();
    return List.of(
        new Route("GET", "/v1/bundle", open, 0, this::bundle),
        new Route("GET", "/v1/bundle/all", open, 0, this::wholeBundle),
        new Route("GET", "/.well-known/openid-configuration", open, 0, this::discovery),
        new Route("GET", OIDC_KEYS, open, 0, this::keys));
  }

  private Answer bundle(Call call) throws IOException {
    return bundle.isEmpty() ? none() : published(bundle.get().common(clock.instant()));
  }

  private Answer wholeBundle(Call call) throws IOException {
    return bundle.isEmpty() ? none() : published(bundle.get().current(clock.instant()));
  }

  private Answer discovery(Call call) {
    if (bundle.isEmpty()) {
      return none();
    }
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("issuer", issuer);
    out.put("jwks_uri", issuer + OIDC_KEYS);
    // OpenID Connect Discovery, section 3, wants these three; nobody logs in here.
    out.put("response_types_supported", List.of("id_token"));
    out.put("subject_types_supported", List.of("public"));
    out.put("id_token_signing_alg_values_supported", List.of("ES256"));
    out.put("claims_supported", List.of("iss", "sub", "aud", "iat", "exp", "jti"));
    return published(out);
  }

  /** The keys that sign JWTs for others, and no other: not those of identity tokens. */
  private Answer keys(Call call) {
    if (bundle.isEmpty()) {
      return none();
    }
    List<PublicJwk> all = keys.published(KeyPurpose.JWT, clock.instant());
    return published(Map.of("keys", all));
  }

  private Answer published(Object document) {
    return new Answer.Cacheable(
        JSON, StrictJson.encode(document), bundle.orElseThrow().refreshHint());
  }

  private Answer none() {
    return new Answer.Problem(
        ProblemDetails.of(
            Refusal.NOT_FOUND, "this verifier is no trust domain", null, clock.instant()));
  }
}
