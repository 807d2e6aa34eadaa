// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.attestor.RequestKey;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.SignatureProfile;
import dev.signet.requestsignatures.CoveredComponent;
import dev.signet.requestsignatures.MessageSigner;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureAlgorithm;
import dev.signet.requestsignatures.SignatureParameters;
import dev.signet.requestsignatures.SignedFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A GET of /weather, signed with a real request key as its maker likes. */
final class OwnRequest implements RequestView {
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
    SignedFields signed =
        new MessageSigner(SignatureProfile.LABEL, key::sign)
            .sign(
                this,
                covered.stream().map(CoveredComponent::of).toList(),
                SignatureParameters.NONE
                    .created(created)
                    .expires(created.plusSeconds(60))
                    .nonce(Bytes.of(nonce).toBase64Url())
                    .keyid(key.publicKey().thumbprint())
                    .alg(SignatureAlgorithm.ECDSA_P256_SHA256)
                    .tag(SignatureProfile.TAG));
    StringBuilder text = new StringBuilder("GET /weather HTTP/1.1\r\n");
    fields.forEach((name, value) -> text.append(name + ": " + value + "\r\n"));
    return text.append("Signature-Input: " + signed.signatureInput() + "\r\n")
        .append("Signature: " + signed.signature() + "\r\n\r\n")
        .toString();
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public String path() {
    return "/weather";
  }

  @Override
  public Optional<String> query() {
    return Optional.empty();
  }

  @Override
  public List<String> fieldValues(String lowerCaseName) {
    return fields.containsKey(lowerCaseName) ? List.of(fields.get(lowerCaseName)) : List.of();
  }
}
