// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.protocol.SignatureProfile;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Where in a request a secret stands, and among what. */
public sealed interface Placement {
  /** A header field's value, such as {@code Bearer {}}. */
  record Header(String name, Template template) implements Placement {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^`|~-]{1,64}");

    /** Fields that say how the request is to be read: a secret has no business there. */
    private static final Set<String> RESERVED =
        Set.of("accept-encoding", "content-encoding", "content-type", "range", "te");

    /**
     * @throws IllegalArgumentException for a field that a secret must not fill
     */
    public Header {
      if (!TOKEN.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "header: expected a field name without underscores, got \"" + name + "\"");
      }
      String key = name.toLowerCase(Locale.ROOT);
      if (FieldRules.isOurs(key)
          || RESERVED.contains(key)
          || SignatureProfile.FORBIDDEN.contains(key)) {
        throw new IllegalArgumentException(
            "header: "
                + name
                + " is not for secrets; use authorization or the service's own field");
      }
    }
  }

  /** A parameter of the query. */
  record Query(String name, Template template) implements Placement {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~-]{1,64}");

    /**
     * @throws IllegalArgumentException for a name that would have to be encoded
     */
    public Query {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "query: expected letters, digits and . _ ~ -, got \"" + name + "\"");
      }
    }
  }

  /**
   * The password of Basic authentication (RFC 7617).
   *
   * @param user visible ASCII without colon; may be empty, as some services want it
   */
  record Basic(String user) implements Placement {
    private static final Pattern USER = Pattern.compile("[\\x20-\\x7e&&[^:]]{0,255}");

    /**
     * @throws IllegalArgumentException for another user name
     */
    public Basic {
      if (!USER.matcher(user).matches()) {
        throw new IllegalArgumentException("basicUser: expected visible ASCII without a colon");
      }
    }

    String credentials(byte[] secret) {
      byte[] before = (user + ":").getBytes(StandardCharsets.US_ASCII);
      byte[] both = new byte[before.length + secret.length];
      System.arraycopy(before, 0, both, 0, before.length);
      System.arraycopy(secret, 0, both, before.length, secret.length);
      try {
        return Base64.getEncoder().encodeToString(both);
      } finally {
        java.util.Arrays.fill(both, (byte) 0);
      }
    }
  }

  /** What stands before and after a secret. */
  record Template(String before, String after) {
    /** The secret alone. */
    public static final Template ALONE = new Template("", "");

    private static final String SECRET = "{}";
    private static final Pattern TEXT = Pattern.compile("[\\x20-\\x7e]{2,256}");

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException if it is not visible ASCII with exactly one {@code {}}
     */
    public static Template parse(String text) {
      int at = text.indexOf(SECRET);
      if (at < 0
          || text.indexOf(SECRET, at + 1) >= 0
          || !TEXT.matcher(text).matches()
          || !text.equals(text.strip())) {
        throw new IllegalArgumentException(
            "template: expected visible ASCII with exactly one {} for the secret, such as"
                + " \"Bearer {}\"");
      }
      return new Template(text.substring(0, at), text.substring(at + SECRET.length()));
    }

    String around(String secret) {
      return before + secret + after;
    }
  }
}
