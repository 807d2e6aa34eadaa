// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.util.Base64;

/**
 * One good and one bad check with a provider before it is trusted with any: a native library that
 * loads is not yet one that works. Keys and signatures are those of RFC 9421 appendices B.1.3,
 * B.1.4, B.2.4 and B.2.6.
 */
final class KnownAnswer {
  private static final String P256_X = "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA";
  private static final String P256_Y = "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0";
  private static final String P256_SIGNATURE =
      "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NK" + "ocgPquLgyahnzDnDAUy5eCdlYUEkLIj-32oiasw";
  private static final String P256_MESSAGE =
      """
      "@status": 200
      "content-type": application/json
      "content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ4\
      1QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:
      "content-length": 23
      "@signature-params": ("@status" "content-type" "content-digest" \
      "content-length");created=1618884473;keyid="test-key-ecc-p256\"""";

  private static final String ED25519_X = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
  private static final String ED25519_SIGNATURE =
      "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1" + "u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw";
  private static final String ED25519_MESSAGE =
      """
      "date": Tue, 20 Apr 2021 02:07:55 GMT
      "@method": POST
      "@path": /foo
      "@authority": example.com
      "content-type": application/json
      "content-length": 18
      "@signature-params": ("date" "@method" "@path" "@authority" \
      "content-type" "content-length");created=1618884473\
      ;keyid="test-key-ed25519\"""";

  private KnownAnswer() {}

  static boolean passes(SignatureProviders providers, SignatureAlgorithm algorithm) {
    try {
      return switch (algorithm) {
        case ECDSA_P256_SHA256 ->
            tellsGoodFromBad(
                VerificationKey.p256(bytes(P256_X), bytes(P256_Y), providers),
                P256_MESSAGE,
                bytes(P256_SIGNATURE));
        case ED25519 ->
            tellsGoodFromBad(
                VerificationKey.ed25519(bytes(ED25519_X), providers),
                ED25519_MESSAGE,
                bytes(ED25519_SIGNATURE));
      };
    } catch (InvalidKeyException | RuntimeException | LinkageError e) {
      // Whatever way it breaks in, it is not the one to take, and the next one is asked.
      return false;
    }
  }

  private static boolean tellsGoodFromBad(VerificationKey key, String message, byte[] signature) {
    return key.verify(message.getBytes(StandardCharsets.US_ASCII), signature)
        && !key.verify((message + " ").getBytes(StandardCharsets.US_ASCII), signature);
  }

  private static byte[] bytes(String base64) {
    return Base64.getUrlDecoder().decode(base64);
  }
}
