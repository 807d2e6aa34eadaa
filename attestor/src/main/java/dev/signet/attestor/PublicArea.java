// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.util.Arrays;

/**
 * A TPMT_PUBLIC as it came, with what we need of it (TPM 2.0 Library Part 2, 12.2.4). Read are
 * RSA-2048, P-256 and keyed-hash objects with nameAlg SHA-256 and AES-128; and P-384 with SHA-384
 * and AES-256, which endorsement keys may be.
 *
 * @param encoded the bytes as received; the Name is made of these
 * @param point x and y of 32 bytes each, of 48 on P-384, or null for RSA and keyed hash
 * @param modulus or null
 */
record PublicArea(byte[] encoded, int type, int attributes, EcPoint point, byte[] modulus) {
  static final int RSA = 0x0001;
  static final int KEYED_HASH = 0x0008;
  static final int ECC = 0x0023;
  static final int SHA256 = 0x000b;
  private static final int SHA384 = 0x000c;
  private static final int NULL = 0x0010;
  private static final int AES = 0x0006;
  private static final int P256 = 0x0003;
  private static final int P384 = 0x0004;

  /** Affine coordinates, as many bytes each as the curve's field has. */
  record EcPoint(byte[] x, byte[] y) {}

  static PublicArea parse(byte[] encoded) throws IOException {
    TpmReader in = new TpmReader("public area", encoded);
    int type = in.u16();
    int nameAlg = in.u16();
    boolean high = nameAlg == SHA384;
    if (!high) {
      in.expect(SHA256, nameAlg, "nameAlg");
    }
    int attributes = in.i32();
    in.sized(64);
    EcPoint point = null;
    byte[] modulus = null;
    switch (type) {
      case ECC -> {
        symmetric(in, high ? 256 : 128);
        scheme(in);
        in.expect(high ? P384 : P256, in.u16(), "curve");
        in.expect(NULL, in.u16(), "KDF scheme");
        point = point(in, high ? 48 : 32);
      }
      case RSA -> {
        in.expect(SHA256, nameAlg, "nameAlg of an RSA key");
        symmetric(in, 128);
        scheme(in);
        in.expect(2048, in.u16(), "RSA key bits");
        in.expect(0, in.u32(), "RSA exponent (0 is 65537)");
        modulus = in.sized(256);
        in.expect(256, modulus.length, "modulus size");
      }
      case KEYED_HASH -> {
        in.expect(SHA256, nameAlg, "nameAlg of a keyed hash");
        in.expect(NULL, in.u16(), "keyed-hash scheme");
        in.sized(64);
      }
      default -> in.expect(ECC, type, "object type");
    }
    in.end();
    return new PublicArea(encoded.clone(), type, attributes, point, modulus);
  }

  /**
   * TPMS_ECC_POINT.
   *
   * @param bytes of each coordinate
   */
  static EcPoint point(TpmReader in, int bytes) throws IOException {
    byte[] x = in.sized(bytes);
    byte[] y = in.sized(bytes);
    return new EcPoint(Octets.padded(x, bytes), Octets.padded(y, bytes));
  }

  private static void symmetric(TpmReader in, int bits) throws IOException {
    int algorithm = in.u16();
    if (algorithm != NULL) {
      in.expect(AES, algorithm, "symmetric algorithm");
      in.expect(bits, in.u16(), "AES key bits");
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
    return isP384()
        ? Octets.concat(Octets.u16(SHA384), TpmCrypto.sha384(encoded))
        : Octets.concat(Octets.u16(SHA256), TpmCrypto.sha256(encoded));
  }

  boolean isP384() {
    return point != null && point.x().length == 48;
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
