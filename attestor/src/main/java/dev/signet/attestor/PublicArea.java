// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.util.Arrays;

/**
 * A TPMT_PUBLIC as it came, with what we need of it (TPM 2.0 Library Part 2, 12.2.4). Only RSA,
 * P-256 and keyed-hash objects with nameAlg SHA-256 are read.
 *
 * @param encoded the bytes as received; the Name is made of these
 * @param point x and y of 32 bytes each, or null for RSA and keyed hash
 * @param modulus or null
 */
record PublicArea(byte[] encoded, int type, int attributes, EcPoint point, byte[] modulus) {
  static final int RSA = 0x0001;
  static final int KEYED_HASH = 0x0008;
  static final int ECC = 0x0023;
  static final int SHA256 = 0x000b;
  private static final int NULL = 0x0010;
  private static final int AES = 0x0006;
  private static final int P256 = 0x0003;

  /** Affine coordinates on P-256, 32 bytes each. */
  record EcPoint(byte[] x, byte[] y) {}

  static PublicArea parse(byte[] encoded) throws IOException {
    TpmReader in = new TpmReader("public area", encoded);
    int type = in.u16();
    in.expect(SHA256, in.u16(), "nameAlg");
    int attributes = in.i32();
    in.sized(64);
    EcPoint point = null;
    byte[] modulus = null;
    switch (type) {
      case ECC -> {
        symmetric(in);
        scheme(in);
        in.expect(P256, in.u16(), "curve");
        in.expect(NULL, in.u16(), "KDF scheme");
        point = point(in);
      }
      case RSA -> {
        symmetric(in);
        scheme(in);
        in.expect(2048, in.u16(), "RSA key bits");
        in.expect(0, in.u32(), "RSA exponent (0 is 65537)");
        modulus = in.sized(256);
        in.expect(256, modulus.length, "modulus size");
      }
      case KEYED_HASH -> {
        in.expect(NULL, in.u16(), "keyed-hash scheme");
        in.sized(64);
      }
      default -> in.expect(ECC, type, "object type");
    }
    in.end();
    return new PublicArea(encoded.clone(), type, attributes, point, modulus);
  }

  /** TPMS_ECC_POINT. */
  static EcPoint point(TpmReader in) throws IOException {
    byte[] x = in.sized(32);
    byte[] y = in.sized(32);
    return new EcPoint(Octets.padded(x, 32), Octets.padded(y, 32));
  }

  private static void symmetric(TpmReader in) throws IOException {
    int algorithm = in.u16();
    if (algorithm != NULL) {
      in.expect(AES, algorithm, "symmetric algorithm");
      in.expect(128, in.u16(), "AES key bits");
      in.expect(0x0043, in.u16(), "AES mode (CFB)");
    }
  }

  private static void scheme(TpmReader in) throws IOException {
    if (in.u16() != NULL) {
      in.u16();
    }
  }

  /** The object's Name: nameAlg and the hash of the public area (Part 1, 16). */
  byte[] name() {
    return Octets.concat(Octets.u16(SHA256), TpmCrypto.sha256(encoded));
  }

  /** TPM2B_DIGEST after type, nameAlg and attributes; empty where there is no policy. */
  byte[] authPolicy() {
    int length = (encoded[8] & 0xff) << 8 | encoded[9] & 0xff;
    return Arrays.copyOfRange(encoded, 10, 10 + length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicArea that && Arrays.equals(encoded, that.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }
}
