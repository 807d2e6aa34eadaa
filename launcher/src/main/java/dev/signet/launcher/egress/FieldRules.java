// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.SignatureProfile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which of the agent's header fields go on to the upstream. */
final class FieldRules {
  /** Fields of one connection (RFC 9110 section 7.6.1). */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings");

  /** Fields that the proxy writes itself; an agent's own would contradict the signed ones. */
  private static final Set<String> OURS =
      Set.of(
          "host",
          "content-length",
          "content-digest",
          "expect",
          "signature",
          "signature-input",
          IdentityClaims.HEADER,
          "accept-signature");

  /** Covered by the signature, and with one value only by their definitions. */
  private static final Set<String> SINGLETONS =
      Set.of("content-type", "authorization", "mcp-session-id", "mcp-protocol-version");

  private static final Set<String> OVERRIDES = Set.copyOf(SignatureProfile.FORBIDDEN);

  private FieldRules() {}

  /** What an agent's request may carry to the upstream, in the order it came. */
  static List<Field> forwarded(List<Field> received) throws RefusedRequestException {
    Set<String> named = connectionOptions(received);
    Set<String> seen = new HashSet<>(4);
    List<Field> forwarded = new ArrayList<>(received.size());
    for (Field field : received) {
      String key = field.key();
      String meant = asServersMayRead(key);
      if (OVERRIDES.contains(meant)) {
        throw new RefusedRequestException(
            EgressReason.OVERRIDE_FIELD,
            "The field "
                + field.name()
                + " asks for another method or target than the signed one; ask for it directly.");
      }
      if (SINGLETONS.contains(meant) && !seen.add(meant)) {
        throw RefusedRequestException.malformed(
            "The field " + field.name() + " came twice; services could read either.");
      }
      boolean dropped =
          HOP_BY_HOP.contains(meant)
              || OURS.contains(meant)
              || meant.startsWith("proxy-")
              || named.contains(key);
      if (!dropped) {
        forwarded.add(field);
      }
    }
    return forwarded;
  }

  /** Whether the proxy, or the connection, decides what stands in a field. */
  static boolean isOurs(String key) {
    return HOP_BY_HOP.contains(key) || OURS.contains(key) || key.startsWith("proxy-");
  }

  /** Whether a field of the upstream's response belongs to its connection alone. */
  static boolean endsAtProxy(String name, Set<String> connectionOptions) {
    String key = name.toLowerCase(Locale.ROOT);
    return HOP_BY_HOP.contains(key) || key.startsWith("proxy-") || connectionOptions.contains(key);
  }

  static Set<String> connectionOptions(List<Field> fields) {
    Set<String> options = Set.of();
    for (Field field : fields) {
      if (field.key().equals("connection")) {
        options = options.isEmpty() ? new HashSet<>() : options;
        addOptions(field.value(), options);
      }
    }
    return options;
  }

  static void addOptions(String connection, Set<String> options) {
    for (String option : connection.split(",", -1)) {
      options.add(option.strip().toLowerCase(Locale.ROOT));
    }
  }

  /** CGI-like servers read {@code Workload_Identity_Token} and the dashed name as one variable. */
  private static String asServersMayRead(String key) {
    return key.replace('_', '-');
  }
}
