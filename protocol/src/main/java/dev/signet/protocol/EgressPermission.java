// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests that an agent may send.
 *
 * @param host a DNS name in lower case ({@code *.} at its beginning stands for one or more labels),
 *     an IPv4 address, an IPv6 address in brackets, or {@code *} for every name and public address;
 *     {@code :PORT} after it where the port is not the scheme's own, {@code :*} for any port
 * @param methods in upper case, at least one, each once; {@code *} alone stands for all
 * @param path begins with a slash; a {@code *} at its end stands for any rest. {@code /*} matches
 *     every path, another one only those that have a {@linkplain PathForm.Normal normal form}
 */
public record EgressPermission(String host, List<String> methods, String path) {
  private static final Pattern HOST =
      Pattern.compile(
          "(?<name>\\*|(?:\\*\\.)?[a-z0-9_][a-z0-9_-]{0,62}(?:\\.[a-z0-9_][a-z0-9_-]{0,62}){0,62}"
              + "|\\[[0-9a-f:.]{2,45}])(?::(?<port>\\*|[1-9][0-9]{0,4}))?");

  /** What a resolver may take for a number, and so for an address: as WHATWG's URL standard. */
  private static final Pattern NUMERIC = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");

  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");

  private static final int PATH_CHARS = 1025;

  /** METHOD[,METHOD…], a space, HOST and perhaps a path. */
  private static final Pattern RULE = Pattern.compile("([^ ]+) ([^ /]+)(/[^ ]*)?");

  public EgressPermission {
    Require.text(host, 255, "host");
    requireHost(host);
    methods = Require.list(methods, "methods");
    if (methods.isEmpty() || new HashSet<>(methods).size() != methods.size()) {
      throw new IllegalArgumentException("methods: expected at least one, each once");
    }
    boolean all = methods.equals(List.of("*"));
    if (!all && !methods.stream().allMatch(m -> METHOD.matcher(m).matches())) {
      throw new IllegalArgumentException("methods: expected upper case, or * alone");
    }
    requirePath(Require.text(path, PATH_CHARS, "path"));
  }

  private static void requireHost(String host) {
    Matcher form = HOST.matcher(host);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "host: expected a DNS name in lower case, *. before it if need be, or *, an IPv4 address or"
              + " an IPv6 address in brackets, and :PORT after it if need be");
    }
    String port = form.group("port");
    if (port != null && !port.equals("*") && Integer.parseInt(port) > 65535) {
      throw new IllegalArgumentException("host: expected a port of 1 to 65535");
    }
    String name = form.group("name");
    if (name.startsWith("[")
        ? !isIpv6(name)
        : NUMERIC.matcher(name).matches() && !IPV4.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "host: expected an IPv4 address as four decimal numbers, or an IPv6 address that is not an"
              + " IPv4 address in disguise");
    }
  }

  private static boolean isIpv6(String bracketed) {
    try {
      // In brackets it is read as a literal, and no name server is asked.
      return InetAddress.getByName(bracketed) instanceof Inet6Address;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static void requirePath(String path) {
    boolean open = path.endsWith("*");
    String fixed = open ? path.substring(0, path.length() - 1) : path;
    if (fixed.indexOf('*') >= 0) {
      throw new IllegalArgumentException("path: expected * at its end at most");
    }
    PathForm form = PathForm.of(fixed);
    if (form instanceof PathForm.Ambiguous ambiguous) {
      throw new IllegalArgumentException(
          "path: expected one that every server reads alike, got " + ambiguous.why());
    }
    if (form instanceof PathForm.Normal normal && !normal.path().equals(fixed)) {
      throw new IllegalArgumentException("path: expected its normal form, " + normal.path());
    }
  }

  /**
   * Reads a permission as people write it: {@code GET,POST api.example.org/v1/*}. Without a path it
   * is for every path.
   *
   * @throws IllegalArgumentException if it has another form
   */
  public static EgressPermission parse(String rule) {
    Matcher form = RULE.matcher(rule);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "expected \"METHOD[,METHOD] HOST[/PATH]\", got \"" + rule + "\"");
    }
    return new EgressPermission(
        form.group(2),
        List.of(form.group(1).split(",", -1)),
        form.group(3) == null ? "/*" : form.group(3));
  }

  /** The permission as {@link #parse} reads it. */
  public String rule() {
    return String.join(",", methods) + " " + host + path;
  }
}
