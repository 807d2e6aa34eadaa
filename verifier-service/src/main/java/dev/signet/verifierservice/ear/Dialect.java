// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.ear;

import dev.signet.protocol.MalformedMessageException;
import dev.signet.verifierservice.ear.TrustVector.Appraised;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the claims of an EAR are called: the drafts renamed all of them in March 2026. */
enum Dialect {
  /** What tools read today. */
  VERAISON("tag:github.com,2023:veraison/ear", "ear.", '-'),
  /** draft-ietf-rats-ear since -03. */
  IETF("tag:ietf.org,2026:rats/ear#03", "ear_", '_');

  private static final Pattern ACCEPTED =
      Pattern.compile("application/eat\\+jwt(?:[ \\t]*;[ \\t]*eat_profile=\"([^\"]{1,128})\")?");

  private final String profile;
  private final String prefix;
  private final char separator;

  Dialect(String profile, String prefix, char separator) {
    this.profile = profile;
    this.prefix = prefix;
    this.separator = separator;
  }

  /** {@code eat_profile}. */
  String profile() {
    return profile;
  }

  /** With which the result is sent. */
  String mediaType() {
    return "application/eat+jwt; eat_profile=\"" + profile + "\"";
  }

  /**
   * The dialect that the caller's {@code Accept} asks for.
   *
   * @param accept null where there was none
   */
  static Dialect accepted(String accept) throws MalformedMessageException {
    if (accept == null || accept.equals("*/*")) {
      return VERAISON;
    }
    Matcher m = ACCEPTED.matcher(accept);
    if (m.matches()) {
      for (Dialect dialect : values()) {
        if (m.group(1) == null || m.group(1).equals(dialect.profile)) {
          return dialect;
        }
      }
    }
    throw new MalformedMessageException(
        "accept: expected application/eat+jwt, with eat_profile \""
            + VERAISON.profile
            + "\" or \""
            + IETF.profile
            + "\" if any");
  }

  /** The claims about what was appraised. */
  void put(
      Map<String, Object> claims,
      Map<String, Appraised> submods,
      Map<String, String> policies,
      String issuer,
      String build) {
    claims.put(name("verifier-id"), Map.of("developer", issuer, "build", build));
    Map<String, Object> out = new LinkedHashMap<>();
    int worst = TrustVector.AFFIRMING;
    for (Map.Entry<String, Appraised> submod : submods.entrySet()) {
      Appraised appraised = submod.getValue();
      worst = Math.max(worst, appraised.status());
      Map<String, Object> about = new LinkedHashMap<>();
      about.put(name("status"), status(appraised.status()));
      about.put(name("trustworthiness-vector"), appraised.claims());
      String policy = policies.get(submod.getKey());
      if (this == VERAISON) {
        about.put("ear.appraisal-policy-id", policy);
      } else {
        about.put("ear_appraisal_policy_ids", List.of(policy));
      }
      out.put(submod.getKey(), about);
    }
    if (this == IETF) {
      claims.put(name("status"), status(worst));
    }
    claims.put("submods", out);
  }

  private String name(String dashed) {
    return prefix + dashed.replace('-', separator);
  }

  private static String status(int status) {
    return switch (status) {
      case TrustVector.AFFIRMING -> "affirming";
      case TrustVector.WARNING -> "warning";
      default -> throw new IllegalArgumentException("no token is given with status " + status);
    };
  }
}
