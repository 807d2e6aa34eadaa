// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.PathForm;
import java.util.List;

/** One permission, taken apart for comparing. Safe for use by many threads. */
public final class Rule {
  private static final String EVERY_PATH = "/*";

  private final EgressPermission permission;
  private final String pattern;
  private final String port;
  private final HostForm host;

  public Rule(EgressPermission permission) {
    this.permission = permission;
    String text = permission.host();
    int colon = text.startsWith("[") ? text.indexOf(':', text.indexOf(']')) : text.indexOf(':');
    this.pattern = colon < 0 ? text : text.substring(0, colon);
    this.port = colon < 0 ? "" : text.substring(colon + 1);
    this.host = HostForm.of(pattern);
  }

  /**
   * Whether it permits this request.
   *
   * @param path from the first slash on, without a query
   */
  public boolean permits(String method, Destination to, String path) {
    return permits(method, HostForm.of(to.host()), to, PathForm.of(path));
  }

  /** Whether it is about this host and port at all. */
  boolean isFor(HostForm to, Destination destination) {
    return fitsPort(destination) && fitsHost(to);
  }

  boolean permits(String method, HostForm to, Destination destination, PathForm path) {
    return isFor(to, destination) && fitsMethod(method) && fitsPath(path);
  }

  /** Whether it permits whatever is sent there, as nobody can see what flows in a tunnel. */
  boolean permitsEverything(HostForm to, Destination destination) {
    return isFor(to, destination)
        && permission.methods().equals(List.of("*"))
        && permission.path().equals(EVERY_PATH);
  }

  /** Whether the host stands in it by itself, as one that {@code *} would not have meant. */
  boolean names(HostForm to) {
    return to.equals(host);
  }

  private boolean fitsPort(Destination destination) {
    return switch (port) {
      case "" -> destination.hasStandardPort();
      case "*" -> true;
      default -> port.equals(Integer.toString(destination.port()));
    };
  }

  private boolean fitsHost(HostForm to) {
    return switch (to) {
      case HostForm.Odd odd -> false;
      case HostForm.Address address -> pattern.equals("*") || address.equals(host);
      case HostForm.Name(String name) ->
          pattern.equals("*")
              || (pattern.startsWith("*.")
                  ? name.endsWith(pattern.substring(1))
                  : name.equals(pattern));
    };
  }

  private boolean fitsMethod(String method) {
    return permission.methods().contains(method) || permission.methods().equals(List.of("*"));
  }

  private boolean fitsPath(PathForm path) {
    String wanted = permission.path();
    return wanted.equals(EVERY_PATH)
        || path instanceof PathForm.Normal(String normal)
            && (wanted.endsWith("*")
                ? normal.startsWith(wanted.substring(0, wanted.length() - 1))
                : normal.equals(wanted));
  }
}
