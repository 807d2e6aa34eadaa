// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.verifier.tpm.HashAlgorithm;
import dev.signet.verifier.tpm.MalformedTpmStructureException;
import dev.signet.verifier.tpm.SignatureScheme;
import dev.signet.verifier.tpm.SigningPublic;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * The key that a quote from elsewhere must be by: RSA of 2048, 3072 or 4096 bits, P-256 or P-384.
 * As the TPM's own public area it tells its scheme and that the TPM signs only its own statements
 * with it; as PEM it tells neither.
 */
public final class QuoteKey {
  private static final Set<Integer> RSA_BITS = Set.of(2048, 3072, 4096);
  private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
  private static final String END = "-----END PUBLIC KEY-----";

  private final PublicKey key;
  private final Optional<SigningPublic> area;

  private QuoteKey(PublicKey key, Optional<SigningPublic> area) {
    this.key = key;
    this.area = area;
  }

  /** A key, or what is wrong with it. */
  public sealed interface Reading {
    record Key(QuoteKey key) implements Reading {}

    record Refused(QuoteFlaw flaw, String detail) implements Reading {}
  }

  /**
   * @param file one SubjectPublicKeyInfo in PEM, one TPM2B_PUBLIC or one TPMT_PUBLIC
   */
  public static Reading read(byte[] file) {
    try {
      String text = new String(file, StandardCharsets.US_ASCII).strip();
      return text.startsWith("-----BEGIN") ? pem(text) : area(SigningPublic.parse(file));
    } catch (MalformedTpmStructureException | IllegalArgumentException e) {
      return new Reading.Refused(QuoteFlaw.QUOTE_KEY_MALFORMED, e.getMessage());
    } catch (GeneralSecurityException e) {
      return new Reading.Refused(
          QuoteFlaw.QUOTE_KEY_MALFORMED, "expected a public key: " + e.getMessage());
    }
  }

  private static Reading pem(String text) throws GeneralSecurityException {
    if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
      throw new IllegalArgumentException(
          "expected one " + BEGIN + " and nothing else, got " + text.lines().findFirst().get());
    }
    byte[] der =
        Base64.getDecoder()
            .decode(
                text.substring(BEGIN.length(), text.length() - END.length())
                    .replaceAll("[\\r\\n]", ""));
    PublicKey key;
    try {
      key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException notEc) {
      key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
    }
    return supported(key, Optional.empty());
  }

  private static Reading area(SigningPublic area) throws GeneralSecurityException {
    if (!area.attestsOnly()) {
      return new Reading.Refused(
          QuoteFlaw.QUOTE_KEY_NOT_RESTRICTED,
          "expected a restricted signing key that was made in its TPM and cannot leave it"
              + " (fixedTPM, fixedParent, sensitiveDataOrigin, restricted, sign, not decrypt), got"
              + " attributes %08x".formatted(area.attributes()));
    }
    PublicKey key =
        switch (area.material()) {
          case SigningPublic.Rsa(int bits, BigInteger modulus, BigInteger exponent) -> {
            if (modulus.bitLength() != bits) {
              throw new IllegalArgumentException(
                  "expected a modulus of " + bits + " bits, got " + modulus.bitLength());
            }
            yield KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(modulus, exponent));
          }
          case SigningPublic.Ecc(int bytes, BigInteger x, BigInteger y) ->
              KeyFactory.getInstance("EC")
                  .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), curve(bytes)));
        };
    return supported(key, Optional.of(area));
  }

  private static Reading supported(PublicKey key, Optional<SigningPublic> area) {
    String wrong =
        switch (key) {
          case RSAPublicKey rsa
              when !RSA_BITS.contains(rsa.getModulus().bitLength())
                  || rsa.getPublicExponent().compareTo(BigInteger.valueOf(65_537)) < 0 ->
              "RSA of %d bits, exponent %s"
                  .formatted(rsa.getModulus().bitLength(), rsa.getPublicExponent());
          case ECPublicKey ec when !isSupported(ec) -> "EC over another curve";
          case RSAPublicKey _, ECPublicKey _ -> null;
          default -> key.getAlgorithm();
        };
    if (wrong != null) {
      return new Reading.Refused(
          QuoteFlaw.QUOTE_KEY_UNSUPPORTED,
          "expected P-256, P-384, or RSA of 2048, 3072 or 4096 bits with an exponent from 65537,"
              + " got "
              + wrong);
    }
    return new Reading.Key(new QuoteKey(key, area));
  }

  private static boolean isSupported(ECPublicKey key) {
    ECParameterSpec given = key.getParams();
    int bytes = (given.getOrder().bitLength() + 7) / 8;
    if (bytes != 32 && bytes != 48) {
      return false;
    }
    ECParameterSpec known = curve(bytes);
    return given.getCurve().equals(known.getCurve())
        && given.getGenerator().equals(known.getGenerator())
        && given.getOrder().equals(known.getOrder())
        && isOnCurve(key.getW(), known);
  }

  private static boolean isOnCurve(ECPoint w, ECParameterSpec curve) {
    BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
    BigInteger x = w.getAffineX();
    BigInteger y = w.getAffineY();
    BigInteger right =
        x.pow(3).add(curve.getCurve().getA().multiply(x)).add(curve.getCurve().getB());
    return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.multiply(y).mod(p).equals(right.mod(p));
  }

  private static ECParameterSpec curve(int bytes) {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(bytes == 32 ? "secp256r1" : "secp384r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256 and P-384", e);
    }
  }

  PublicKey key() {
    return key;
  }

  /** What the TPM signs with; nothing where PEM does not tell. */
  Optional<SignatureScheme> scheme() {
    return area.map(SigningPublic::scheme);
  }

  Optional<HashAlgorithm> schemeHash() {
    return area.map(SigningPublic::schemeHash);
  }

  /** Whether the key's own description says that it signs nothing but what its TPM made. */
  public boolean isKnownRestricted() {
    return area.isPresent();
  }

  /** As in {@code RSA 2048} or {@code P-256}. */
  @Override
  public String toString() {
    return switch (key) {
      case RSAPublicKey rsa -> "RSA " + rsa.getModulus().bitLength();
      case ECPublicKey ec -> "P-" + ec.getParams().getOrder().bitLength();
      default -> key.getAlgorithm();
    };
  }
}
