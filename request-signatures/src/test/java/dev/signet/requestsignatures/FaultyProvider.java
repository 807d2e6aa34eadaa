// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyFactorySpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.List;

/** The JDK's crypto with a fault: what is registered and loads need not work. */
final class FaultyProvider extends Provider {
  private static final long serialVersionUID = 1L;

  static final String P256_SIGNATURE = "Signature.SHA256withECDSAinP1363Format";
  static final String P256_KEYS = "KeyFactory.EC";
  static final String ED25519_SIGNATURE = "Signature.Ed25519";
  static final String ED25519_KEYS = "KeyFactory.Ed25519";
  static final List<String> ALL =
      List.of(P256_SIGNATURE, P256_KEYS, ED25519_SIGNATURE, ED25519_KEYS);

  /** Where a fault is put in. */
  interface Fault {
    default void atKey() throws InvalidKeySpecException {}

    default void atInit() throws InvalidKeyException {}

    boolean verify(Signature jdk, byte[] signature) throws SignatureException;
  }

  FaultyProvider(List<String> services, Fault fault) {
    super("Faulty", "1", "for tests");
    for (String service : services) {
      String type = service.substring(0, service.indexOf('.'));
      String algorithm = service.substring(service.indexOf('.') + 1);
      putService(
          new Service(this, type, algorithm, FaultyProvider.class.getName(), null, null) {
            @Override
            public Object newInstance(Object parameter) {
              return type.equals("Signature")
                  ? new Signatures(algorithm, fault)
                  : new Keys(algorithm, fault);
            }
          });
    }
  }

  private static final class Keys extends KeyFactorySpi {
    private final String algorithm;
    private final Fault fault;

    Keys(String algorithm, Fault fault) {
      this.algorithm = algorithm;
      this.fault = fault;
    }

    @Override
    protected PublicKey engineGeneratePublic(KeySpec spec) throws InvalidKeySpecException {
      fault.atKey();
      try {
        return KeyFactory.getInstance(algorithm).generatePublic(spec);
      } catch (GeneralSecurityException e) {
        throw new InvalidKeySpecException(e);
      }
    }

    @Override
    protected PrivateKey engineGeneratePrivate(KeySpec spec) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected <T extends KeySpec> T engineGetKeySpec(Key key, Class<T> spec) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected Key engineTranslateKey(Key key) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class Signatures extends SignatureSpi {
    private final Signature jdk;
    private final Fault fault;

    Signatures(String algorithm, Fault fault) {
      this.fault = fault;
      try {
        this.jdk = Signature.getInstance(algorithm);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
      fault.atInit();
      jdk.initVerify(key);
    }

    @Override
    protected void engineUpdate(byte b) throws SignatureException {
      jdk.update(b);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
      jdk.update(bytes, offset, length);
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
      return fault.verify(jdk, signature);
    }

    @Override
    protected void engineInitSign(PrivateKey key) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected byte[] engineSign() {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException();
    }
  }
}
