// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.verifier.tpm.HashAlgorithm;
import dev.signet.verifier.tpm.MalformedTpmStructureException;
import dev.signet.verifier.tpm.SignatureScheme;
import dev.signet.verifier.tpm.TpmSignature;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERSequence;

/**
 * A quote's signature by one of the schemes of {@link QuoteKey}, as TPMT_SIGNATURE or plain: DER
 * for ECDSA, the bytes themselves for RSA.
 */
record ForeignSignature(SignatureScheme scheme, HashAlgorithm hash, byte[] value) {
  private static final byte DER_SEQUENCE = 0x30;

  /** What a plain signature does not tell. */
  record Assumed(SignatureScheme rsaScheme, HashAlgorithm hash) {}

  /**
   * @throws IllegalArgumentException if it is neither form
   */
  static ForeignSignature read(byte[] file, QuoteKey key, Assumed assumed)
      throws MalformedTpmStructureException {
    return switch (key.key()) {
      case RSAPublicKey rsa when file.length == rsa.getModulus().bitLength() / 8 ->
          new ForeignSignature(
              key.scheme().orElse(assumed.rsaScheme()),
              key.schemeHash().orElse(assumed.hash()),
              file);
      case ECPublicKey ec when file.length > 0 && file[0] == DER_SEQUENCE ->
          new ForeignSignature(
              SignatureScheme.ECDSA,
              key.schemeHash().orElse(assumed.hash()),
              inRange(file, ec.getParams().getOrder()));
      default -> {
        TpmSignature parsed = TpmSignature.parse(file);
        yield new ForeignSignature(
            parsed.scheme(),
            parsed.hash(),
            switch (parsed.value()) {
              case TpmSignature.Rsa(Bytes signature) -> signature.toArray();
              case TpmSignature.Ecdsa(BigInteger r, BigInteger s) ->
                  key.key() instanceof ECPublicKey ec
                      ? inRange(der(r, s), ec.getParams().getOrder())
                      : der(r, s);
            });
      }
    };
  }

  /** What of it does not go with the key, or null. */
  String mismatch(QuoteKey key) {
    boolean elliptic = key.key() instanceof ECPublicKey;
    if (elliptic != (scheme == SignatureScheme.ECDSA)) {
      return "expected a signature by " + key + ", got " + scheme;
    }
    if (key.scheme().isPresent() && key.scheme().get() != scheme) {
      return "expected the key's scheme " + key.scheme().get() + ", got " + scheme;
    }
    if (key.schemeHash().isPresent() && key.schemeHash().get() != hash) {
      return "expected the key's hash %s, got %s"
          .formatted(key.schemeHash().get().standardName(), hash.standardName());
    }
    return null;
  }

  boolean verifies(QuoteKey key, byte[] message) {
    try {
      return switch (scheme) {
        case ECDSA -> verifies(Signature.getInstance(named("withECDSA")), key, message);
        case RSASSA -> verifies(Signature.getInstance(named("withRSA")), key, message);
        case RSAPSS -> {
          // Part 1 appendix B.7: the longest salt that fits, or as long as the digest (FIPS).
          int modulus = ((RSAPublicKey) key.key()).getModulus().bitLength() / 8;
          yield verifiesPss(key, message, modulus - hash.bytes() - 2)
              || verifiesPss(key, message, hash.bytes());
        }
      };
    } catch (SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform verifies RSA and ECDSA", e);
    }
  }

  private boolean verifiesPss(QuoteKey key, byte[] message, int salt)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance("RSASSA-PSS");
    verifier.setParameter(
        new PSSParameterSpec(
            hash.standardName(),
            "MGF1",
            new MGF1ParameterSpec(hash.standardName()),
            salt,
            PSSParameterSpec.TRAILER_FIELD_BC));
    return verifies(verifier, key, message);
  }

  private boolean verifies(Signature verifier, QuoteKey key, byte[] message)
      throws GeneralSecurityException {
    verifier.initVerify(key.key());
    verifier.update(message);
    return verifier.verify(value);
  }

  private String named(String rest) {
    return hash.standardName().replace("-", "") + rest;
  }

  /** Ecdsa-Sig-Value (RFC 3279 section 2.2.3) in its only DER, r and s in 1 to n - 1. */
  private static byte[] inRange(byte[] der, BigInteger order) {
    try {
      ASN1Sequence numbers = ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der));
      if (numbers.size() == 2) {
        BigInteger r = ASN1Integer.getInstance(numbers.getObjectAt(0)).getValue();
        BigInteger s = ASN1Integer.getInstance(numbers.getObjectAt(1)).getValue();
        boolean good =
            Stream.of(r, s).allMatch(n -> n.signum() > 0 && n.compareTo(order) < 0)
                && Arrays.equals(der(r, s), der);
        if (good) {
          return der;
        }
      }
    } catch (IOException | IllegalStateException e) {
      throw new IllegalArgumentException("expected r and s in DER: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("expected r and s in DER, both in 1 to n - 1, got others");
  }

  private static byte[] der(BigInteger r, BigInteger s) {
    try {
      return new DERSequence(new ASN1Integer[] {new ASN1Integer(r), new ASN1Integer(s)})
          .getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("two numbers have a DER", e);
    }
  }
}
