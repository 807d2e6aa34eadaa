// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * An agent's SPIFFE ID, for example {@code spiffe://example.org/agent/billing}.
 *
 * <p>SPIFFE ID 2.0: trust domain of lower-case letters, digits, dot, dash and underscore; path
 * segments of letters, digits, dot, dash and underscore, none empty, none {@code .} or {@code ..}.
 * At most 255 bytes here. Nothing is normalised: two spellings are two agents, and only the
 * canonical one parses.
 */
public record AgentId(@JsonValue String value) {
  private static final String SCHEME = "spiffe://";
  private static final int MAX = 255;

  @JsonCreator
  public AgentId {
    if (value == null || value.length() > MAX || !value.startsWith(SCHEME)) {
      throw expected(value);
    }
    int slash = value.indexOf('/', SCHEME.length());
    if (slash < 0 || slash == SCHEME.length() || slash == value.length() - 1) {
      throw expected(value);
    }
    for (int i = SCHEME.length(); i < slash; i++) {
      char c = value.charAt(i);
      if (!(lowerOrDigit(c) || c == '.' || c == '-' || c == '_')) {
        throw expected(value);
      }
    }
    for (String segment : value.substring(slash + 1).split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw expected(value);
      }
      for (int i = 0; i < segment.length(); i++) {
        char c = segment.charAt(i);
        if (!(lowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_')) {
          throw expected(value);
        }
      }
    }
  }

  public String trustDomain() {
    return value.substring(SCHEME.length(), value.indexOf('/', SCHEME.length()));
  }

  @Override
  public String toString() {
    return value;
  }

  private static boolean lowerOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static IllegalArgumentException expected(String got) {
    String shown = got == null || got.length() > MAX ? "something else" : "\"" + got + "\"";
    return new IllegalArgumentException(
        "expected a SPIFFE ID such as spiffe://example.org/agent/name, got " + shown);
  }
}
