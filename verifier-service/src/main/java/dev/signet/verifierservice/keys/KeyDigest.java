// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.DigestCalculator;

/** Key identifiers: the leftmost 160 bits of SHA-256 of the key (RFC 7093, section 2, method 1). */
public final class KeyDigest {
  private static final int BYTES = 20;

  private KeyDigest() {}

  /** For Bouncy Castle's extension builders. */
  public static DigestCalculator calculator() {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    return new DigestCalculator() {
      @Override
      public AlgorithmIdentifier getAlgorithmIdentifier() {
        return new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
      }

      @Override
      public OutputStream getOutputStream() {
        return input;
      }

      @Override
      public byte[] getDigest() {
        byte[] hash = dev.signet.protocol.Digest.hash(input.toByteArray()).toArray();
        input.reset();
        return Arrays.copyOf(hash, BYTES);
      }
    };
  }
}
