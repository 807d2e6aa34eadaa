// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.protocol.PublicJwk;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bodies are recorded, and for whom.
 *
 * @param places where; bodies of other exchanges are never recorded
 * @param redactions what is taken out of every body before it is sealed
 * @param maxBytes of one body that are recorded; 1 to {@link #MAX_BYTES}
 * @param reader the operator's P-256 key: who has its private half can read the bodies
 */
public record RecordedBodies(
    List<Place> places, List<Redaction> redactions, int maxBytes, PublicJwk reader) {
  /** The most that can be recorded of one body. */
  public static final int MAX_BYTES = 1024 * 1024;

  /** What is recorded of one body unless something else is said. */
  public static final int STANDARD_BYTES = 64 * 1024;

  private static final int MAX_RULES = 64;

  public RecordedBodies {
    places = List.copyOf(places);
    redactions = List.copyOf(redactions);
    Objects.requireNonNull(reader, "reader");
    if (places.isEmpty() || places.size() > MAX_RULES || redactions.size() > MAX_RULES) {
      throw new IllegalArgumentException(
          "expected 1 to " + MAX_RULES + " places and at most " + MAX_RULES + " redactions");
    }
    if (maxBytes < 1 || maxBytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "expected 1 to " + MAX_BYTES + " bytes of a body, got " + maxBytes);
    }
  }

  boolean cover(String host, String path) {
    return places.stream().anyMatch(place -> place.covers(host, path));
  }

  /**
   * Hosts and paths whose bodies are recorded.
   *
   * @param host in lower case; {@code *.} at its beginning stands for every subdomain
   * @param path a prefix that ends where a segment ends; empty for every path
   */
  public record Place(String host, String path) {
    private static final Pattern WORDS =
        Pattern.compile(
            "(?<host>(?:\\*\\.)?[A-Za-z0-9_][A-Za-z0-9._-]{0,252}|\\[[0-9A-Fa-f:.]{2,45}])"
                + "(?<path>/[\\x21-\\x7e&&[^?#*]]*)?");

    public Place {
      Objects.requireNonNull(host, "host");
      Objects.requireNonNull(path, "path");
    }

    /**
     * Reads {@code HOST[/PATH]}.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Place parse(String text) {
      Matcher words = WORDS.matcher(text);
      if (!words.matches()) {
        throw new IllegalArgumentException(
            "expected HOST or HOST/PATH, such as api.example.com/v1 or *.example.com, without a port"
                + " (every port of the host counts), got \""
                + text
                + "\"");
      }
      String path = words.group("path") == null ? "" : words.group("path");
      return new Place(
          words.group("host").toLowerCase(Locale.ROOT),
          path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    boolean covers(String itsHost, String itsPath) {
      boolean sameHost =
          host.startsWith("*.") ? itsHost.endsWith(host.substring(1)) : itsHost.equals(host);
      return sameHost
          && itsPath.startsWith(path)
          && (itsPath.length() == path.length() || itsPath.charAt(path.length()) == '/');
    }
  }
}
