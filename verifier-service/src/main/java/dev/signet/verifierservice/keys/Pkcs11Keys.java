// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.protocol.PublicJwk;
import dev.signet.requestsignatures.RawSigner;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys in a token behind PKCS #11, an HSM or the machine's TPM, through the JDK's SunPKCS11. They
 * are found by the labels {@code PURPOSE-NUMBER} of key and certificate, and never leave the token;
 * each signature is made in it. Keys are made with the token's own tools: only those know what
 * protects a key there.
 */
final class Pkcs11Keys implements KeyContainer {
  private static final Pattern LABEL = Pattern.compile("([a-z0-9]+)-([0-9]{4})");

  private final Path library;
  private final Provider provider;
  private final Path pinFile;

  private Pkcs11Keys(Path library, Provider provider, Path pinFile) {
    this.library = library;
    this.provider = provider;
    this.pinFile = pinFile;
  }

  static Pkcs11Keys open(Path library, int slot, Path pinFile) throws IOException {
    Provider base = Security.getProvider("SunPKCS11");
    if (base == null) {
      throw new IOException("this Java has no SunPKCS11 (module jdk.crypto.cryptoki)");
    }
    // Inline configuration. Only keys that are there are used, so no attributes are set.
    String text =
        "--name=Signet\nlibrary=\"" + library + "\"\nslotListIndex=" + slot + "\nshowInfo=false\n";
    try {
      return new Pkcs11Keys(library, base.configure(text), pinFile);
    } catch (java.security.InvalidParameterException | UnsupportedOperationException e) {
      throw new IOException(
          library + ": expected a PKCS #11 module with a slot " + slot + ": " + e.getMessage(), e);
    }
  }

  @Override
  public SortedMap<Integer, SigningKey> keys(KeyPurpose purpose) throws IOException {
    char[] pin = KeyContainers.secret(pinFile);
    try {
      java.security.KeyStore store = java.security.KeyStore.getInstance("PKCS11", provider);
      store.load(null, pin);
      SortedMap<Integer, SigningKey> out = new TreeMap<>();
      for (String alias : Collections.list(store.aliases())) {
        Matcher m = LABEL.matcher(alias);
        if (m.matches() && m.group(1).equals(purpose.wireName()) && store.isKeyEntry(alias)) {
          Certificate certificate = store.getCertificate(alias);
          if (!(certificate.getPublicKey() instanceof ECPublicKey publicKey)) {
            throw new IOException(library + ": " + alias + ": expected a key on P-256");
          }
          PrivateKey key = (PrivateKey) store.getKey(alias, null);
          out.put(Integer.parseInt(m.group(2)), signing(key, publicKey));
        }
      }
      return out;
    } catch (GeneralSecurityException e) {
      throw new IOException(
          library + ": the token does not open with the PIN of " + pinFile + ": " + e, e);
    } finally {
      Arrays.fill(pin, '\0');
    }
  }

  @Override
  public SigningKey create(KeyPurpose purpose, int number) throws IOException {
    String label = KeyStore.name(purpose, number);
    throw new IOException(
        library
            + ": no key and certificate with the label "
            + label
            + "; make them with the token's own tools (docs/operations.md, \"Where keys are\"), then"
            + " try again");
  }

  private SigningKey signing(PrivateKey key, ECPublicKey publicKey) {
    RawSigner signer =
        input -> {
          try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format", provider);
            signature.initSign(key);
            signature.update(input);
            return signature.sign();
          } catch (GeneralSecurityException | ProviderException e) {
            throw new IOException("signing failed in " + library, e);
          }
        };
    return new SigningKey(signer, PublicJwk.of(publicKey));
  }
}
