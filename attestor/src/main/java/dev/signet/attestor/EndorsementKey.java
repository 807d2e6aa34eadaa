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
import tss.tpm.TPMT_PUBLIC;

/**
 * The TPM's endorsement key and its certificate (TCG EK Credential Profile, 2.2.1.4 for the
 * handles). RSA-2048 first: every TPM has it.
 *
 * @param certificate DER, or null if the TPM has none
 */
record EndorsementKey(Kind kind, byte[] certificate) {
  /** The low-range templates. */
  enum Kind {
    RSA_2048(0x01c00002, 0x81010001, PublicArea.RSA),
    P256(0x01c0000a, 0x81010002, PublicArea.ECC);

    private final int certificateIndex;
    private final int persistentHandle;
    private final int type;

    Kind(int certificateIndex, int persistentHandle, int type) {
      this.certificateIndex = certificateIndex;
      this.persistentHandle = persistentHandle;
      this.type = type;
    }

    TPMT_PUBLIC template() {
      return this == RSA_2048 ? Templates.ekRsa2048() : Templates.ekP256();
    }

    static Kind of(PublicArea area) {
      return area.type() == PublicArea.RSA ? RSA_2048 : P256;
    }
  }

  /** The kind that has a certificate; P-256 without one if there is none. */
  static EndorsementKey find(Transaction transaction) throws IOException {
    Capabilities capabilities = new Capabilities(transaction);
    for (Kind kind : Kind.values()) {
      if (capabilities.exists(kind.certificateIndex)) {
        byte[] content = new NvCommands(transaction).read(kind.certificateIndex);
        return new EndorsementKey(kind, cut(content));
      }
    }
    return new EndorsementKey(Kind.P256, null);
  }

  /**
   * Loads the key: the persistent one if it is there, else it is made again from its template.
   *
   * @param use authorizes the endorsement hierarchy, null if that has no authorization value
   */
  static ObjectCommands.Loaded load(
      Transaction transaction, Kind kind, Entity endorsement, Session.Use use) throws IOException {
    ObjectCommands objects = new ObjectCommands(transaction);
    if (new Capabilities(transaction).exists(kind.persistentHandle)) {
      PublicArea area = objects.readPublic(kind.persistentHandle);
      if (area.type() == kind.type) {
        return new ObjectCommands.Loaded(kind.persistentHandle, area);
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
