// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Optional;

/**
 * The TPM's endorsement key and its certificate (TCG EK Credential Profile, 2.2.1.4 and 2.2.1.5 for
 * the handles).
 *
 * @param certificate DER, or null if the TPM has none
 */
record EndorsementKey(EndorsementKeyKind kind, byte[] certificate) {

  /** The first kind that has a certificate; P-256 without one if there is none. */
  static EndorsementKey find(Transaction transaction) throws IOException {
    for (EndorsementKeyKind kind : EndorsementKeyKind.values()) {
      Optional<EndorsementKey> found = find(transaction, kind);
      if (found.isPresent()) {
        return found.get();
      }
    }
    return new EndorsementKey(EndorsementKeyKind.P256, null);
  }

  /** Empty if the TPM has no certificate for a key of this kind. */
  static Optional<EndorsementKey> find(Transaction transaction, EndorsementKeyKind kind)
      throws IOException {
    if (!new Capabilities(transaction).exists(kind.certificateIndex())) {
      return Optional.empty();
    }
    byte[] content = new NvCommands(transaction).read(kind.certificateIndex());
    return Optional.of(new EndorsementKey(kind, cut(content)));
  }

  /**
   * Loads the key: the persistent one if it is there, else it is made again from its template.
   *
   * @param use authorizes the endorsement hierarchy, null if that has no authorization value
   */
  static ObjectCommands.Loaded load(
      Transaction transaction, EndorsementKeyKind kind, Entity endorsement, Session.Use use)
      throws IOException {
    ObjectCommands objects = new ObjectCommands(transaction);
    int handle = kind.persistentHandle();
    if (new Capabilities(transaction).exists(handle)) {
      Optional<PublicArea> area = objects.readKnownPublic(handle);
      if (area.isPresent() && EndorsementKeyKind.of(area.get()) == kind) {
        return new ObjectCommands.Loaded(handle, area.get());
      }
    }
    return objects.createPrimary(endorsement, kind.template(), use);
  }

  /** Whether the certificate is for this key; true if there is no certificate. */
  boolean certifies(PublicArea key) throws IOException {
    if (certificate == null) {
      return true;
    }
    X509Certificate parsed;
    try {
      parsed =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(certificate));
    } catch (CertificateException e) {
      throw new IOException("the EK certificate in the TPM is not an X.509 certificate", e);
    }
    return switch (parsed.getPublicKey()) {
      case RSAPublicKey rsa ->
          key.type() == PublicArea.RSA
              && rsa.getModulus().equals(new BigInteger(1, key.modulus()))
              && rsa.getPublicExponent().equals(BigInteger.valueOf(65537));
      case ECPublicKey ec ->
          key.type() == PublicArea.ECC
              // Equal numbers on another curve are another key.
              && ec.getParams().getCurve().getField().getFieldSize() == 8 * key.point().x().length
              && ec.getW().getAffineX().equals(new BigInteger(1, key.point().x()))
              && ec.getW().getAffineY().equals(new BigInteger(1, key.point().y()));
      default -> false;
    };
  }

  /** Makers pad the NV index: the DER length says where the certificate ends. */
  static byte[] cut(byte[] content) throws IOException {
    TpmReader in = new TpmReader("EK certificate", content);
    in.expect(0x30, in.u8(), "DER SEQUENCE tag");
    in.expect(0x82, in.u8(), "DER length of two bytes");
    int length = in.u16();
    in.bytes(length);
    return Arrays.copyOf(content, 4 + length);
  }
}
