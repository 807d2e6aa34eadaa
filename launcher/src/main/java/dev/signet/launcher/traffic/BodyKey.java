// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.protocol.MalformedMessageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Optional;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** The operator's private key, which opens recorded bodies. Not for the hosts of agents. */
public final class BodyKey {
  private static final int MAX_BYTES = 16 * 1024;
  private static final String EXPECTED = "expected a PEM block PRIVATE KEY with a P-256 key";
  private static final ECDomainParameters P256 =
      new ECNamedDomainParameters(
          SECObjectIdentifiers.secp256r1, SECNamedCurves.getByOID(SECObjectIdentifiers.secp256r1));

  private final AsymmetricCipherKeyPair pair;

  private BodyKey(AsymmetricCipherKeyPair pair) {
    this.pair = pair;
  }

  /**
   * Reads one PEM block {@code PRIVATE KEY} (PKCS#8) with a P-256 key, as {@code signet keys new}
   * writes it.
   *
   * @throws MalformedMessageException saying what was expected, never what came
   */
  public static BodyKey parse(byte[] pem) throws MalformedMessageException {
    if (pem.length > MAX_BYTES) {
      throw new MalformedMessageException("expected a key of at most " + MAX_BYTES + " bytes");
    }
    try (PemReader reader =
        new PemReader(
            new InputStreamReader(new ByteArrayInputStream(pem), StandardCharsets.US_ASCII))) {
      PemObject block = reader.readPemObject();
      if (block != null && block.getType().equals("PRIVATE KEY")) {
        PrivateKey key =
            KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(block.getContent()));
        if (key instanceof ECPrivateKey ec
            && ec.getParams() != null
            && ec.getParams().getOrder().equals(P256.getN())
            && ec.getParams().getCofactor() == 1) {
          return new BodyKey(
              new AsymmetricCipherKeyPair(
                  new ECPublicKeyParameters(P256.getG().multiply(ec.getS()).normalize(), P256),
                  new ECPrivateKeyParameters(ec.getS(), P256)));
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      // Without the cause, which may quote the key.
      throw new MalformedMessageException(EXPECTED);
    }
    throw new MalformedMessageException(EXPECTED);
  }

  AsymmetricCipherKeyPair pair() {
    return pair;
  }

  /** The request's body; empty if none is recorded, or it is not sealed for this key. */
  public Optional<byte[]> request(ExchangeRecord exchange) {
    return open(exchange, exchange.request().body(), SealedBody.Direction.REQUEST);
  }

  /** The answer's body; empty if none is recorded, or it is not sealed for this key. */
  public Optional<byte[]> answer(ExchangeRecord exchange) {
    return exchange.answer() == null
        ? Optional.empty()
        : open(exchange, exchange.answer().body(), SealedBody.Direction.ANSWER);
  }

  private Optional<byte[]> open(
      ExchangeRecord exchange, ExchangeRecord.Body body, SealedBody.Direction direction) {
    return body == null || body.sealed() == null
        ? Optional.empty()
        : SealedBody.open(body.sealed(), this, exchange.launch(), exchange.n(), direction);
  }

  @Override
  public String toString() {
    return "BodyKey";
  }
}
