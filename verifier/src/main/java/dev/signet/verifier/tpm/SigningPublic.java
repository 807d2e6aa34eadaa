// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import java.math.BigInteger;

/**
 * TPMT_PUBLIC of a signing key, RSA or ECC, that some other program made (Part 2 section 12.2.4):
 * broader than {@link EccPublic}, which is what Signet's own keys must be.
 *
 * @param encoded TPMT_PUBLIC as received
 * @param nameAlg hash of its Name
 * @param attributes TPMA_OBJECT
 * @param scheme what it signs with, and nothing else
 * @param schemeHash the hash in its scheme
 * @param material the key itself
 */
public record SigningPublic(
    Bytes encoded,
    HashAlgorithm nameAlg,
    long attributes,
    SignatureScheme scheme,
    HashAlgorithm schemeHash,
    Material material) {
  private static final long FIXED_TPM = 1 << 1;
  private static final long FIXED_PARENT = 1 << 4;
  private static final long SENSITIVE_DATA_ORIGIN = 1 << 5;
  private static final long RESTRICTED = 1 << 16;
  private static final long DECRYPT = 1 << 17;
  private static final long SIGN = 1 << 18;
  private static final long REQUIRED =
      FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | RESTRICTED | SIGN;

  private static final int MAX_RSA_BYTES = 512;

  /** The numbers of a public key. */
  public sealed interface Material {}

  /**
   * RSA.
   *
   * @param bits as the TPM says; the modulus may have been given shorter
   */
  public record Rsa(int bits, BigInteger modulus, BigInteger exponent) implements Material {}

  /**
   * A point, not yet known to be on the curve.
   *
   * @param coordinateBytes 32 for P-256, 48 for P-384
   */
  public record Ecc(int coordinateBytes, BigInteger x, BigInteger y) implements Material {}

  /**
   * Parses exactly one TPM2B_PUBLIC, or one TPMT_PUBLIC without the size before it; no TPMT_PUBLIC
   * begins with a size that fits.
   */
  public static SigningPublic parse(byte[] file) throws MalformedTpmStructureException {
    TpmReader in = new TpmReader(file, "TPM2B_PUBLIC");
    if (file.length > 2 && in.u16("size") == file.length - 2) {
      return area(in.exactly(file.length - 2, "publicArea"));
    }
    return area(Bytes.of(file));
  }

  private static SigningPublic area(Bytes encoded) throws MalformedTpmStructureException {
    TpmReader in = new TpmReader(encoded.toArray(), "TPMT_PUBLIC");
    int type = in.u16("type");
    HashAlgorithm nameAlg = HashAlgorithm.read(in, "nameAlg");
    long attributes = in.u32("objectAttributes");
    in.sized(64, "authPolicy");
    in.constant(TpmConstants.ALG_NULL, "symmetric");
    return switch (type) {
      case TpmConstants.ALG_RSA -> {
        int scheme = in.u16("scheme");
        SignatureScheme rsa =
            switch (scheme) {
              case TpmConstants.ALG_RSASSA -> SignatureScheme.RSASSA;
              case TpmConstants.ALG_RSAPSS -> SignatureScheme.RSAPSS;
              default -> throw in.malformed("scheme RSASSA or RSAPSS", "%04x".formatted(scheme));
            };
        HashAlgorithm hash = HashAlgorithm.read(in, "scheme hash");
        int bits = in.u16("keyBits");
        long exponent = in.u32("exponent");
        Bytes modulus = in.sized(MAX_RSA_BYTES, "modulus");
        in.end();
        yield new SigningPublic(
            encoded,
            nameAlg,
            attributes,
            rsa,
            hash,
            new Rsa(bits, number(modulus), BigInteger.valueOf(exponent == 0 ? 65_537 : exponent)));
      }
      case TpmConstants.ALG_ECC -> {
        in.constant(TpmConstants.ALG_ECDSA, "scheme");
        HashAlgorithm hash = HashAlgorithm.read(in, "scheme hash");
        int curve = in.u16("curveID");
        int bytes =
            switch (curve) {
              case TpmConstants.ECC_NIST_P256 -> 32;
              case TpmConstants.ECC_NIST_P384 -> 48;
              default -> throw in.malformed("curve P-256 or P-384", "%04x".formatted(curve));
            };
        in.constant(TpmConstants.ALG_NULL, "kdf");
        Bytes x = in.sized(bytes - EccPublic.STRIPPED_BYTES, bytes, "x");
        Bytes y = in.sized(bytes - EccPublic.STRIPPED_BYTES, bytes, "y");
        in.end();
        yield new SigningPublic(
            encoded,
            nameAlg,
            attributes,
            SignatureScheme.ECDSA,
            hash,
            new Ecc(bytes, number(x), number(y)));
      }
      default -> throw in.malformed("type RSA or ECC", "%04x".formatted(type));
    };
  }

  /**
   * Whether the TPM signs with it only what the TPM made (restricted), and it was made in this TPM
   * and cannot leave it. A key without could sign any TPMS_ATTEST that somebody made up.
   */
  public boolean attestsOnly() {
    return (attributes & REQUIRED) == REQUIRED && (attributes & DECRYPT) == 0;
  }

  private static BigInteger number(Bytes unsigned) {
    return new BigInteger(1, unsigned.toArray());
  }
}
