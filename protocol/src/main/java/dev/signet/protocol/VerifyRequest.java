// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * {@code POST /v1/verify}: a request as a service received it.
 *
 * @param query without the question mark; null if the target has none
 * @param headers name and value pairs in the order received
 * @param bodyDigest SHA-256 of the body as received; null if there was none
 */
public record VerifyRequest(
    String method,
    String scheme,
    String authority,
    String path,
    String query,
    List<List<String>> headers,
    Digest bodyDigest) {
  public VerifyRequest {
    Require.text(method, 32, "method");
    Require.text(scheme, 16, "scheme");
    Require.text(authority, 512, "authority");
    Require.text(path, 16 * 1024, "path");
    headers = Require.list(headers, "headers");
    for (List<String> pair : headers) {
      if (pair.size() != 2 || pair.get(0) == null || pair.get(1) == null) {
        throw new IllegalArgumentException("headers: expected pairs of name and value");
      }
    }
  }

  /**
   * The answer.
   *
   * @param reason a {@link Refusal} name, or null if accepted
   */
  public record Decision(boolean accepted, String reason, Accepted agent, String decision) {}

  /**
   * Who sent the request.
   *
   * @param lastSeen when the host last showed evidence of the agent, good or not; null if the
   *     verifier does not know
   * @param lastGood when such evidence was last accepted; null likewise
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Accepted(
      AgentId agent,
      LaunchId launch,
      HostId host,
      String key,
      Instant lastSeen,
      Instant lastGood) {}
}
