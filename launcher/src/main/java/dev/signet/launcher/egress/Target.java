// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.egress.permission.Destination;
import java.util.Locale;
import java.util.Optional;
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
  /** Characters between the brackets: eight groups of four, the last two as an IPv4 address. */
  private static final int MAX_IPV6 = 45;

  private static final int MAX_NAME = 253;

  private static final Pattern LOOPBACK = Pattern.compile("127(?:\\.[0-9]{1,3}){3}");

  /**
   * Reads an absolute http or https URI without user information or fragment (RFC 3986 section 3).
   */
  static Target parse(String uri) throws RefusedRequestException {
    int colon = uri.indexOf(':');
    if (!isScheme(uri, colon)
        || !uri.startsWith("//", colon + 1)
        || uri.indexOf('#') >= 0
        || !isVisible(uri)) {
      throw RefusedRequestException.malformed(
          "The target must be an absolute URI without spaces, control characters or fragment.");
    }
    String scheme = uri.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw RefusedRequestException.malformed("The target's scheme must be http or https.");
    }
    int start = colon + 3;
    int end = start;
    while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
      end++;
    }
    int hostEnd = endOfHost(uri, start, end);
    int digits = end - hostEnd - 1;
    if (hostEnd < 0
        || hostEnd < end
            && (uri.charAt(hostEnd) != ':'
                || digits < 1
                || digits > 5
                || !isDecimal(uri, hostEnd + 1, end))) {
      throw RefusedRequestException.malformed(
          "The target must name a host, and a port if need be, and no user.");
    }
    int port = hostEnd == end ? standardPort(scheme) : Integer.parseInt(uri, hostEnd + 1, end, 10);
    if (port < 1 || port > 65535) {
      throw RefusedRequestException.malformed("The target's port must be 1 to 65535.");
    }
    String rest = uri.substring(end);
    return new Target(
        scheme,
        uri.substring(start, hostEnd).toLowerCase(Locale.ROOT),
        port,
        rest.startsWith("/") ? rest : "/" + rest);
  }

  private static boolean isScheme(String uri, int end) {
    if (end < 1 || !isLetter(uri.charAt(0))) {
      return false;
    }
    for (int i = 1; i < end; i++) {
      char c = uri.charAt(i);
      if (!isLetter(c) && !isDigit(c) && c != '+' && c != '.' && c != '-') {
        return false;
      }
    }
    return true;
  }

  /**
   * Where the host at the beginning of an authority ends: an IPv6 address in brackets, or up to 253
   * characters that a name or an IPv4 address may have. -1 if there is none.
   */
  private static int endOfHost(String uri, int start, int end) {
    int at = start;
    if (start < end && uri.charAt(start) == '[') {
      at++;
      while (at < end && (isHexDigit(uri.charAt(at)) || ":.".indexOf(uri.charAt(at)) >= 0)) {
        at++;
      }
      int length = at - start - 1;
      return at < end && uri.charAt(at) == ']' && length >= 2 && length <= MAX_IPV6 ? at + 1 : -1;
    }
    while (at < end && isOfName(uri.charAt(at), at == start)) {
      at++;
    }
    return at > start && at - start <= MAX_NAME ? at : -1;
  }

  private static boolean isOfName(char c, boolean first) {
    return isLetter(c) || isDigit(c) || c == '_' || !first && (c == '.' || c == '-');
  }

  private static boolean isDecimal(String text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (!isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isHexDigit(char c) {
    return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
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
