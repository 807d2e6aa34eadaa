// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** The services of a {@link TestSigstore} on loopback: Fulcio, both Rekors, timestamps, GitHub. */
public final class TestServices implements AutoCloseable {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final TestSigstore sigstore;
  private final HttpServer server;

  public TestServices(TestSigstore sigstore) throws IOException {
    this.sigstore = sigstore;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    route("/api/v2/signingCert", 200, this::certify);
    route("/api/v1/log/entries", 201, this::log1);
    route("/api/v2/log/entries", 201, this::log2);
    route("/token", 200, this::token);
    server.createContext(
        "/tsa",
        x -> {
          try (x) {
            byte[] answer =
                sigstore.timestamps.answer(x.getRequestBody().readAllBytes(), sigstore.now);
            x.sendResponseHeaders(200, answer.length);
            x.getResponseBody().write(answer);
          }
        });
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Its signing config, with Rekor of that version. */
  public byte[] signingConfig(int rekor) {
    ObjectNode config = JSON.objectNode();
    config.put("mediaType", "application/vnd.dev.sigstore.signingconfig.v0.2+json");
    service(config, "caUrls", url(), 1);
    service(config, "rekorTlogUrls", url(), rekor);
    service(config, "tsaUrls", url() + "/tsa", 1);
    config.putObject("rekorTlogConfig").put("selector", "ANY");
    config.putObject("tsaConfig").put("selector", "ANY");
    return config.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void service(ObjectNode config, String name, String url, int version) {
    ObjectNode service = config.putArray(name).addObject();
    service.put("url", url).put("majorApiVersion", version).put("operator", "test");
    service.putObject("validFor").put("start", sigstore.epoch.toString());
  }

  /** A token as an OpenID provider gives one to a job; its signature is worth nothing. */
  public static String token(String issuer, String subject) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String claims =
        JSON.objectNode().put("iss", issuer).put("sub", subject).put("aud", "sigstore").toString();
    return base64.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
        + "."
        + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64.encodeToString(new byte[] {1, 2, 3});
  }

  private interface Service {
    JsonNode answer(HttpExchange x, JsonNode request) throws GeneralSecurityException, IOException;
  }

  private void route(String path, int good, Service service) {
    server.createContext(
        path,
        x -> {
          try (x) {
            byte[] body = x.getRequestBody().readAllBytes();
            byte[] answer;
            int status = good;
            try {
              JsonNode request =
                  body.length == 0 ? JSON.objectNode() : StrictJson.tree(body, 1 << 20);
              answer = service.answer(x, request).toString().getBytes(StandardCharsets.UTF_8);
            } catch (GeneralSecurityException
                | MalformedMessageException
                | IllegalArgumentException e) {
              status = 400;
              answer =
                  JSON.objectNode()
                      .put("code", 3)
                      .put("message", String.valueOf(e.getMessage()))
                      .toString()
                      .getBytes(StandardCharsets.UTF_8);
            }
            x.getResponseHeaders().set("Content-Type", "application/json");
            x.sendResponseHeaders(status, answer.length);
            x.getResponseBody().write(answer);
          }
        });
  }

  private JsonNode certify(HttpExchange x, JsonNode request) throws GeneralSecurityException {
    // Some clients send the token here, some there.
    String jwt = request.at("/credentials/oidcIdentityToken").textValue();
    if (jwt == null) {
      jwt = x.getRequestHeaders().getFirst("Authorization").substring("Bearer ".length());
    }
    JsonNode claims;
    try {
      claims = StrictJson.tree(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]), 1 << 14);
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException("the token is none", e);
    }
    String subject = claims.path("sub").textValue();
    JsonNode asked = request.path("publicKeyRequest");
    String pem = asked.at("/publicKey/content").textValue().replaceAll("-----[^-]*-----", "");
    PublicKey key =
        KeyFactory.getInstance("EC")
            .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
    Signature proof = Signature.getInstance("SHA256withECDSA");
    proof.initVerify(key);
    proof.update(subject.getBytes(StandardCharsets.UTF_8));
    if (!proof.verify(Base64.getDecoder().decode(asked.path("proofOfPossession").textValue()))) {
      throw new IllegalArgumentException("the signature supplied does not prove possession");
    }
    TestAuthority.Leaf leaf = new TestAuthority.Leaf();
    leaf.key = key;
    leaf.names = List.of(TestBundle.uri(subject));
    leaf.notBefore = sigstore.now.minusSeconds(5);
    leaf.certificateLog = sigstore.authority.logKey;
    leaf.claims.put(8, claims.path("iss").textValue());
    ObjectNode answer = JSON.objectNode();
    ArrayNode chain =
        answer
            .putObject("signedCertificateEmbeddedSct")
            .putObject("chain")
            .putArray("certificates");
    chain.add(new String(TestKeys.pem(sigstore.authority.issue(leaf)), StandardCharsets.US_ASCII));
    for (X509Certificate authority : sigstore.authority.chain()) {
      chain.add(new String(TestKeys.pem(authority), StandardCharsets.US_ASCII));
    }
    return answer;
  }

  private JsonNode log1(HttpExchange x, JsonNode request) throws IOException {
    JsonNode proposed = request.at("/spec/proposedContent");
    JsonNode envelope;
    try {
      envelope =
          StrictJson.tree(
              proposed.path("envelope").textValue().getBytes(StandardCharsets.UTF_8), 1 << 20);
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException("the envelope is none", e);
    }
    ObjectNode body = JSON.objectNode();
    body.put("apiVersion", "0.0.1").put("kind", "dsse");
    TestBundle.dsse(
        body.putObject("spec"),
        Base64.getDecoder().decode(envelope.path("payload").textValue()),
        Base64.getDecoder().decode(envelope.at("/signatures/0/sig").textValue()),
        Base64.getDecoder().decode(proposed.at("/verifiers/0").textValue()));
    ObjectNode entry =
        sigstore.rekor1.append(
            "dsse", "0.0.1", body.toString().getBytes(StandardCharsets.UTF_8), sigstore.now);
    ObjectNode answer = JSON.objectNode();
    ObjectNode made = answer.putObject("24296fb24b8ad77a");
    x.getResponseHeaders().set("ETag", "24296fb24b8ad77a");
    x.getResponseHeaders().set("Location", "/api/v1/log/entries/24296fb24b8ad77a");
    made.put("body", entry.get("canonicalizedBody").textValue());
    made.put("integratedTime", sigstore.now.getEpochSecond());
    made.put("logID", HexFormat.of().formatHex(sigstore.rekor1.id()));
    made.put("logIndex", Long.parseLong(entry.get("logIndex").textValue()));
    ObjectNode verification = made.putObject("verification");
    verification.set("signedEntryTimestamp", entry.at("/inclusionPromise/signedEntryTimestamp"));
    ObjectNode proof = verification.putObject("inclusionProof");
    JsonNode bundled = entry.get("inclusionProof");
    proof.set("checkpoint", bundled.at("/checkpoint/envelope"));
    proof.put("logIndex", Long.parseLong(bundled.get("logIndex").textValue()));
    proof.put("treeSize", Long.parseLong(bundled.get("treeSize").textValue()));
    proof.put("rootHash", hex(bundled.get("rootHash")));
    ArrayNode hashes = proof.putArray("hashes");
    bundled.get("hashes").forEach(hash -> hashes.add(hex(hash)));
    return answer;
  }

  /** As rekor-tiles: hashedrekord only; DSSE is logged by the digest of what was signed. */
  private JsonNode log2(HttpExchange x, JsonNode request) {
    JsonNode asked = request.path("hashedRekordRequestV002");
    ObjectNode body = JSON.objectNode();
    body.put("apiVersion", "0.0.2").put("kind", "hashedrekord");
    ObjectNode record = body.putObject("spec").putObject("hashedRekordV002");
    record
        .putObject("data")
        .put("algorithm", "SHA2_256")
        .put("digest", asked.path("digest").textValue());
    JsonNode by = asked.at("/signature/verifier");
    ObjectNode signature = record.putObject("signature");
    signature.put("content", asked.at("/signature/content").textValue());
    ObjectNode verifier = signature.putObject("verifier"); // canonical JSON is sorted
    verifier.put("keyDetails", by.path("keyDetails").textValue());
    if (by.has("publicKey")) {
      verifier.set("publicKey", by.get("publicKey"));
    } else {
      verifier.set("x509Certificate", by.get("x509Certificate"));
    }
    return sigstore.rekor2.append(
        "hashedrekord", "0.0.2", body.toString().getBytes(StandardCharsets.UTF_8), null);
  }

  /** What GitHub answers to a job that asks for its token. */
  private JsonNode token(HttpExchange x, JsonNode request) {
    if (!"Bearer of-the-job".equals(x.getRequestHeaders().getFirst("Authorization"))
        || !x.getRequestURI().getQuery().endsWith("audience=sigstore")) {
      throw new IllegalArgumentException("not your token");
    }
    return JSON.objectNode()
        .put("count", 42)
        .put("value", token(TestSigstore.ISSUER, TestSigstore.IDENTITY));
  }

  private static String hex(JsonNode base64) {
    return HexFormat.of().formatHex(Base64.getDecoder().decode(base64.textValue()));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
