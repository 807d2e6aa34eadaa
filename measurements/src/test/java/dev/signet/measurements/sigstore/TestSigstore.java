// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.signet.protocol.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A private Sigstore in memory: authority, certificate log, Rekor v1 and v2, timestamps. */
public final class TestSigstore {
  public static final String ISSUER = "https://ci.test.invalid";
  public static final String IDENTITY =
      "https://ci.test.invalid/acme/agent/.ci/release.yml@refs/tags/v1.2.3";
  public static final SignerIdentity SIGNER = SignerIdentity.of(ISSUER, IDENTITY);

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  public final TestAuthority authority;
  public final TestLog rekor1 = new TestLog("rekor.test.invalid", TestKeys.p256());
  public final TestLog rekor2 = new TestLog("log2026.test.invalid", TestKeys.ed25519());
  public final TestTimestamps timestamps;
  final Instant epoch;
  final Instant now;

  /**
   * @param now when everything is signed that does not say otherwise; whole seconds
   */
  public TestSigstore(Instant now) {
    this.now = now;
    this.epoch = now.minus(Duration.ofDays(1));
    this.authority = new TestAuthority("fulcio.test.invalid", epoch);
    this.timestamps = new TestTimestamps("time.test.invalid", epoch);
  }

  /** A good bundle by {@link #SIGNER}, in Rekor v1, that can be spoilt. */
  public TestBundle bundle() {
    return new TestBundle(this);
  }

  public ObjectNode trustedRootJson() {
    ObjectNode root = JSON.objectNode();
    root.put("mediaType", TrustedRoot.MEDIA_TYPE);
    ArrayNode tlogs = root.putArray("tlogs");
    tlogs.add(log(rekor1.host, rekor1.key, rekor1.id()));
    tlogs.add(log(rekor2.host, rekor2.key, rekor2.id()));
    root.putArray("certificateAuthorities").add(authority("fulcio", authority.chain()));
    root.putArray("ctlogs")
        .add(
            log(
                "ctfe.test.invalid",
                authority.logKey,
                TestKeys.sha256(authority.logKey.getPublic().getEncoded())));
    root.putArray("timestampAuthorities").add(authority("time", timestamps.chain()));
    return root;
  }

  public TrustedRoot trustedRoot() {
    return parse(trustedRootJson());
  }

  public static TrustedRoot parse(ObjectNode json) {
    try {
      return TrustedRoot.parse(json.toString().getBytes(StandardCharsets.UTF_8));
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private ObjectNode log(String host, KeyPair key, byte[] id) {
    ObjectNode log = JSON.objectNode();
    log.put("baseUrl", "https://" + host);
    log.put("hashAlgorithm", "SHA2_256");
    ObjectNode publicKey = log.putObject("publicKey");
    publicKey.put("rawBytes", TestKeys.base64(key.getPublic().getEncoded()));
    publicKey.put("keyDetails", TestKeys.isEc(key) ? "PKIX_ECDSA_P256_SHA_256" : "PKIX_ED25519");
    publicKey.putObject("validFor").put("start", epoch.toString());
    log.putObject("logId").put("keyId", TestKeys.base64(id));
    return log;
  }

  private ObjectNode authority(String name, List<X509Certificate> chain) {
    ObjectNode authority = JSON.objectNode();
    authority.putObject("subject").put("organization", "test").put("commonName", name);
    authority.put("uri", "https://" + name + ".test.invalid");
    ArrayNode certificates = authority.putObject("certChain").putArray("certificates");
    for (X509Certificate certificate : chain) {
      try {
        certificates.addObject().put("rawBytes", TestKeys.base64(certificate.getEncoded()));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
    authority.putObject("validFor").put("start", epoch.toString());
    return authority;
  }
}
