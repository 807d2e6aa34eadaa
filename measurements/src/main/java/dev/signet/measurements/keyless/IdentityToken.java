// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What an OpenID provider gave to a CI job: a JWT with audience {@code sigstore}. A secret while it
 * lives. Fulcio checks it; here only its subject is read.
 */
public final class IdentityToken {
  /** Characters of a token. */
  public static final int MAX_CHARS = 16 * 1024;

  private final String jwt;
  private final String subject;

  private IdentityToken(String jwt, String subject) {
    this.jwt = jwt;
    this.subject = subject;
  }

  /**
   * @param text with or without white space around it
   */
  public static IdentityToken parse(String text) throws MalformedMessageException {
    String jwt = text.strip();
    String[] parts = jwt.split("\\.", -1);
    if (jwt.length() > MAX_CHARS || parts.length != 3) {
      throw new MalformedMessageException("expected an identity token, a JWT of three parts");
    }
    JsonNode claims;
    try {
      claims = StrictJson.tree(Base64.getUrlDecoder().decode(parts[1]), MAX_CHARS);
    } catch (IllegalArgumentException | MalformedMessageException e) {
      // No cause: its message could tell of the token's content.
      throw new MalformedMessageException("expected an identity token whose claims are JSON");
    }
    // Fulcio wants the possession of the key proved over this, sigstore/fulcio docs/oidc.md.
    JsonNode subject = claims.has("email") ? claims.get("email") : claims.path("sub");
    if (!subject.isTextual() || subject.textValue().isEmpty()) {
      throw new MalformedMessageException("expected an identity token with a subject");
    }
    return new IdentityToken(jwt, subject.textValue());
  }

  String jwt() {
    return jwt;
  }

  byte[] subject() {
    return subject.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "IdentityToken[secret]";
  }
}
