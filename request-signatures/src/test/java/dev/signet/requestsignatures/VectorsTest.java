// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file under {@code vectors/}: the RFC's own, and one for each way to be refused. */
class VectorsTest {
  private static final SignatureProviders PROVIDERS = SignatureProviders.detect();
  private static final Map<String, FieldType> FIELD_TYPES = new TreeMap<>(FieldType.REGISTERED);

  static {
    FIELD_TYPES.put("example-dict", FieldType.DICTIONARY);
  }

  static List<Vector> vectors() throws IOException, URISyntaxException {
    Path directory = Path.of(VectorsTest.class.getResource("/vectors").toURI());
    try (Stream<Path> files = Files.list(directory)) {
      List<Vector> vectors = new java.util.ArrayList<>();
      for (Path file : files.sorted().toList()) {
        vectors.add(Vector.read(file));
      }
      return vectors;
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void decidesAsTheVectorSays(Vector vector) throws IOException, GeneralSecurityException {
    assertThat(decide(vector)).isEqualTo(vector.expect());
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void buildsTheBaseThatTheVectorShows(Vector vector) throws Refusal {
    if (vector.base() != null) {
      MessageSignature signature = selected(vector);
      assertThat(base(vector, signature))
          .isEqualTo(vector.base().getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void hasVectorForEveryReason() throws IOException, URISyntaxException {
    List<String> expected = vectors().stream().map(Vector::expect).distinct().toList();
    assertThat(expected)
        .contains("VERIFIED", "UNSIGNED")
        .containsAll(Stream.of(SignatureRefusal.values()).map(Enum::name).toList());
  }

  private static String decide(Vector vector) throws IOException, GeneralSecurityException {
    SignatureSelection selection = vector.select();
    if (selection instanceof SignatureSelection.Unsigned) {
      return "UNSIGNED";
    }
    if (selection instanceof SignatureSelection.Refused refused) {
      return refused.reason().name();
    }
    MessageSignature signature = ((SignatureSelection.Selected) selection).signature();
    String key = vector.settings().get("key");
    if (key.contains("rsa") || key.contains("secret")) {
      return verifiesWithJca(key, vector, signature) ? "VERIFIED" : "BAD_SIGNATURE";
    }
    SignatureVerification verification =
        signature.verify(
            vector.message(), VerificationKey.of(TestKeys.publicKey(key), PROVIDERS), FIELD_TYPES);
    return verification instanceof SignatureVerification.Refused refused
        ? refused.reason().name()
        : "VERIFIED";
  }

  /** Algorithms that the library does not offer still test its signature base. */
  private static boolean verifiesWithJca(String key, Vector vector, MessageSignature signature)
      throws IOException, GeneralSecurityException {
    byte[] base;
    try {
      base = base(vector, signature);
    } catch (Refusal e) {
      return false;
    }
    if (key.equals("test-shared-secret")) {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(TestKeys.SHARED_SECRET, "HmacSHA256"));
      return MessageDigest.isEqual(mac.doFinal(base), signature.value());
    }
    Signature verifier =
        Signature.getInstance(key.endsWith("pss") ? "RSASSA-PSS" : "SHA256withRSA");
    if (key.endsWith("pss")) {
      verifier.setParameter(
          new PSSParameterSpec("SHA-512", "MGF1", MGF1ParameterSpec.SHA512, 64, 1));
    }
    verifier.initVerify(TestKeys.publicKey(key));
    verifier.update(base);
    return verifier.verify(signature.value());
  }

  private static byte[] base(Vector vector, MessageSignature signature) throws Refusal {
    return SignatureBase.of(
        vector.message(), signature.components(), signature.receivedInput(), FIELD_TYPES);
  }

  private static MessageSignature selected(Vector vector) {
    return ((SignatureSelection.Selected) vector.select()).signature();
  }
}
