// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Finds where a request goes: an absolute http target, or a configured route of this proxy. */
final class TargetResolver {
  private final Map<String, Route> routes = new HashMap<>();
  private final Set<String> ownAuthorities;
  private final String address;

  TargetResolver(List<Route> configured, InetSocketAddress own) {
    for (Route route : configured) {
      if (routes.put(route.name(), route) != null) {
        throw new IllegalArgumentException("Two routes have the name " + route.name() + ".");
      }
    }
    address = "127.0.0.1:" + own.getPort();
    // A JVM that proxies everything asks for its own routes in absolute form.
    ownAuthorities = Set.of(address, "localhost:" + own.getPort());
  }

  Target resolve(RequestHead head) throws RefusedRequestException {
    refuseMethod(head.method());
    String target = head.target();
    if (!Target.isVisible(target) || target.indexOf('#') >= 0) {
      throw RefusedRequestException.malformed(
          "The request target must have no space, control character or fragment.");
    }
    if (target.startsWith("/")) {
      return route(target);
    }
    if (target.equals("*")) {
      throw RefusedRequestException.malformed(
          "The target * speaks of the proxy itself; ask for http://host/path.");
    }
    Target absolute = Target.parse(target);
    if (absolute.secure()) {
      throw RefusedRequestException.malformed(
          "Absolute https targets are not forwarded; configure a route and ask for http://%s/NAME/…"
              .formatted(address));
    }
    return ownAuthorities.contains(absolute.authority())
        ? route(absolute.pathAndQuery())
        : absolute;
  }

  private void refuseMethod(String method) throws RefusedRequestException {
    switch (method.toUpperCase(Locale.ROOT)) {
      case "CONNECT" ->
          throw new RefusedRequestException(
              EgressReason.CONNECT_UNSUPPORTED,
              "What flows in a tunnel cannot be signed. Configure a route NAME=https://host and "
                  + "ask for http://%s/NAME/…; the proxy then speaks TLS to the host."
                      .formatted(address));
      case "TRACE", "TRACK" ->
          throw new RefusedRequestException(
              EgressReason.METHOD_REFUSED,
              method + " would send the signed request back; use another method.");
      default -> {}
    }
  }

  private Target route(String pathAndQuery) throws RefusedRequestException {
    int query = pathAndQuery.indexOf('?');
    String path = query < 0 ? pathAndQuery : pathAndQuery.substring(0, query);
    int slash = path.indexOf('/', 1);
    String name = slash < 0 ? path.substring(1) : path.substring(1, slash);
    Route route = routes.get(name);
    if (route == null) {
      throw new RefusedRequestException(
          EgressReason.NO_SUCH_TARGET,
          "There is no route with this name; configured are: %s. Or ask for http://host/path in absolute form."
              .formatted(routes.isEmpty() ? "none" : String.join(", ", routes.keySet())));
    }
    String below = slash < 0 ? "" : path.substring(slash);
    refuseDotSegments(below);
    return route.target(below + (query < 0 ? "" : pathAndQuery.substring(query)));
  }

  /** A dot segment, also an encoded one, would leave the route's base path at the upstream. */
  private static void refuseDotSegments(String path) throws RefusedRequestException {
    String decoded =
        path.toLowerCase(Locale.ROOT)
            .replace("%2e", ".")
            .replace("%2f", "/")
            .replace("%5c", "/")
            .replace('\\', '/');
    for (String part : decoded.split("/", -1)) {
      // Some servers cut path parameters off before they look for dot segments.
      int parameters = part.indexOf(';');
      String segment = parameters < 0 ? part : part.substring(0, parameters);
      if (segment.equals(".") || segment.equals("..")) {
        throw RefusedRequestException.malformed(
            "A path below a route must have no . or .. segment.");
      }
    }
  }
}
