// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.verifier.Maker;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.verification.EndorsementKey.PublicHalf;
import dev.signet.verifier.verification.MakeCredential.Credential;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;

/**
 * Opens credentials as Part 1 section 24 tells a TPM to; {@code MakeCredentialIT} asks a real one.
 */
class MakeCredentialTest {
  private static final byte[] SECRET = Digest.hash(new byte[1]).toArray();
  private static final byte[] LABEL = "IDENTITY\0".getBytes(StandardCharsets.US_ASCII);
  private static final TpmDescription TPM = new TpmDescription("id:1", "m", "v");

  static final EkCertificateId ID =
      new EkCertificateId(new X500Principal("CN=maker"), BigInteger.ONE);

  private final Sample sample = new Sample();
  private final KeyPair rsa = Maker.rsa(2048);
  private final KeyPair ecc = SoftwareTpm.p256();
  private final EndorsementKey rsaEk =
      new EndorsementKey(Sample.ZERO, ID, new PublicHalf.Rsa((RSAPublicKey) rsa.getPublic()), TPM);
  private final EndorsementKey eccEk =
      new EndorsementKey(Sample.ZERO, ID, new PublicHalf.Ecc((ECPublicKey) ecc.getPublic()), TPM);

  private byte[] rsaSeed(Credential credential) throws Exception {
    Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        rsa.getPrivate(),
        new OAEPParameterSpec(
            "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, new PSource.PSpecified(LABEL)));
    return cipher.doFinal(credential.encryptedSecret().toArray());
  }

  private byte[] eccSeed(Credential credential) throws Exception {
    ByteBuffer in = ByteBuffer.wrap(credential.encryptedSecret().toArray());
    byte[] point = new byte[64];
    assertThat(in.getShort()).isEqualTo((short) 32);
    in.get(point, 0, 32);
    assertThat(in.getShort()).isEqualTo((short) 32);
    in.get(point, 32, 32);
    assertThat(in.hasRemaining()).isFalse();
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
    agreement.init(ecc.getPrivate());
    agreement.doPhase(PublicJwk.ofPoint(point).toPublicKey(), true);
    return Digest.hash(
            new byte[] {0, 0, 0, 1},
            agreement.generateSecret(),
            LABEL,
            Arrays.copyOf(point, 32),
            PublicJwk.of((ECPublicKey) ecc.getPublic()).x().toArray())
        .toArray();
  }

  private static byte[] open(Credential credential, byte[] seed, byte[] akName) throws Exception {
    ByteBuffer in = ByteBuffer.wrap(credential.credentialBlob().toArray());
    assertThat(in.getShort()).isEqualTo((short) 32);
    byte[] hmac = new byte[32];
    in.get(hmac);
    byte[] encrypted = new byte[in.remaining()];
    in.get(encrypted);
    byte[] integrity = hmac(seed, counter(1), text("INTEGRITY"), counter(256));
    if (!Arrays.equals(hmac, hmac(integrity, encrypted, akName))) {
      return new byte[0];
    }
    byte[] key = Arrays.copyOf(hmac(seed, counter(1), text("STORAGE"), akName, counter(128)), 16);
    Cipher cipher = Cipher.getInstance("AES/CFB128/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
    ByteBuffer plain = ByteBuffer.wrap(cipher.doFinal(encrypted));
    byte[] secret = new byte[plain.getShort()];
    plain.get(secret);
    assertThat(plain.hasRemaining()).isFalse();
    return secret;
  }

  private static byte[] text(String label) {
    return (label + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] counter(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] hmac(byte[] key, byte[]... parts) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  @Test
  void rsaKeyOpensIt() throws Exception {
    Credential credential = MakeCredential.make(rsaEk, sample.ak, SECRET, new SecureRandom());
    assertThat(open(credential, rsaSeed(credential), sample.ak.name().toArray())).isEqualTo(SECRET);
    assertThat(credential.encryptedSecret().size()).isEqualTo(256);
  }

  @Test
  void eccKeyOpensIt() throws Exception {
    Credential credential = MakeCredential.make(eccEk, sample.ak, SECRET, new SecureRandom());
    assertThat(open(credential, eccSeed(credential), sample.ak.name().toArray())).isEqualTo(SECRET);
  }

  @Test
  void attack06AnotherAkDoesNotOpenIt() throws Exception {
    Credential credential = MakeCredential.make(rsaEk, sample.ak, SECRET, new SecureRandom());
    AttestationKey other = new Sample().ak;
    assertThat(open(credential, rsaSeed(credential), other.name().toArray())).isEmpty();
  }

  @Test
  void everyCredentialHasItsOwnSeed() {
    SecureRandom random = new SecureRandom();
    for (EndorsementKey ek : new EndorsementKey[] {rsaEk, eccEk}) {
      Credential a = MakeCredential.make(ek, sample.ak, SECRET, random);
      Credential b = MakeCredential.make(ek, sample.ak, SECRET, random);
      assertThat(a.credentialBlob()).isNotEqualTo(b.credentialBlob());
      assertThat(a.encryptedSecret()).isNotEqualTo(b.encryptedSecret());
    }
  }

  @Test
  void refusesSecretsOfOtherSizes() {
    for (int size : new int[] {0, 33}) {
      assertThatThrownBy(
              () -> MakeCredential.make(rsaEk, sample.ak, new byte[size], new SecureRandom()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void acceptsOnlyKeysFromCertificates() {
    Maker maker = new Maker();
    EkCertificateVerifier verifier =
        new EkCertificateVerifier(
            java.util.List.of(maker.root),
            java.util.List.of(maker.intermediate),
            EkCertificateVerifier.Simulators.REFUSED);
    EndorsementKey ek = authentic(verifier.verify(Maker.der(maker.ek().issue()), Maker.NOW));
    assertThat(
            MakeCredential.make(ek, sample.ak, SECRET, new SecureRandom()).credentialBlob().size())
        .isEqualTo(2 + 32 + 2 + 32);
  }
}
