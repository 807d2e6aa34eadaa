// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.protocol.ProblemDetails;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;

/** What goes back. */
public sealed interface Answer {
  /** The reason in metrics: {@code OK} or a refusal's name. */
  default String reason() {
    return "OK";
  }

  record Json(int status, Object body) implements Answer {}

  record Document(String contentType, byte[] body) implements Answer {}

  /**
   * A document that anybody may keep.
   *
   * @param maxAge for how long
   */
  record Cacheable(String contentType, byte[] body, Duration maxAge) implements Answer {}

  /** 204. */
  record Empty(Map<String, String> fields) implements Answer {}

  record Problem(ProblemDetails problem) implements Answer {
    @Override
    public String reason() {
      return problem.reason();
    }
  }

  /** Server-sent events, for as long as {@code source} writes. */
  record Events(Source source) implements Answer {}

  /** Writes events until the reader goes away or the server stops. */
  @FunctionalInterface
  interface Source {
    void writeTo(OutputStream out) throws IOException;
  }
}
