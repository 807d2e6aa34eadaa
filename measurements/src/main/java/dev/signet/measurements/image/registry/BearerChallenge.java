// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a registry says one has to bring (distribution token authentication; RFC 9110 section
 * 11.6.1).
 *
 * @param realm where tokens are had
 * @param service whom they are for, or empty
 */
record BearerChallenge(String realm, String service) {
  private static final int MAX_CHARS = 4096;
  private static final Pattern PARAMETER =
      Pattern.compile("\\G[ ,]*([a-z_]{1,32})=\"([^\"\\\\]{0,2048})\"");

  static Optional<BearerChallenge> parse(String header) {
    if (header.length() > MAX_CHARS || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return Optional.empty();
    }
    Map<String, String> parameters = new HashMap<>();
    Matcher each = PARAMETER.matcher(header.substring(7));
    while (each.find()) {
      parameters.putIfAbsent(each.group(1), each.group(2));
    }
    return parameters.containsKey("realm")
        ? Optional.of(
            new BearerChallenge(parameters.get("realm"), parameters.getOrDefault("service", "")))
        : Optional.empty();
  }
}
