// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.egress.permission.Destination;
import java.net.URI;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A local name for an upstream: {@code http://127.0.0.1:PORT/name/rest} is sent to {@code
 * upstream/rest}.
 *
 * @param name 1 to 64 letters, digits, dashes, underscores or dots, beginning with a letter or
 *     digit
 * @param upstream an http or https URI with a host; its path is the base, without query or fragment
 */
public record Route(String name, URI upstream) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  public Route {
    Objects.requireNonNull(upstream, "upstream");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "A route's name must match " + NAME.pattern() + "; it is: " + name);
    }
    try {
      if (upstream.getRawQuery() != null) {
        throw new IllegalArgumentException(
            "The upstream of route " + name + " must have no query: " + upstream);
      }
      Target.parse(upstream.toString());
    } catch (RefusedRequestException e) {
      throw new IllegalArgumentException(
          "The upstream of route "
              + name
              + " must be like https://host/base: "
              + upstream
              + ". "
              + e.getMessage(),
          e);
    }
  }

  boolean isHttps() {
    return "https".equalsIgnoreCase(upstream.getScheme());
  }

  /** Where it leads. */
  public Destination destination() {
    try {
      return target("").destination();
    } catch (RefusedRequestException e) {
      throw new IllegalStateException("it was read when the route was made", e);
    }
  }

  /** The upstream's target for what stands after the route's name: empty, or from a slash on. */
  Target target(String rest) throws RefusedRequestException {
    Target base = Target.parse(upstream.toString());
    String path = base.pathAndQuery();
    if (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    String joined = path + rest;
    return base.withPathAndQuery(
        joined.isEmpty() || joined.startsWith("?") ? "/" + joined : joined);
  }
}
