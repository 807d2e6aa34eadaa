// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import java.math.BigInteger;

/**
 * TPMT_SIGNATURE (Part 2 section 11.3.4) by RSASSA, RSAPSS or ECDSA with SHA-2.
 *
 * @param hash as the signature says
 * @param value the numbers
 */
public record TpmSignature(SignatureScheme scheme, HashAlgorithm hash, Value value) {
  private static final int MAX_RSA_BYTES = 512;
  private static final int MAX_ECC_BYTES = 48;

  /** What was signed with a key. */
  public sealed interface Value {}

  /** As many bytes as the modulus. */
  public record Rsa(Bytes signature) implements Value {}

  public record Ecdsa(BigInteger r, BigInteger s) implements Value {}

  /** Parses exactly one. */
  public static TpmSignature parse(byte[] bytes) throws MalformedTpmStructureException {
    TpmReader in = new TpmReader(bytes, "TPMT_SIGNATURE");
    int algorithm = in.u16("sigAlg");
    SignatureScheme scheme =
        switch (algorithm) {
          case TpmConstants.ALG_RSASSA -> SignatureScheme.RSASSA;
          case TpmConstants.ALG_RSAPSS -> SignatureScheme.RSAPSS;
          case TpmConstants.ALG_ECDSA -> SignatureScheme.ECDSA;
          default ->
              throw in.malformed("sigAlg RSASSA, RSAPSS or ECDSA", "%04x".formatted(algorithm));
        };
    HashAlgorithm hash = HashAlgorithm.read(in, "hash");
    Value value =
        scheme == SignatureScheme.ECDSA
            ? new Ecdsa(number(in, "signatureR"), number(in, "signatureS"))
            : new Rsa(in.sized(MAX_RSA_BYTES, "sig"));
    in.end();
    return new TpmSignature(scheme, hash, value);
  }

  private static BigInteger number(TpmReader in, String field)
      throws MalformedTpmStructureException {
    return new BigInteger(1, in.sized(MAX_ECC_BYTES, field).toArray());
  }
}
