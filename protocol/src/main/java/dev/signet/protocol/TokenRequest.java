// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * {@code POST /v1/tokens}: a JWT for one audience that federates by OpenID Connect, such as Vault,
 * a cloud or a Kubernetes API server. A bearer token: whoever has it can use it there until it
 * ends.
 *
 * @param audience who may accept the token; the registration must name it
 * @param seconds wished for, or null; the verifier may give less
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TokenRequest(String audience, Long seconds) {
  public TokenRequest {
    Require.text(audience, Limits.AUDIENCE_CHARS, "audience");
    SvidRequest.life(seconds);
  }

  /**
   * The answer.
   *
   * @param token a compact JWS, typ {@code JWT}
   * @param decision under which the verifier's audit log has it
   */
  public record Result(
      String token, Instant notAfter, Instant renewAfter, String decision, Instant serverTime) {
    public Result {
      Require.text(token, Limits.TOKEN_BYTES, "token");
      Require.present(notAfter, "notAfter");
      Require.present(renewAfter, "renewAfter");
      Require.text(decision, 64, "decision");
      Require.present(serverTime, "serverTime");
    }
  }
}
