// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import java.util.Map;

/** Asking Fulcio for a certificate (sigstore/fulcio, fulcio.proto, its HTTP mapping). */
final class FulcioCertificate {
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  private FulcioCertificate() {}

  /** The leaf in DER; that it is good is for the verifier to find. */
  static byte[] ask(ServiceCalls calls, URI fulcio, IdentityToken token, EphemeralKey key)
      throws IOException, InterruptedException {
    Object request =
        Map.of(
            "credentials",
            Map.of("oidcIdentityToken", token.jwt()),
            "publicKeyRequest",
            Map.of(
                "publicKey",
                Map.of("algorithm", "ECDSA", "content", key.publicPem()),
                "proofOfPossession",
                Base64.getEncoder().encodeToString(key.sign(token.subject()))));
    URI url = ServiceCalls.below(fulcio, "/api/v2/signingCert");
    JsonNode certificate =
        calls
            .postJson(url, request)
            .path("signedCertificateEmbeddedSct")
            .path("chain")
            .path("certificates")
            .path(0);
    String pem = certificate.asText().strip();
    if (!pem.startsWith(BEGIN) || !pem.endsWith(END)) {
      throw new IOException(url + ": expected a certificate with an embedded log's promise (SCT)");
    }
    try {
      return Base64.getMimeDecoder()
          .decode(pem.substring(BEGIN.length(), pem.length() - END.length()));
    } catch (IllegalArgumentException e) {
      throw new IOException(url + ": expected a certificate in PEM", e);
    }
  }
}
