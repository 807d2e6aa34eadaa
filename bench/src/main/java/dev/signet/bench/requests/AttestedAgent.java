// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.requests;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Appraisal;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.TrustSnapshot;
import dev.signet.relyingparty.TrustState;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.SignatureProviders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;

/** An agent with a token of a verifier of its own, for benchmarks that need no TPM. */
public final class AttestedAgent {
  private static final String ISSUER = "https://verifier.example";

  private final SignatureProviders providers;
  private final ECPublicKey requestKey;
  private final RawSigner signer;
  private final String token;
  private final TrustSnapshot snapshot;

  private AttestedAgent(
      SignatureProviders providers,
      ECPublicKey requestKey,
      RawSigner signer,
      String token,
      TrustSnapshot snapshot) {
    this.providers = providers;
    this.requestKey = requestKey;
    this.signer = signer;
    this.token = token;
    this.snapshot = snapshot;
  }

  /** An agent whose token is good for half an hour from {@code now}. */
  public static AttestedAgent create(
      SignatureProviders providers, SecureRandom random, Instant now) {
    try {
      KeyPair verifier = keyPair(random);
      KeyPair agent = keyPair(random);
      PublicJwk verifierJwk = PublicJwk.of((ECPublicKey) verifier.getPublic()).withKid();
      ECPublicKey requestKey = (ECPublicKey) agent.getPublic();
      long iat = now.getEpochSecond();
      byte[] claims = StrictJson.encode(claims(PublicJwk.of(requestKey), iat));
      String input = CompactJws.signingInput(IdentityClaims.TYP, verifierJwk.kid(), claims);
      byte[] signature =
          providers.signer(verifier.getPrivate()).sign(input.getBytes(StandardCharsets.US_ASCII));
      return new AttestedAgent(
          providers,
          requestKey,
          providers.signer(agent.getPrivate()),
          CompactJws.assemble(input, signature),
          new TrustSnapshot(ISSUER, 1, 1, iat, iat + 240, List.of(verifierJwk), List.of()));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("keys in memory can be made and used", e);
    }
  }

  public RawSigner signer() {
    return signer;
  }

  public ECPublicKey requestKey() {
    return requestKey;
  }

  public String keyThumbprint() {
    return PublicJwk.of(requestKey).thumbprint();
  }

  public String token() {
    return token;
  }

  /** What a service knows that believes this agent's verifier. */
  public TrustState trust() {
    return TrustState.of(snapshot, providers);
  }

  /** Signed requests of this agent. */
  public RequestMaker requests(SecureRandom random) {
    return new RequestMaker(token, keyThumbprint(), signer, random);
  }

  private static IdentityClaims claims(PublicJwk requestKey, long iat) {
    Digest some = Digest.hash(new byte[] {1});
    return new IdentityClaims(
        ISSUER,
        new AgentId("spiffe://bench.example/agent/weather"),
        iat,
        iat + 1800,
        Bytes.of(new byte[16]).toBase64Url(),
        new IdentityClaims.Confirmation(requestKey),
        new IdentityClaims.Attested(
            new LaunchId("AAAAAAAAAAAAAAAAAAAAAA"),
            new HostId("bench-host"),
            some,
            some,
            List.of(some),
            new Appraisal(
                Appraisal.Boot.PINNED,
                null,
                Appraisal.Launcher.VERIFIED_BOOT,
                Appraisal.Isolation.FULL,
                Appraisal.Register.PCR,
                KeyProtection.SEALED,
                3)));
  }

  private static KeyPair keyPair(SecureRandom random) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }
}
