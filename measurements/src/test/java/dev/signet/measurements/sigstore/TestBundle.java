// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.signet.measurements.dsse.PreAuthenticationEncoding;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.x509.GeneralName;

/** How a bundle is made; good unless something is changed. */
public final class TestBundle {
  static final String IN_TOTO = "application/vnd.in-toto+json";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final TestSigstore sigstore;
  private final TestAuthority.Leaf leaf = new TestAuthority.Leaf();
  private KeyPair key = TestKeys.p256();
  private KeyPair managed;
  private TestAuthority authority;
  private TestTimestamps timestamps;
  private TestLog log;
  private boolean rekor2;
  private boolean intoto;
  private Instant logged;
  private Instant stamped;
  private byte[] content;
  private boolean dsse;
  private String payloadType = IN_TOTO;
  private UnaryOperator<byte[]> loggedContent = UnaryOperator.identity();
  private UnaryOperator<byte[]> stampedSignature = UnaryOperator.identity();
  private Consumer<ObjectNode> loggedBody = body -> {};

  TestBundle(TestSigstore sigstore) {
    this.sigstore = sigstore;
    authority = sigstore.authority;
    timestamps = sigstore.timestamps;
    log = sigstore.rekor1;
    logged = sigstore.now;
    leaf.names = List.of(uri(TestSigstore.IDENTITY));
    leaf.notBefore = sigstore.now.minusSeconds(60);
    leaf.certificateLog = authority.logKey;
    leaf.claims.put(8, TestSigstore.ISSUER);
  }

  public TestBundle statement(byte[] payload) {
    content = payload.clone();
    dsse = true;
    return this;
  }

  public TestBundle artifact(byte[] file) {
    content = file.clone();
    dsse = false;
    return this;
  }

  public TestBundle by(String issuer, String identity) {
    leaf.claims.put(8, issuer);
    leaf.names = List.of(uri(identity));
    return this;
  }

  /** By the last arc of 1.3.6.1.4.1.57264.1. */
  public TestBundle claiming(int extension, String value) {
    leaf.claims.put(extension, value);
    return this;
  }

  public TestBundle inRekor2() {
    rekor2 = true;
    log = sigstore.rekor2;
    stamped = sigstore.now;
    return this;
  }

  /** As old cosign did. */
  TestBundle asIntoto() {
    intoto = true;
    return this;
  }

  /** By a key of the signer's own, as {@code cosign --key} does. */
  public TestBundle withKey(KeyPair own) {
    managed = own;
    key = own;
    return this;
  }

  TestBundle leaf(Consumer<TestAuthority.Leaf> change) {
    change.accept(leaf);
    return this;
  }

  public TestBundle issuedBy(TestAuthority other) {
    authority = other;
    return this;
  }

  TestBundle signedWith(KeyPair other) {
    key = other;
    return this;
  }

  public TestBundle payloadType(String type) {
    payloadType = type;
    return this;
  }

  public TestBundle issuedFor(Instant from, Duration life) {
    leaf.notBefore = from;
    leaf.life = life;
    return this;
  }

  public TestBundle loggedAt(Instant time) {
    logged = time;
    return this;
  }

  TestBundle loggedIn(TestLog other) {
    log = other;
    return this;
  }

  TestBundle loggedContent(UnaryOperator<byte[]> other) {
    loggedContent = other;
    return this;
  }

  TestBundle loggedBody(Consumer<ObjectNode> change) {
    loggedBody = change;
    return this;
  }

  public TestBundle stampedAt(Instant time) {
    stamped = time;
    return this;
  }

  TestBundle stampedBy(TestTimestamps other) {
    timestamps = other;
    return this;
  }

  TestBundle stampedSignature(UnaryOperator<byte[]> other) {
    stampedSignature = other;
    return this;
  }

  public byte[] encode() {
    return make().toString().getBytes(StandardCharsets.UTF_8);
  }

  ObjectNode make() {
    byte[] signed = dsse ? PreAuthenticationEncoding.of(payloadType, content) : content;
    byte[] signature = TestKeys.sign(key, signed);
    leaf.key = key.getPublic();
    X509Certificate certificate = managed == null ? authority.issue(leaf) : null;
    ObjectNode bundle = JSON.objectNode();
    bundle.put("mediaType", SigstoreBundle.MEDIA_TYPE);
    ObjectNode material = bundle.putObject("verificationMaterial");
    if (certificate == null) {
      material.putObject("publicKey").put("hint", "which-key");
    } else {
      material.putObject("certificate").put("rawBytes", TestKeys.base64(der(certificate)));
    }
    material.putArray("tlogEntries").add(entry(signed, signature, certificate));
    if (stamped != null) {
      material
          .putObject("timestampVerificationData")
          .putArray("rfc3161Timestamps")
          .addObject()
          .put(
              "signedTimestamp",
              TestKeys.base64(timestamps.stamp(stampedSignature.apply(signature), stamped)));
    }
    if (dsse) {
      ObjectNode envelope = bundle.putObject("dsseEnvelope");
      envelope.put("payload", TestKeys.base64(content)).put("payloadType", payloadType);
      envelope.putArray("signatures").addObject().put("sig", TestKeys.base64(signature));
    } else {
      ObjectNode message = bundle.putObject("messageSignature");
      message
          .putObject("messageDigest")
          .put("algorithm", "SHA2_256")
          .put("digest", TestKeys.base64(TestKeys.sha256(content)));
      message.put("signature", TestKeys.base64(signature));
    }
    return bundle;
  }

  private ObjectNode entry(byte[] signed, byte[] signature, X509Certificate certificate) {
    byte[] der = certificate == null ? key.getPublic().getEncoded() : der(certificate);
    byte[] pem = TestKeys.pem(certificate == null ? "PUBLIC KEY" : "CERTIFICATE", der);
    String kind = rekor2 ? "hashedrekord" : !dsse ? "hashedrekord" : intoto ? "intoto" : "dsse";
    String version = rekor2 || intoto ? "0.0.2" : "0.0.1";
    ObjectNode body = JSON.objectNode();
    body.put("apiVersion", version).put("kind", kind);
    ObjectNode spec = body.putObject("spec");
    if (rekor2) {
      record2(spec, loggedContent.apply(signed), signature, der, certificate != null);
    } else if (!dsse) {
      record1(spec, loggedContent.apply(signed), signature, pem);
    } else if (intoto) {
      intoto(spec, loggedContent.apply(content), signature, pem);
    } else {
      dsse(spec, loggedContent.apply(content), signature, pem);
    }
    loggedBody.accept(body);
    return log.append(
        kind, version, body.toString().getBytes(StandardCharsets.UTF_8), rekor2 ? null : logged);
  }

  static void record1(ObjectNode spec, byte[] signed, byte[] signature, byte[] pem) {
    hash(spec.putObject("data").putObject("hash"), signed);
    ObjectNode by = spec.putObject("signature");
    by.put("content", TestKeys.base64(signature));
    by.putObject("publicKey").put("content", TestKeys.base64(pem));
  }

  static void record2(
      ObjectNode spec, byte[] signed, byte[] signature, byte[] der, boolean certificate) {
    ObjectNode record = spec.putObject("hashedRekordV002");
    record
        .putObject("data")
        .put("algorithm", "SHA2_256")
        .put("digest", TestKeys.base64(TestKeys.sha256(signed)));
    ObjectNode by = record.putObject("signature");
    by.put("content", TestKeys.base64(signature));
    ObjectNode verifier = by.putObject("verifier");
    verifier.put("keyDetails", "PKIX_ECDSA_P256_SHA_256");
    verifier
        .putObject(certificate ? "x509Certificate" : "publicKey")
        .put("rawBytes", TestKeys.base64(der));
  }

  static void dsse(ObjectNode spec, byte[] payload, byte[] signature, byte[] pem) {
    hash(spec.putObject("envelopeHash"), signature);
    hash(spec.putObject("payloadHash"), payload);
    spec.putArray("signatures")
        .addObject()
        .put("signature", TestKeys.base64(signature))
        .put("verifier", TestKeys.base64(pem));
  }

  private static void intoto(ObjectNode spec, byte[] payload, byte[] signature, byte[] pem) {
    ObjectNode content = spec.putObject("content");
    ObjectNode envelope = content.putObject("envelope");
    envelope.put("payloadType", IN_TOTO);
    envelope
        .putArray("signatures")
        .addObject()
        .put("publicKey", TestKeys.base64(pem))
        .put(
            "sig", TestKeys.base64(TestKeys.base64(signature).getBytes(StandardCharsets.US_ASCII)));
    hash(content.putObject("hash"), signature);
    hash(content.putObject("payloadHash"), payload);
  }

  private static void hash(ObjectNode hash, byte[] content) {
    hash.put("algorithm", "sha256")
        .put("value", HexFormat.of().formatHex(TestKeys.sha256(content)));
  }

  static GeneralName uri(String identity) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, identity);
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
