// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.egress.permission.Destination;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a request goes, in the form that is both signed and sent, so that the two cannot differ.
 *
 * @param scheme {@code http} or {@code https}
 * @param host in lower case; an IPv6 address stands in brackets
 * @param port 1 to 65535
 * @param pathAndQuery from the first slash on, bytes as the agent wrote them
 */
record Target(String scheme, String host, int port, String pathAndQuery) {
  private static final Pattern ABSOLUTE =
      Pattern.compile(
          "(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?<authority>[^/?#]*)(?<rest>[/?]?[^#]*)");
  private static final Pattern AUTHORITY =
      Pattern.compile(
          "(?<host>\\[[0-9A-Fa-f:.]{2,45}]|[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}))"
              + "(?::(?<port>[0-9]{1,5}))?");

  private static final Pattern LOOPBACK = Pattern.compile("127(?:\\.[0-9]{1,3}){3}");

  /** Reads an absolute http or https URI without user information or fragment. */
  static Target parse(String uri) throws RefusedRequestException {
    Matcher absolute = ABSOLUTE.matcher(uri);
    if (!absolute.matches() || !isVisible(uri)) {
      throw RefusedRequestException.malformed(
          "The target must be an absolute URI without spaces, control characters or fragment.");
    }
    String scheme = absolute.group("scheme").toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw RefusedRequestException.malformed("The target's scheme must be http or https.");
    }
    Matcher authority = AUTHORITY.matcher(absolute.group("authority"));
    if (!authority.matches()) {
      throw RefusedRequestException.malformed(
          "The target must name a host, and a port if need be, and no user.");
    }
    String digits = authority.group("port");
    int port = digits == null ? standardPort(scheme) : Integer.parseInt(digits);
    if (port < 1 || port > 65535) {
      throw RefusedRequestException.malformed("The target's port must be 1 to 65535.");
    }
    String rest = absolute.group("rest");
    return new Target(
        scheme,
        authority.group("host").toLowerCase(Locale.ROOT),
        port,
        rest.startsWith("/") ? rest : "/" + rest);
  }

  Target withPathAndQuery(String replacement) {
    return new Target(scheme, host, port, replacement);
  }

  /** The same place without TLS, for what comes in clear through a tunnel. */
  Target inClear() {
    return new Target("http", host, port, pathAndQuery);
  }

  String path() {
    int mark = pathAndQuery.indexOf('?');
    return mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
  }

  Optional<String> query() {
    int mark = pathAndQuery.indexOf('?');
    return mark < 0 ? Optional.empty() : Optional.of(pathAndQuery.substring(mark + 1));
  }

  boolean hasStandardPort() {
    return port == standardPort(scheme);
  }

  /** Whether the host is spelled as an address that does not leave this machine. */
  boolean isLoopback() {
    return host.equals("[::1]") || LOOPBACK.matcher(host).matches();
  }

  boolean secure() {
    return scheme.equals("https");
  }

  /** Host, and port unless it is the scheme's own: the Host field, and RFC 9421 section 2.2.3. */
  String authority() {
    return port == standardPort(scheme) ? host : host + ":" + port;
  }

  /** As permissions know it. */
  Destination destination() {
    return new Destination(scheme, host, port);
  }

  /** The host as name resolution and TLS want it: no brackets. */
  String hostName() {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  static boolean isVisible(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= 0x20 || text.charAt(i) >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static int standardPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }
}
