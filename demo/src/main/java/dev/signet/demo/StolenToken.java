// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.protocol.PublicJwk;
import dev.signet.relyingparty.RequestSigner;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.SignedFields;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Map;

/** A request with somebody else's identity token, signed with a key of the thief's own. */
final class StolenToken {
  private static final String TOKEN = "workload-identity-token";

  private StolenToken() {}

  /**
   * @param captured a request as it was on the wire
   */
  static String request(String captured, String authority, SecureRandom random) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    KeyPair own = generator.generateKeyPair();
    WeatherRequest request =
        new WeatherRequest(
            authority,
            Map.of(
                "host",
                authority,
                "authorization",
                "Bearer " + World.API_KEY,
                TOKEN,
                field(captured, TOKEN)));
    String thumbprint = PublicJwk.of((ECPublicKey) own.getPublic()).thumbprint();
    SignedFields signed =
        new RequestSigner(SignatureProviders.detect().signer(own.getPrivate()), thumbprint, random)
            .sign(request, Instant.now());
    return request.text(signed);
  }

  private static String field(String request, String name) {
    return request
        .lines()
        .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("nothing was captured"));
  }
}
