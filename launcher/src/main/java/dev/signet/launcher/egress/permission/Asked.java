// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import dev.signet.protocol.PathForm;
import java.util.regex.Pattern;

/**
 * The words of a refusal.
 *
 * @param what was asked for
 * @param permission that would permit it, as {@code signet measure --egress} takes it
 * @param doubt why only a permission for every path would, or empty
 */
record Asked(String what, String permission, String doubt) {
  /** Of a path that the agent made up, in a sentence. */
  private static final int SHOWN = 200;

  private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");

  static Asked request(String method, Destination to, String path, PathForm form) {
    String words = shortened(method) + " " + to.scheme() + "://" + to.authority() + shortened(path);
    String methods = METHOD.matcher(method).matches() ? method : "*";
    return switch (form) {
      case PathForm.Normal(String normal) ->
          new Asked(
              words,
              methods + " " + to.authority() + (normal.length() > SHOWN ? "/*" : normal),
              "");
      case PathForm.Ambiguous(String why) ->
          new Asked(
              words,
              methods + " " + to.authority() + "/*",
              " Its path can be read in two ways (" + why + "); only a permission for /* fits it.");
    };
  }

  static Asked connection(Destination to) {
    return new Asked("A connection to " + to.authority(), "* " + to.authority() + "/*", "");
  }

  static Asked tunnel(Destination to) {
    return new Asked(
        "A tunnel to " + to.authority() + ", in which no request can be seen,",
        "* " + to.authority() + "/*",
        "");
  }

  String notSigned() {
    return "%s is not permitted.%s The signed statement would permit it with --egress \"%s\" (signet measure)."
        .formatted(what, doubt, permission);
  }

  String takenAway() {
    return "%s is not permitted on this host.%s Its operator would permit it with --egress-only \"%s\" (signet run)."
        .formatted(what, doubt, permission);
  }

  String becauseOfHost(String why) {
    return "%s is not permitted: %s. Spell the host so that it can be compared with a permission."
        .formatted(what, why);
  }

  static String special(Destination to, HostForm host, String kind) {
    String permission =
        host instanceof HostForm.Address
            ? "The signed statement would permit it by naming it in --egress (signet measure), the"
                + " operator"
            : "The operator would permit it";
    return "The address of %s is %s. %s with --allow-address (signet run)."
        .formatted(to.authority(), kind, permission);
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}
