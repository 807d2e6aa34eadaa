// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A call of the launcher's own, signed as the proxy signs the agent's requests. */
public final class SignedCall {
  private SignedCall() {}

  /**
   * The fields that go with a POST of JSON.
   *
   * @param identity signs, whatever has become of it since
   * @param target for whom it is signed
   * @throws IOException if the key cannot be used, or the identity has ended
   */
  public static Map<String, String> post(
      EgressIdentity.Current identity, URI target, byte[] json, Clock clock, SecureRandom random)
      throws IOException {
    try {
      List<Field> fields =
          new RequestSigning(() -> Optional.of(identity), clock, random)
              .sign(
                  "POST",
                  Target.parse(target.toString()),
                  List.of(new Field("Content-Type", "application/json")),
                  MessageDigest.getInstance("SHA-256").digest(json));
      Map<String, String> named = new LinkedHashMap<>();
      fields.forEach(field -> named.put(field.name(), field.value()));
      return named;
    } catch (RefusedRequestException e) {
      throw new IOException("the launcher's own call was not signed: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
