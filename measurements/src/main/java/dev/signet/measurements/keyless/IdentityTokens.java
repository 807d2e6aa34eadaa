// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.MalformedMessageException;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** Where a CI job finds its identity token. */
public final class IdentityTokens {
  private static final String AUDIENCE = "sigstore";

  private IdentityTokens() {}

  /**
   * From {@code SIGSTORE_ID_TOKEN} (GitLab's {@code id_tokens}), or from GitHub Actions, which
   * gives one to a job with {@code permissions: id-token: write} that asks for it.
   *
   * @return empty if the environment has neither
   */
  public static Optional<IdentityToken> ofJob(Map<String, String> environment)
      throws IOException, InterruptedException, MalformedMessageException {
    String given = environment.get("SIGSTORE_ID_TOKEN");
    if (given != null) {
      return Optional.of(IdentityToken.parse(given));
    }
    String url = environment.get("ACTIONS_ID_TOKEN_REQUEST_URL");
    String bearer = environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    if (url == null || bearer == null) {
      return Optional.empty();
    }
    URI asked;
    try {
      asked = URI.create(url + (url.contains("?") ? "&" : "?") + "audience=" + AUDIENCE);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("ACTIONS_ID_TOKEN_REQUEST_URL: expected a URL", e);
    }
    try (ServiceCalls calls = new ServiceCalls()) {
      JsonNode value = calls.getJson(asked, bearer).path("value");
      if (!value.isTextual()) {
        throw new IOException(asked.getHost() + ": expected a token in the member value");
      }
      return Optional.of(IdentityToken.parse(value.textValue()));
    }
  }
}
