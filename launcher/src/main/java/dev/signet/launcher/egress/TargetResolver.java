// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds where a request goes: an absolute http target, a configured route of this proxy, or the
 * host for which the agent opened a tunnel.
 */
final class TargetResolver {
  private static final Pattern TUNNEL = Pattern.compile("[^/?#@]+:[0-9]{1,5}");

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

  /**
   * Where a tunnel is to lead (RFC 9110 section 9.3.6).
   *
   * @return the host and port, as an https target without a path of its own
   */
  Target tunnel(RequestHead head) throws RefusedRequestException {
    if (!(head.framing() instanceof BodyFraming.None)) {
      throw RefusedRequestException.malformed("A CONNECT request has no body.");
    }
    if (!TUNNEL.matcher(head.target()).matches()) {
      throw RefusedRequestException.malformed("The target of CONNECT must be HOST:PORT.");
    }
    Target target = Target.parse("https://" + head.target());
    requireHost(head, target, "https");
    if (ownAuthorities.contains(target.authority())) {
      throw new RefusedRequestException(
          EgressReason.NO_SUCH_TARGET,
          "A tunnel to the proxy itself leads nowhere; ask for http://%s/NAME/… without one."
              .formatted(address));
    }
    return target;
  }

  /**
   * Where a request goes.
   *
   * @param origin what the tunnel in which it came was opened for; null outside of tunnels
   */
  Target resolve(RequestHead head, Target origin) throws RefusedRequestException {
    return origin == null ? resolve(head) : within(origin, head);
  }

  private static Target within(Target origin, RequestHead head) throws RefusedRequestException {
    refuseMethod(head.method());
    requireOneForm(head.target());
    Target target =
        head.target().startsWith("/")
            ? origin.withPathAndQuery(head.target())
            : Target.parse(head.target());
    if (!target.withPathAndQuery("/").equals(origin.withPathAndQuery("/"))) {
      throw misdirected(target.scheme() + "://" + target.authority(), origin);
    }
    requireHost(head, origin, origin.scheme());
    return target;
  }

  private static void requireHost(RequestHead head, Target origin, String scheme)
      throws RefusedRequestException {
    for (Field field : head.fields()) {
      // Almost always spelled as the tunnel's; any other spelling is read like a target.
      if (field.key().equals("host") && !field.value().equals(origin.authority())) {
        Target host = Target.parse(scheme + "://" + field.value());
        if (!host.authority().equals(origin.authority()) || !host.pathAndQuery().equals("/")) {
          throw misdirected(field.value(), origin);
        }
      }
    }
  }

  private static RefusedRequestException misdirected(String asked, Target origin) {
    return new RefusedRequestException(
        EgressReason.MISDIRECTED,
        "The tunnel was opened for %s, the request in it is for %s; open another tunnel for that."
            .formatted(origin.authority(), asked));
  }

  private static void requireOneForm(String target) throws RefusedRequestException {
    if (!Target.isVisible(target) || target.indexOf('#') >= 0) {
      throw RefusedRequestException.malformed(
          "The request target must have no space, control character or fragment.");
    }
    if (target.equals("*")) {
      throw RefusedRequestException.malformed(
          "The target * speaks of a server as a whole; ask for a path.");
    }
  }

  private Target resolve(RequestHead head) throws RefusedRequestException {
    refuseMethod(head.method());
    String target = head.target();
    requireOneForm(target);
    if (target.startsWith("/")) {
      return route(target);
    }
    Target absolute = Target.parse(target);
    if (absolute.secure()) {
      throw RefusedRequestException.malformed(
          "An https target in clear is not forwarded; open a tunnel to it with CONNECT, or ask for a "
              + "route as http://%s/NAME/…".formatted(address));
    }
    return ownAuthorities.contains(absolute.authority())
        ? route(absolute.pathAndQuery())
        : absolute;
  }

  private static void refuseMethod(String method) throws RefusedRequestException {
    switch (method.toUpperCase(Locale.ROOT)) {
      case "CONNECT" ->
          throw new RefusedRequestException(
              EgressReason.CONNECT_UNSUPPORTED,
              "A tunnel is opened by CONNECT, in capitals, and not from within another tunnel.");
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
