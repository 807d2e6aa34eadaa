// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.PublicJwk;
import dev.signet.requestsignatures.SignatureProviders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys in one PKCS #12 file, under aliases {@code PURPOSE-NUMBER}, encrypted with a password that
 * is in another file. A certificate stands beside each key since the format asks for one; nothing
 * is read from it but the public key.
 */
final class Pkcs12Keys implements KeyContainer {
  private static final Pattern ALIAS = Pattern.compile("([a-z0-9]+)-([0-9]{4})");

  private final Path file;
  private final Path passwordFile;
  private final SignatureProviders providers;

  Pkcs12Keys(Path file, Path passwordFile, SignatureProviders providers) throws IOException {
    this.file = file;
    this.passwordFile = passwordFile;
    this.providers = providers;
  }

  @Override
  public SortedMap<Integer, SigningKey> keys(KeyPurpose purpose) throws IOException {
    char[] password = KeyContainers.secret(passwordFile);
    try {
      java.security.KeyStore store = read(password);
      SortedMap<Integer, SigningKey> out = new TreeMap<>();
      for (String alias : Collections.list(store.aliases())) {
        Matcher m = ALIAS.matcher(alias);
        if (m.matches() && m.group(1).equals(purpose.wireName())) {
          PrivateKey key = (PrivateKey) store.getKey(alias, password);
          Certificate certificate = store.getCertificate(alias);
          if (key == null
              || certificate == null
              || !(certificate.getPublicKey() instanceof ECPublicKey publicKey)) {
            throw new IOException(file + ": " + alias + ": expected a P-256 key with certificate");
          }
          out.put(
              Integer.parseInt(m.group(2)),
              new SigningKey(providers.signer(key), PublicJwk.of(publicKey)));
        }
      }
      return out;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": expected PKCS #12 with the password of " + passwordFile, e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  @Override
  public SigningKey create(KeyPurpose purpose, int number) throws IOException {
    char[] password = KeyContainers.secret(passwordFile);
    try {
      java.security.KeyStore store = read(password);
      KeyPair pair = Pem.newP256();
      SigningKey key =
          new SigningKey(
              providers.signer(pair.getPrivate()), PublicJwk.of((ECPublicKey) pair.getPublic()));
      byte[] der =
          RootCertificate.selfSigned(
                  key, purpose.wireName() + ".keys", Instant.now(), new SecureRandom())
              .toArray();
      Certificate certificate =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
      store.setKeyEntry(
          KeyStore.name(purpose, number),
          pair.getPrivate(),
          password,
          new Certificate[] {certificate});
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      store.store(out, password);
      PrivateFiles.replace(file, out.toByteArray());
      return key;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": cannot add a key", e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  private java.security.KeyStore read(char[] password)
      throws IOException, GeneralSecurityException {
    java.security.KeyStore store = java.security.KeyStore.getInstance("PKCS12");
    if (!Files.exists(file)) {
      store.load(null, password);
      return store;
    }
    PrivateFiles.requirePrivate(file);
    try {
      store.load(new ByteArrayInputStream(Files.readAllBytes(file)), password);
    } catch (IOException e) {
      throw new IOException(
          file + ": expected PKCS #12 with the password of " + passwordFile + ": " + e.getMessage(),
          e);
    }
    return store;
  }
}
