// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.SpiffeBundle;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.SvidResult;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A trust domain with keys of its own, which issues as the verifier does, or does not. */
final class TestAuthority implements SvidSource {
  static final String TRUST_DOMAIN = "signet.test";

  private final SecureRandom random = new SecureRandom();
  private final SvidKey tokens = SvidKey.generate(random);
  private final KeyPair root = pair();
  private final byte[] rootCertificate;
  private final AgentId agent;
  private final Duration life;
  final AtomicInteger certificates = new AtomicInteger();

  /** What it answers with; null while it grants. */
  volatile Issued.Absence refusing;

  /** Why the launcher has no identity any more; null while it has one. */
  volatile Issued.Absence lost;

  /** Nobody can reach it. */
  volatile boolean away;

  /** Certifies this instead of what was asked for. */
  volatile PublicJwk otherKey;

  volatile AgentId otherAgent;

  TestAuthority(AgentId agent, Duration life) throws Exception {
    this.agent = agent;
    this.life = life;
    this.rootCertificate = rootCertificate();
  }

  /** Another agent of the same trust domain. */
  TestAuthority(AgentId agent, TestAuthority same) {
    this.agent = agent;
    this.life = same.life;
    this.rootCertificate = same.rootCertificate;
    this.rootOfSame = same.root;
  }

  private KeyPair rootOfSame;

  private static KeyPair pair() {
    try {
      java.security.KeyPairGenerator generator = java.security.KeyPairGenerator.getInstance("EC");
      generator.initialize(new java.security.spec.ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] rootCertificate() throws Exception {
    X500Name name = new X500Name("CN=" + TRUST_DOMAIN);
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(64, random),
            Date.from(Instant.now().minusSeconds(60)),
            Date.from(Instant.now().plus(1, ChronoUnit.DAYS)),
            name,
            root.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    uri(builder, "spiffe://" + TRUST_DOMAIN);
    return builder
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(root.getPrivate()))
        .getEncoded();
  }

  private static void uri(JcaX509v3CertificateBuilder builder, String uri) throws IOException {
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
  }

  @Override
  public Optional<Issued.Absence> lost() {
    return Optional.ofNullable(lost);
  }

  @Override
  public Issued<SvidResult.X509> x509(SvidKey key) throws IOException {
    requireHere();
    if (refusing != null) {
      return new Issued.None<>(refusing);
    }
    try {
      return new Issued.Granted<>(certified(otherKey == null ? key.publicKey() : otherKey));
    } catch (org.bouncycastle.operator.OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private SvidResult.X509 certified(PublicJwk key)
      throws IOException, org.bouncycastle.operator.OperatorCreationException {
    AgentId id = otherAgent == null ? agent : otherAgent;
    Instant now = Instant.now();
    Instant end = now.plus(life);
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=" + TRUST_DOMAIN),
            new BigInteger(64, random),
            Date.from(now.minusSeconds(10)),
            // Certificates know whole seconds.
            Date.from(end.plusSeconds(1)),
            new X500Name("O=Signet"),
            key.toPublicKey());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
    uri(builder, id.value());
    KeyPair signing = rootOfSame == null ? root : rootOfSame;
    byte[] leaf =
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signing.getPrivate()))
            .getEncoded();
    certificates.incrementAndGet();
    return new SvidResult.X509(
        agent,
        List.of(Bytes.of(leaf)),
        List.of(Bytes.of(rootCertificate)),
        end,
        now.plus(life.dividedBy(2)));
  }

  @Override
  public Issued<SvidResult.Token> jwt(List<String> audience) throws IOException {
    requireHere();
    if (refusing != null) {
      return new Issued.None<>(refusing);
    }
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("aud", audience);
    return token("JWT", claims);
  }

  @Override
  public Issued<SvidResult.Token> wit(SvidKey key) throws IOException {
    requireHere();
    if (refusing != null) {
      return new Issued.None<>(refusing);
    }
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("cnf", Map.of("jwk", key.publicKey()));
    return token("wit+jwt", claims);
  }

  private Issued<SvidResult.Token> token(String typ, Map<String, Object> claims) {
    Instant now = Instant.now();
    Instant end = now.plus(life);
    claims.put("sub", agent.value());
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", end.getEpochSecond() + 1);
    return new Issued.Granted<>(
        new SvidResult.Token(
            agent, sign(typ, StrictJson.encode(claims)), end, now.plus(life.dividedBy(2))));
  }

  /** A token with these claims, signed with the key in the bundle. */
  String sign(String typ, byte[] claims) {
    String input = CompactJws.signingInput(typ, tokens.publicKey().thumbprint(), claims);
    return CompactJws.assemble(input, tokens.sign(input.getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  public Issued<SpiffeBundle> bundle() throws IOException {
    requireHere();
    return new Issued.Granted<>(keys());
  }

  SpiffeBundle keys() {
    List<SpiffeBundle.Key> keys = new ArrayList<>();
    keys.add(SpiffeBundle.Key.x509(PublicJwk.of((ECPublicKey) root.getPublic()), rootCertificate));
    keys.add(SpiffeBundle.Key.token(tokens.publicKey(), SpiffeBundle.JWT_SVID));
    keys.add(SpiffeBundle.Key.token(tokens.publicKey(), SpiffeBundle.WIT_SVID));
    return new SpiffeBundle(keys, 1, 60);
  }

  private void requireHere() throws IOException {
    if (away) {
      throw new IOException("the verifier cannot be reached");
    }
  }
}
