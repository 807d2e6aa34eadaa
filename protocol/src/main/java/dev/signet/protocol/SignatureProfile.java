// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.util.List;

/** What a request's RFC 9421 signature must look like (DESIGN section 2.9). */
public final class SignatureProfile {
  public static final String TAG = "signet";
  public static final String LABEL = "signet";
  public static final String ALGORITHM = "ecdsa-p256-sha256";

  /** Covered by every signature, in the order in which we write them. */
  public static final List<String> ALWAYS =
      List.of("@method", "@authority", "@scheme", "@path", "@query", IdentityClaims.HEADER);

  /**
   * Covered whenever the request has the field; {@code content-digest} must be there with a body.
   */
  public static final List<String> WHEN_PRESENT =
      List.of(
          "content-type",
          "content-digest",
          "authorization",
          "cookie",
          "content-encoding",
          "mcp-session-id",
          "mcp-protocol-version");

  /** Fields that would let a service act on another method or target than the signed one. */
  public static final List<String> FORBIDDEN =
      List.of(
          "x-http-method",
          "x-http-method-override",
          "x-method-override",
          "x-original-url",
          "x-rewrite-url");

  private SignatureProfile() {}
}
