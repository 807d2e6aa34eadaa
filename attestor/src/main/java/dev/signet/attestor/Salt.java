// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/**
 * A secret that only the holder of a TPM decryption key can read (Part 1, B.10 and C.6).
 *
 * @param value 32 bytes; 48 for a key on P-384
 * @param encrypted TPM2B_ENCRYPTED_SECRET without its size
 */
record Salt(byte[] value, byte[] encrypted) {
  /** Label of the secret in TPM2_StartAuthSession. */
  static final String SESSION = "SECRET";

  static Salt to(PublicArea key, String label, SecureRandom random) throws IOException {
    try {
      return key.type() == PublicArea.RSA ? toRsa(key, label, random) : toEcc(key, label, random);
    } catch (GeneralSecurityException e) {
      throw new IOException("the TPM's key is not one that can be encrypted to", e);
    }
  }

  private static Salt toRsa(PublicArea key, String label, SecureRandom random)
      throws GeneralSecurityException {
    byte[] value = new byte[32];
    random.nextBytes(value);
    var spec = new RSAPublicKeySpec(new BigInteger(1, key.modulus()), BigInteger.valueOf(65537));
    Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
    byte[] name = (label + "\0").getBytes(StandardCharsets.US_ASCII);
    cipher.init(
        Cipher.ENCRYPT_MODE,
        KeyFactory.getInstance("RSA").generatePublic(spec),
        new OAEPParameterSpec(
            "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, new PSource.PSpecified(name)),
        random);
    return new Salt(value, cipher.doFinal(value));
  }

  private static Salt toEcc(PublicArea key, String label, SecureRandom random)
      throws GeneralSecurityException {
    PublicArea.EcPoint point = key.point();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(key.isP384() ? "secp384r1" : "secp256r1"), random);
    KeyPair ephemeral = generator.generateKeyPair();
    ECPublicKey ours = (ECPublicKey) ephemeral.getPublic();
    ECPoint theirs = new ECPoint(new BigInteger(1, point.x()), new BigInteger(1, point.y()));
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
    agreement.init(ephemeral.getPrivate());
    agreement.doPhase(
        KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(theirs, ours.getParams())),
        true);
    byte[] x = Octets.fixed(ours.getW().getAffineX(), point.x().length);
    byte[] y = Octets.fixed(ours.getW().getAffineY(), point.y().length);
    byte[] shared = agreement.generateSecret();
    byte[] value =
        key.isP384()
            ? TpmCrypto.kdfe384(shared, label, x, point.x())
            : TpmCrypto.kdfe(shared, label, x, point.x());
    return new Salt(value, Octets.concat(Octets.sized(x), Octets.sized(y)));
  }
}
