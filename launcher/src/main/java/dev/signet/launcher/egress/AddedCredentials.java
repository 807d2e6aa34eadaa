// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.attestor.AgentSecrets.Opened;
import dev.signet.attestor.SecretName;
import dev.signet.attestor.SecretValue;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Adds secrets to requests by the operator's rules. What the agent sent in their place is replaced,
 * so that it cannot send another key of its own to a service that it has none for.
 */
final class AddedCredentials {
  private final Credentials credentials;

  AddedCredentials(Credentials credentials) {
    this.credentials = credentials;
  }

  /** Whether there is nothing to add, so that no secret need be opened. */
  boolean isEmpty() {
    return credentials.rules().isEmpty();
  }

  void close() {
    credentials.secrets().close();
  }

  /**
   * The request as it is to be signed.
   *
   * @throws RefusedRequestException if a rule fits and cannot be followed: nothing is sent then
   */
  CredentialedRequest to(String method, Target target, List<Field> fields)
      throws RefusedRequestException {
    if (credentials.rules().isEmpty()) {
      return new CredentialedRequest(target, fields, true, Optional.empty());
    }
    Additions additions = new Additions(target, fields);
    for (CredentialRule rule : credentials.rules()) {
      if (rule.fits(method, target)) {
        if (!target.secure() && !target.isLoopback()) {
          throw new RefusedRequestException(
              EgressReason.SECRET_NEEDS_TLS,
              "The secret %s goes to %s over https only; this request came for http."
                  .formatted(rule.secret(), target.authority()));
        }
        try (SecretValue value = value(rule.secret())) {
          additions.add(rule, value);
        }
      }
    }
    return additions.request();
  }

  private SecretValue value(SecretName name) throws RefusedRequestException {
    Opened opened;
    try {
      opened = credentials.secrets().find(name);
    } catch (IOException e) {
      throw new RefusedRequestException(
          EgressReason.SECRET_UNREADABLE,
          "The secret %s cannot be read on the agent's host; the launcher's operator puts it anew."
              .formatted(name));
    }
    return switch (opened) {
      case Opened.Value(SecretValue value) -> value;
      case Opened.Missing() ->
          throw new RefusedRequestException(
              EgressReason.SECRET_MISSING,
              "A rule adds the secret %s to this request, and there is none of this name. The launcher's operator puts it with `signet secret put %s`; the agent goes on without a restart."
                  .formatted(name, name));
      case Opened.Refused(String detail) ->
          throw new RefusedRequestException(
              EgressReason.SECRET_UNREADABLE,
              "The secret %s does not open: %s. The launcher's operator puts it anew."
                  .formatted(name, detail));
    };
  }

  /** One request on its way through the rules. */
  private static final class Additions {
    private Target target;
    private final List<Field> fields;
    private final Set<String> filled = new HashSet<>();
    private final List<byte[]> hidden = new ArrayList<>();
    private boolean signed = true;
    private boolean encodedAnswers = true;

    Additions(Target target, List<Field> fields) {
      this.target = target;
      this.fields = new ArrayList<>(fields);
    }

    void add(CredentialRule rule, SecretValue value) {
      byte[] bytes = value.copy();
      String secret = new String(bytes, StandardCharsets.US_ASCII);
      boolean added =
          switch (rule.placement()) {
            case Placement.Header(String name, Placement.Template template) ->
                setField(name, template.around(secret));
            case Placement.Query(String name, Placement.Template template) ->
                setParameter(name, template.around(secret));
            case Placement.Basic basic -> {
              String encoded = basic.credentials(bytes);
              hide(encoded.getBytes(StandardCharsets.US_ASCII));
              yield setField("Authorization", "Basic " + encoded);
            }
          };
      if (added) {
        hide(bytes);
        for (String form : List.of(percentEncoded(secret), inJson(secret), inJsonOfPhp(secret))) {
          hide(form.getBytes(StandardCharsets.US_ASCII));
        }
        signed &= rule.signed();
        encodedAnswers &= rule.encodedAnswers();
      } else {
        Arrays.fill(bytes, (byte) 0);
      }
    }

    private void hide(byte[] bytes) {
      if (hidden.stream().noneMatch(known -> Arrays.equals(known, bytes))) {
        hidden.add(bytes);
      } else {
        Arrays.fill(bytes, (byte) 0);
      }
    }

    private boolean setField(String name, String value) {
      if (!filled.add("field " + name.toLowerCase(Locale.ROOT))) {
        return false;
      }
      removeField(name);
      fields.add(new Field(name, value));
      return true;
    }

    private void removeField(String name) {
      // Some servers read underscores as dashes: the agent's own would stand beside ours.
      fields.removeIf(field -> field.name().replace('_', '-').equalsIgnoreCase(name));
    }

    private boolean setParameter(String name, String value) {
      if (!filled.add("parameter " + name)) {
        return false;
      }
      StringBuilder query = new StringBuilder();
      for (String parameter : target.query().map(q -> q.split("&", -1)).orElse(new String[0])) {
        int equals = parameter.indexOf('=');
        if (!name.equals(decoded(equals < 0 ? parameter : parameter.substring(0, equals)))) {
          query.append(parameter).append('&');
        }
      }
      query.append(name).append('=').append(percentEncoded(value));
      target = target.withPathAndQuery(target.path() + "?" + query);
      return true;
    }

    CredentialedRequest request() {
      if (hidden.isEmpty()) {
        return new CredentialedRequest(target, List.copyOf(fields), true, Optional.empty());
      }
      if (!encodedAnswers) {
        // In what is compressed, a secret that the service sends back cannot be seen.
        removeField("Accept-Encoding");
        fields.add(new Field("Accept-Encoding", "identity"));
      }
      return new CredentialedRequest(
          target, List.copyOf(fields), signed, Optional.of(new AnswerMask(hidden, encodedAnswers)));
    }

    private static String inJson(String text) {
      return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** RFC 8259 lets writers escape slashes, and PHP's does unless it is told otherwise. */
    private static String inJsonOfPhp(String text) {
      return inJson(text).replace("/", "\\/");
    }

    private static String percentEncoded(String text) {
      return URLEncoder.encode(text, StandardCharsets.US_ASCII).replace("+", "%20");
    }

    /** What a server may read the name as; one that no server can read is not ours. */
    private static String decoded(String name) {
      try {
        return URLDecoder.decode(name, StandardCharsets.ISO_8859_1);
      } catch (IllegalArgumentException e) {
        return name;
      }
    }
  }
}
