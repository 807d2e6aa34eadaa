// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One call of the API.
 *
 * @param method {@code ANY} for all
 * @param template such as {@code /v1/hosts/{id}}; a last segment {@code **} takes any rest,
 *     undecoded
 * @param maxBody bytes; 0 if the call has no body
 */
public record Route(String method, String template, Access access, int maxBody, Handler handler) {
  public static final String ANY = "ANY";

  /** Answers one call. */
  @FunctionalInterface
  public interface Handler {
    /**
     * @throws dev.signet.protocol.MalformedMessageException if the message is not what it must be
     * @throws IOException if the service cannot answer now
     */
    Answer answer(Call call) throws dev.signet.protocol.MalformedMessageException, IOException;
  }

  boolean takes(String method) {
    return this.method.equals(ANY) || this.method.equals(method);
  }

  /** The path's variables, or empty if it is another path. */
  Optional<Map<String, String>> match(String path) {
    String[] want = template.split("/", -1);
    String[] got = path.split("/", -1);
    boolean tail = want[want.length - 1].equals("**");
    if (tail ? got.length < want.length - 1 : got.length != want.length) {
      return Optional.empty();
    }
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < want.length - (tail ? 1 : 0); i++) {
      if (want[i].startsWith("{")) {
        if (got[i].isEmpty() || got[i].indexOf('%') >= 0) {
          return Optional.empty();
        }
        variables.put(want[i].substring(1, want[i].length() - 1), got[i]);
      } else if (!want[i].equals(got[i])) {
        return Optional.empty();
      }
    }
    if (tail) {
      variables.put(
          "**", String.join("/", Arrays.asList(got).subList(want.length - 1, got.length)));
    }
    return Optional.of(variables);
  }
}
