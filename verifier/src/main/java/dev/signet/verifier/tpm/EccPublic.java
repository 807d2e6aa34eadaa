// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;

/**
 * TPMT_PUBLIC of a P-256 key with nameAlg SHA-256 and no KDF (Part 2 section 12.2.4); nothing else
 * parses.
 *
 * @param encoded as received
 * @param attributes TPMA_OBJECT
 * @param authPolicy empty or a digest
 * @param symmetric how children are protected
 * @param scheme what it signs with
 * @param x 32 bytes
 * @param y 32 bytes
 */
public record EccPublic(
    Bytes encoded,
    long attributes,
    Bytes authPolicy,
    Symmetric symmetric,
    Scheme scheme,
    Bytes x,
    Bytes y) {
  /** TPMT_SYM_DEF_OBJECT as far as we accept it. */
  public enum Symmetric {
    NONE,
    AES_128_CFB
  }

  /** TPMT_ECC_SCHEME as far as we accept it. */
  public enum Scheme {
    NONE,
    ECDSA_SHA256
  }

  private static final int COORDINATE_BYTES = 32;

  /** Zeros that a TPM may have left out: more of them come once in 2^64 keys. */
  static final int STRIPPED_BYTES = 8;

  /** Parses exactly one TPMT_PUBLIC, without the size of a TPM2B_PUBLIC. */
  public static EccPublic parse(byte[] encoded) throws MalformedTpmStructureException {
    TpmReader in = new TpmReader(encoded, "TPMT_PUBLIC");
    in.constant(TpmConstants.ALG_ECC, "type");
    in.constant(TpmConstants.ALG_SHA256, "nameAlg");
    long attributes = in.u32("objectAttributes");
    Bytes authPolicy = in.sized(Digest.BYTES, "authPolicy");
    Symmetric symmetric = symmetric(in);
    Scheme scheme = scheme(in);
    in.constant(TpmConstants.ECC_NIST_P256, "curveID");
    in.constant(TpmConstants.ALG_NULL, "kdf");
    Bytes x = coordinate(in, "x");
    Bytes y = coordinate(in, "y");
    in.end();
    return new EccPublic(Bytes.of(encoded), attributes, authPolicy, symmetric, scheme, x, y);
  }

  /** Name: 000B and SHA-256 of the encoding, 34 bytes. */
  public Bytes name() {
    return TpmNames.name(encoded);
  }

  private static Symmetric symmetric(TpmReader in) throws MalformedTpmStructureException {
    int algorithm = in.u16("symmetric");
    switch (algorithm) {
      case TpmConstants.ALG_NULL -> {
        return Symmetric.NONE;
      }
      case TpmConstants.ALG_AES -> {
        in.constant(128, "keyBits");
        in.constant(TpmConstants.ALG_CFB, "mode");
        return Symmetric.AES_128_CFB;
      }
      default -> throw in.malformed("symmetric NULL or AES", "%04x".formatted(algorithm));
    }
  }

  private static Scheme scheme(TpmReader in) throws MalformedTpmStructureException {
    int algorithm = in.u16("scheme");
    switch (algorithm) {
      case TpmConstants.ALG_NULL -> {
        return Scheme.NONE;
      }
      case TpmConstants.ALG_ECDSA -> {
        in.constant(TpmConstants.ALG_SHA256, "scheme hash");
        return Scheme.ECDSA_SHA256;
      }
      default -> throw in.malformed("scheme NULL or ECDSA", "%04x".formatted(algorithm));
    }
  }

  /** Some TPMs strip leading zeros (Part 1 appendix C.8 tells them not to). */
  private static Bytes coordinate(TpmReader in, String field)
      throws MalformedTpmStructureException {
    return padded(in.sized(COORDINATE_BYTES - STRIPPED_BYTES, COORDINATE_BYTES, field));
  }

  static Bytes padded(Bytes value) {
    byte[] out = new byte[COORDINATE_BYTES];
    System.arraycopy(value.toArray(), 0, out, COORDINATE_BYTES - value.size(), value.size());
    return Bytes.of(out);
  }
}
