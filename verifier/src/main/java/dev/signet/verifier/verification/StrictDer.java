// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import java.io.IOException;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;

/**
 * DER (X.690) from a stranger. Looks at the shape of all of it in one pass, without recursion,
 * before anything is decoded: Bouncy Castle goes down as deep as the input says, and takes BER.
 */
final class StrictDer {
  /** Nesting; a platform certificate needs 13. */
  private static final int DEPTH = 24;

  /** Values, constructed ones and those in them. */
  private static final int VALUES = 8192;

  private static final int CONSTRUCTED = 0x20;
  private static final int HIGH_TAG = 0x1F;
  private static final int LONG_LENGTH = 0x80;

  private final byte[] in;
  private int at;

  private StrictDer(byte[] in) {
    this.in = in;
  }

  /**
   * Exactly one value in its one encoding.
   *
   * @throws IOException saying what was expected
   */
  static ASN1Primitive parse(byte[] der) throws IOException {
    new StrictDer(der).shape();
    ASN1Primitive value = ASN1Primitive.fromByteArray(der);
    // The contents too: booleans other than 0 and FF, sets out of order, long integers.
    if (!Arrays.equals(value.getEncoded(ASN1Encoding.DER), der)) {
      throw new IOException("expected DER, got another encoding of the same");
    }
    return value;
  }

  private void shape() throws IOException {
    int[] ends = new int[DEPTH + 1];
    int depth = 0;
    ends[0] = in.length;
    int values = 0;
    do {
      if (++values > VALUES) {
        throw new IOException("expected at most " + VALUES + " values");
      }
      int tag = octet();
      if ((tag & HIGH_TAG) == HIGH_TAG) {
        throw new IOException("expected tags of one byte");
      }
      int length = length();
      if (length > ends[depth] - at) {
        throw new IOException("a value ends after what contains it");
      }
      if ((tag & CONSTRUCTED) == 0) {
        at += length;
      } else if (depth == DEPTH) {
        throw new IOException("expected at most " + DEPTH + " levels");
      } else {
        ends[++depth] = at + length;
      }
      while (depth > 0 && at == ends[depth]) {
        depth--;
      }
    } while (depth > 0);
    if (at != in.length) {
      throw new IOException("expected one value, got bytes after it");
    }
  }

  /** Definite, and in as few bytes as it can be. */
  private int length() throws IOException {
    int first = octet();
    if (first < LONG_LENGTH) {
      return first;
    }
    int size = first - LONG_LENGTH;
    if (size < 1 || size > 3) {
      throw new IOException("expected a definite length of at most three bytes");
    }
    int length = 0;
    for (int i = 0; i < size; i++) {
      length = length << 8 | octet();
    }
    if (length < LONG_LENGTH || length >> 8 * (size - 1) == 0) {
      throw new IOException("expected lengths in as few bytes as they need");
    }
    return length;
  }

  private int octet() throws IOException {
    if (at == in.length) {
      throw new IOException("expected more bytes, got the end");
    }
    return in[at++] & 0xFF;
  }
}
