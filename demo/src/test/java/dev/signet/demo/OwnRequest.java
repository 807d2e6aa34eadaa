// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.attestor.RequestKey;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.SignatureProfile;
import dev.signet.requestsignatures.CoveredComponent;
import dev.signet.requestsignatures.MessageSigner;
import dev.signet.requestsignatures.SignatureAlgorithm;
import dev.signet.requestsignatures.SignatureParameters;
import dev.signet.requestsignatures.SignedFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A GET of /weather, signed with a real request key as its maker likes. */
final class OwnRequest {
  private final String authority;
  private final Map<String, String> fields = new LinkedHashMap<>();
  private final List<String> covered = new ArrayList<>(SignatureProfile.ALWAYS);
  private Instant created = Instant.now();

  OwnRequest(Site site, String token) {
    this.authority = site.authority();
    fields.put("host", authority);
    fields.put("authorization", "Bearer " + Site.API_KEY);
    fields.put("workload-identity-token", token);
    covered.add("authorization");
  }

  OwnRequest notCovering(String component) {
    covered.remove(component);
    return this;
  }

  OwnRequest createdAt(Instant time) {
    created = time;
    return this;
  }

  /** The bytes for the wire. */
  String signedBy(RequestKey key, java.util.random.RandomGenerator random) throws Exception {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    WeatherRequest request = new WeatherRequest(authority, fields);
    SignedFields signed =
        new MessageSigner(SignatureProfile.LABEL, key::sign)
            .sign(
                request,
                covered.stream().map(CoveredComponent::of).toList(),
                SignatureParameters.NONE
                    .created(created)
                    .expires(created.plusSeconds(60))
                    .nonce(Bytes.of(nonce).toBase64Url())
                    .keyid(key.publicKey().thumbprint())
                    .alg(SignatureAlgorithm.ECDSA_P256_SHA256)
                    .tag(SignatureProfile.TAG));
    return request.text(signed);
  }
}
