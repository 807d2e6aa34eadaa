// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;

/**
 * A body that only the operator's private key opens: HPKE (RFC 9180) in base mode, DHKEM(P-256,
 * HKDF-SHA256), HKDF-SHA256, AES-256-GCM; the encapsulated key (65 bytes), then the ciphertext. The
 * associated data are launch, number and direction, so that no body can be passed off as another's.
 */
final class SealedBody {
  private static final byte[] INFO = "signet exchange body v1".getBytes(StandardCharsets.US_ASCII);
  private static final int ENCAPSULATED = 65;
  private static final int TAG = 16;

  private SealedBody() {}

  /** Which of the two bodies of an exchange. */
  enum Direction {
    REQUEST,
    ANSWER
  }

  static Bytes seal(
      byte[] content,
      PublicJwk reader,
      LaunchId launch,
      long n,
      Direction direction,
      SecureRandom random) {
    HPKE hpke = hpke();
    ECPublicKeyParameters key =
        (ECPublicKeyParameters) hpke.deserializePublicKey(uncompressed(reader));
    ECKeyPairGenerator ephemeral = new ECKeyPairGenerator();
    ephemeral.init(new ECKeyGenerationParameters(key.getParameters(), random));
    HPKEContextWithEncapsulation context = hpke.setupBaseS(key, INFO, ephemeral.generateKeyPair());
    try {
      byte[] ciphertext = context.seal(associated(launch, n, direction), content);
      byte[] encapsulated = context.getEncapsulation();
      byte[] all = Arrays.copyOf(encapsulated, encapsulated.length + ciphertext.length);
      System.arraycopy(ciphertext, 0, all, encapsulated.length, ciphertext.length);
      return Bytes.of(all);
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("sealing has no ciphertext to be wrong", e);
    }
  }

  /** The content; empty if the key is another's, or the body is not what was sealed for it. */
  static Optional<byte[]> open(
      Bytes sealed, BodyKey key, LaunchId launch, long n, Direction direction) {
    byte[] all = sealed.toArray();
    if (all.length < ENCAPSULATED + TAG) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          hpke()
              .setupBaseR(Arrays.copyOf(all, ENCAPSULATED), key.pair(), INFO)
              .open(
                  associated(launch, n, direction),
                  Arrays.copyOfRange(all, ENCAPSULATED, all.length)));
    } catch (InvalidCipherTextException | IllegalArgumentException e) {
      // The latter for what is no point of the curve.
      return Optional.empty();
    }
  }

  private static HPKE hpke() {
    return new HPKE(
        HPKE.mode_base, HPKE.kem_P256_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_AES_GCM256);
  }

  private static byte[] associated(LaunchId launch, long n, Direction direction) {
    return (launch + "/" + n + "/" + direction).getBytes(StandardCharsets.US_ASCII);
  }

  /** SEC 1 section 2.3.3. */
  private static byte[] uncompressed(PublicJwk key) {
    byte[] point = new byte[ENCAPSULATED];
    point[0] = 4;
    System.arraycopy(key.point(), 0, point, 1, ENCAPSULATED - 1);
    return point;
  }
}
