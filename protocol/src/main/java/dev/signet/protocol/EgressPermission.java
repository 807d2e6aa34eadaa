// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Requests that an agent may send.
 *
 * @param host a DNS name in lower case or an IPv4 address, with {@code :PORT} where it is not the
 *     scheme's own; {@code *.} at its beginning stands for one or more labels
 * @param methods in upper case, at least one, each once; {@code *} alone stands for all
 * @param path begins with a slash; a {@code *} at its end stands for any rest
 */
public record EgressPermission(String host, List<String> methods, String path) {
  private static final Pattern HOST =
      Pattern.compile(
          "(?:\\*\\.)?[a-z0-9][a-z0-9-]{0,62}(?:\\.[a-z0-9][a-z0-9-]{0,62}){0,62}(?::[1-9][0-9]{0,4})?");

  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");

  private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e&&[^?#*]]{0,1023}\\*?");

  public EgressPermission {
    Require.text(host, 255, "host");
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "host: expected a DNS name in lower case, *. before it and :PORT after it if need be");
    }
    methods = Require.list(methods, "methods");
    if (methods.isEmpty() || new HashSet<>(methods).size() != methods.size()) {
      throw new IllegalArgumentException("methods: expected at least one, each once");
    }
    boolean all = methods.equals(List.of("*"));
    if (!all && !methods.stream().allMatch(m -> METHOD.matcher(m).matches())) {
      throw new IllegalArgumentException("methods: expected upper case, or * alone");
    }
    Require.text(path, 1025, "path");
    if (!PATH.matcher(path).matches() || List.of(path.split("/")).contains("..")) {
      throw new IllegalArgumentException(
          "path: expected one that begins with a slash, with * at its end at most");
    }
  }
}
