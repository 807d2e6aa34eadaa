// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** The example keys of RFC 9421 appendix B.1. */
final class TestKeys {
  static final byte[] SHARED_SECRET =
      Base64.getDecoder()
          .decode(
              "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtj"
                  + "UkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==");

  private TestKeys() {}

  static PublicKey publicKey(String name) throws IOException, GeneralSecurityException {
    try (InputStream in = TestKeys.class.getResourceAsStream("/keys/" + name + ".pem")) {
      String pem = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
      return KeyFactory.getInstance(
              name.contains("rsa") ? "RSA" : name.contains("ecc") ? "EC" : "Ed25519")
          .generatePublic(new X509EncodedKeySpec(der));
    }
  }
}
