// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.attestor.SecretName;
import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A file with rules about secrets ({@code docs/guides/keep-api-keys-away.md}). */
public final class CredentialRules {
  /** In one file. */
  private static final int MOST = 256;

  private CredentialRules() {}

  private record Document(int version, List<Entry> credentials) {
    private Document {
      if (version != 1) {
        throw new IllegalArgumentException("version: expected 1, got " + version);
      }
      if (credentials == null || credentials.isEmpty() || credentials.size() > MOST) {
        throw new IllegalArgumentException("credentials: expected 1 to " + MOST + " rules");
      }
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Entry(
      SecretName secret,
      String host,
      List<String> methods,
      String path,
      String header,
      String query,
      String basicUser,
      String template,
      Boolean signed,
      Boolean encodedAnswers) {
    private Entry {
      Objects.requireNonNull(secret, "secret");
    }

    CredentialRule rule() {
      return new CredentialRule(
          secret,
          new EgressPermission(
              host, methods == null ? List.of("*") : methods, path == null ? "/*" : path),
          placement(),
          signed == null || signed,
          encodedAnswers != null && encodedAnswers);
    }

    private Placement placement() {
      if (Stream.of(header, query, basicUser).filter(Objects::nonNull).count() != 1) {
        throw new IllegalArgumentException("expected one of header, query and basicUser");
      }
      if (basicUser != null) {
        if (template != null) {
          throw new IllegalArgumentException("template: basicUser has a form of its own");
        }
        return new Placement.Basic(basicUser);
      }
      Placement.Template around =
          template == null ? Placement.Template.ALONE : Placement.Template.parse(template);
      return header != null
          ? new Placement.Header(header, around)
          : new Placement.Query(query, around);
    }
  }

  /**
   * Reads a file of rules.
   *
   * @throws MalformedMessageException if it is not strict JSON of this form
   * @throws IllegalArgumentException if a rule cannot be; the message says which
   */
  public static List<CredentialRule> parse(byte[] json) throws MalformedMessageException {
    Document document = StrictJson.decode(json, Document.class, Limits.SMALL_MESSAGE_BYTES);
    List<CredentialRule> rules = new java.util.ArrayList<>();
    for (Entry entry : document.credentials()) {
      try {
        rules.add(entry.rule());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "rule " + (rules.size() + 1) + " (" + entry.secret() + "): " + e.getMessage(), e);
      }
    }
    return rules;
  }
}
