// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.SvidKeyInput;
import dev.signet.protocol.SvidRequest;
import dev.signet.protocol.SvidResult;
import dev.signet.relyingparty.RequestSigner;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.SignedFields;
import dev.signet.tpmsim.SoftwareTpm;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** What an agent's launcher sends to get SVIDs, signed with the attested request key. */
final class SvidCaller {
  final TestHost host;
  final TestVerifier verifier;
  String token;
  String authority;
  KeyPair agentKey = SoftwareTpm.p256();
  KeyPair signingKey;

  SvidCaller(TestHost host, String token) {
    this.host = host;
    this.verifier = host.verifier;
    this.authority = URI.create(verifier.issuer).getRawAuthority();
    this.token = token;
    this.signingKey = host.requestKeyPair;
  }

  PublicJwk agentJwk() {
    return PublicJwk.of((ECPublicKey) agentKey.getPublic());
  }

  SvidRequest x509(Long seconds) {
    byte[] input = SvidKeyInput.forX509(token, agentJwk());
    return SvidRequest.x509(
        agentJwk(), Bytes.of(SoftwareTpm.sign(agentKey.getPrivate(), input)), seconds);
  }

  SvidRequest wit(Long seconds) {
    byte[] input = SvidKeyInput.forWit(token, agentJwk());
    return SvidRequest.wit(
        agentJwk(), Bytes.of(SoftwareTpm.sign(agentKey.getPrivate(), input)), seconds);
  }

  /** Signed now, as the profile says. */
  HttpRequest signed(String path, Object message) throws Exception {
    byte[] body = StrictJson.encode(message);
    return request(path, body, fields(path, body));
  }

  HttpRequest request(String path, byte[] body, List<List<String>> fields) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(verifier.uri(path))
            .timeout(Duration.ofSeconds(20))
            .POST(BodyPublishers.ofByteArray(body));
    fields.forEach(f -> builder.header(f.get(0), f.get(1)));
    return builder.build();
  }

  List<List<String>> fields(String path, byte[] body) throws Exception {
    List<List<String>> fields = new ArrayList<>();
    fields.add(List.of("content-type", "application/json"));
    fields.add(
        List.of(
            "content-digest",
            "sha-256=:" + Base64.getEncoder().encodeToString(Digest.hash(body).toArray()) + ":"));
    fields.add(List.of(IdentityClaims.HEADER, token));
    SignedFields signed =
        new RequestSigner(
                SignatureProviders.detect().signer(signingKey.getPrivate()),
                PublicJwk.of((ECPublicKey) signingKey.getPublic()).thumbprint(),
                TestHost.RANDOM)
            .sign(new View(authority, path, List.copyOf(fields)), verifier.clock().instant());
    fields.add(List.of("signature-input", signed.signatureInput()));
    fields.add(List.of("signature", signed.signature()));
    return fields;
  }

  HttpResponse<byte[]> send(HttpRequest request) throws Exception {
    return verifier.client().send(request, BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> call(String path, Object message) throws Exception {
    return send(signed(path, message));
  }

  SvidResult svid(SvidRequest request) throws Exception {
    HttpResponse<byte[]> response = call("/v1/svids", request);
    if (response.statusCode() != 200) {
      throw new AssertionError(TestVerifier.text(response));
    }
    return TestVerifier.decode(response.body(), SvidResult.class);
  }

  String refused(String path, Object message) throws Exception {
    return TestVerifier.problem(call(path, message)).reason();
  }

  Instant now() {
    return verifier.clock().instant();
  }

  private record View(String authority, String path, List<List<String>> fields)
      implements RequestView {
    @Override
    public String method() {
      return "POST";
    }

    @Override
    public String scheme() {
      return "https";
    }

    @Override
    public Optional<String> query() {
      return Optional.empty();
    }

    @Override
    public List<String> fieldValues(String name) {
      return fields.stream().filter(f -> f.get(0).equals(name)).map(f -> f.get(1)).toList();
    }
  }
}
