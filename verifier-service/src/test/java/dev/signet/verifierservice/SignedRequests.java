// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.protocol.Digest;
import dev.signet.protocol.VerifyRequest;
import dev.signet.relyingparty.RequestSigner;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.SignedFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Requests that an attested agent signs. */
final class SignedRequests {
  private SignedRequests() {}

  /**
   * @param token the identity token
   * @param now when it is signed
   */
  static VerifyRequest get(
      TestHost host, String token, String scheme, String authority, String path, Instant now)
      throws Exception {
    return get(host, token, scheme, authority, path, now, List.of());
  }

  /**
   * @param more fields that the request has besides, signed where the profile says so
   */
  static VerifyRequest get(
      TestHost host,
      String token,
      String scheme,
      String authority,
      String path,
      Instant now,
      List<List<String>> more)
      throws Exception {
    List<List<String>> fields = new ArrayList<>(more);
    fields.add(List.of("workload-identity-token", token));
    RequestView view = view(scheme, authority, path, fields);
    SignedFields signed =
        new RequestSigner(
                SignatureProviders.detect().signer(host.requestKeyPair.getPrivate()),
                host.requestKey().thumbprint(),
                TestHost.RANDOM)
            .sign(view, now);
    fields.add(List.of("signature-input", signed.signatureInput()));
    fields.add(List.of("signature", signed.signature()));
    return new VerifyRequest("GET", scheme, authority, path, null, fields, null);
  }

  static VerifyRequest withPath(VerifyRequest r, String path) {
    return new VerifyRequest(
        r.method(), r.scheme(), r.authority(), path, r.query(), r.headers(), r.bodyDigest());
  }

  static VerifyRequest withBody(VerifyRequest r, Digest digest) {
    return new VerifyRequest(
        r.method(), r.scheme(), r.authority(), r.path(), r.query(), r.headers(), digest);
  }

  static String field(VerifyRequest r, String name) {
    return r.headers().stream().filter(f -> f.get(0).equals(name)).findFirst().orElseThrow().get(1);
  }

  private static RequestView view(
      String scheme, String authority, String path, List<List<String>> fields) {
    return new RequestView() {
      @Override
      public String method() {
        return "GET";
      }

      @Override
      public String scheme() {
        return scheme;
      }

      @Override
      public String authority() {
        return authority;
      }

      @Override
      public String path() {
        return path;
      }

      @Override
      public Optional<String> query() {
        return Optional.empty();
      }

      @Override
      public List<String> fieldValues(String name) {
        return fields.stream().filter(f -> f.get(0).equals(name)).map(f -> f.get(1)).toList();
      }
    };
  }
}
