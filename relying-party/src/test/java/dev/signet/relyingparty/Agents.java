// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Revocation;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.TrustSnapshot;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.SignatureProviders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;

/** A verifier's keys and an agent with its own, for tests: real tokens, snapshots, signatures. */
public final class Agents {
  /** The time at which tests play. */
  public static final Instant NOW = Instant.parse("2026-11-21T10:15:30Z");

  public static final SignatureProviders PROVIDERS = SignatureProviders.detect();
  public static final String ISSUER = "https://verifier.example";
  public static final Digest TPM = Digest.hash(new byte[] {1});
  public static final Digest JAR = Digest.hash(new byte[] {2});
  public static final Digest STATEMENT = Digest.hash(new byte[] {3});
  public static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  public static final LaunchId LAUNCH = new LaunchId("AAAAAAAAAAAAAAAAAAAAAA");
  public static final HostId HOST = new HostId("host-1");

  public final KeyPair tokenKey = p256();
  public final KeyPair snapshotKey = p256();
  public final KeyPair requestKey = p256();

  public PublicJwk requestJwk() {
    return PublicJwk.of((ECPublicKey) requestKey.getPublic());
  }

  public PublicJwk snapshotJwk() {
    return PublicJwk.of((ECPublicKey) snapshotKey.getPublic()).withKid();
  }

  /** A token of five minutes from {@link #NOW}. */
  public String token() {
    return token(ISSUER, NOW.getEpochSecond(), NOW.getEpochSecond() + 300);
  }

  public String token(String issuer, long iat, long exp) {
    IdentityClaims claims =
        new IdentityClaims(
            issuer,
            AGENT,
            iat,
            exp,
            "AAAAAAAAAAAAAAAAAAAAAA",
            new IdentityClaims.Confirmation(requestJwk()),
            new IdentityClaims.Attested(
                LAUNCH,
                HOST,
                TPM,
                STATEMENT,
                List.of(JAR),
                new Appraisal(
                    Appraisal.Boot.PINNED,
                    null,
                    Appraisal.Launcher.VERIFIED_BOOT,
                    Appraisal.Isolation.FULL,
                    Appraisal.Register.PCR,
                    KeyProtection.SEALED,
                    1)));
    return jws(IdentityClaims.TYP, tokenKey, StrictJson.encode(claims));
  }

  public TrustSnapshot snapshot(long epoch, long number, Instant iat, Revocation... revocations) {
    return new TrustSnapshot(
        ISSUER,
        epoch,
        number,
        iat.getEpochSecond(),
        iat.getEpochSecond() + 240,
        List.of(PublicJwk.of((ECPublicKey) tokenKey.getPublic()).withKid()),
        List.of(revocations));
  }

  public String signed(TrustSnapshot snapshot) {
    return jws(TrustSnapshot.TYP, snapshotKey, StrictJson.encode(snapshot));
  }

  public TrustState trust(Revocation... revocations) {
    return TrustState.of(snapshot(1, 1, NOW, revocations), PROVIDERS);
  }

  public RawSigner rawSigner() {
    return signerOf(requestKey);
  }

  public RequestSigner signer() {
    return new RequestSigner(rawSigner(), requestJwk().thumbprint(), new SecureRandom());
  }

  static String jws(String typ, KeyPair key, byte[] payload) {
    String kid = PublicJwk.of((ECPublicKey) key.getPublic()).thumbprint();
    String input = CompactJws.signingInput(typ, kid, payload);
    try {
      return CompactJws.assemble(
          input, signerOf(key).sign(input.getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RawSigner signerOf(KeyPair key) {
    try {
      return PROVIDERS.signer(key.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair p256() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
