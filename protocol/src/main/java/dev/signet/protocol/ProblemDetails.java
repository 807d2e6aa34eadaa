// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * An error answer (RFC 9457, {@code application/problem+json}).
 *
 * @param reason a {@link Refusal} name, or {@code UNAVAILABLE} or {@code INTERNAL} for our faults
 * @param detail what may be told to this caller, or null
 * @param decision the id under which the audit log has the detail, or null
 * @param serverTime the answerer's clock, so that a caller can see its own skew
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProblemDetails(
    String type,
    String title,
    int status,
    String reason,
    String detail,
    String decision,
    Instant serverTime) {
  public static final String MEDIA_TYPE = "application/problem+json";
  private static final String TYPE_PREFIX = "urn:signet:refusal:";

  public static ProblemDetails of(
      Refusal refusal, String detail, String decision, Instant serverTime) {
    return new ProblemDetails(
        TYPE_PREFIX + refusal.name(),
        refusal.meaning(),
        refusal.status(),
        refusal.name(),
        detail,
        decision,
        serverTime);
  }

  /** An outage: the caller did nothing wrong and may try again. */
  public static ProblemDetails unavailable(String detail, Instant serverTime) {
    return new ProblemDetails(
        TYPE_PREFIX + "UNAVAILABLE",
        "the service cannot answer now",
        503,
        "UNAVAILABLE",
        detail,
        null,
        serverTime);
  }
}
