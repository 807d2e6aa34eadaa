// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.util.Locale;
import java.util.Optional;

/** The one form of an authority (RFC 9110 section 4.2.3): lower case, default port left out. */
public final class Authority {
  private Authority() {}

  /**
   * The value that {@code @authority} has for this, or nothing where it is no host and port.
   *
   * @param scheme whose default port is left out
   */
  public static Optional<String> normalized(String authority, String scheme) {
    try {
      return Optional.of(normalize(authority, scheme));
    } catch (Refusal e) {
      return Optional.empty();
    }
  }

  static String normalize(String authority, String scheme) throws Refusal {
    String host = lowerCase(authority);
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == '@' || c == '/' || c == '?' || c == '#' || c == '\\' || c == ',' || c <= ' ') {
        throw new Refusal(
            SignatureRefusal.MALFORMED_VALUE,
            "@authority: expected host and optional port, got \"" + authority + '"');
      }
    }
    String normal = withoutDefaultPort(host, scheme);
    if (normal.isEmpty()) {
      throw new Refusal(SignatureRefusal.MISSING_COMPONENT, "@authority: the request names none");
    }
    return normal;
  }

  private static String withoutDefaultPort(String host, String scheme) {
    String defaultPort =
        scheme.equalsIgnoreCase("https") ? ":443" : scheme.equalsIgnoreCase("http") ? ":80" : null;
    if (defaultPort != null && host.endsWith(defaultPort)) {
      return host.substring(0, host.length() - defaultPort.length());
    }
    // An empty port means the default one as well (RFC 3986 section 3.2.3).
    return host.endsWith(":") ? host.substring(0, host.length() - 1) : host;
  }

  static String lowerCase(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        return text.toLowerCase(Locale.ROOT);
      }
    }
    return text;
  }
}
