// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.handler.codec.PrematureChannelClosureException;
import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** What went wrong at an upstream, in words that help and tell nothing secret. */
final class UpstreamFailures {
  private UpstreamFailures() {}

  static Problem whileConnecting(Target target, Throwable cause) {
    String where = target.scheme() + "://" + target.authority();
    if (cause instanceof SSLException) {
      return new Problem(
          EgressReason.UPSTREAM_TLS,
          "TLS with %s failed: %s. Its certificate must be valid, bear this name, and come from a trusted root."
              .formatted(where, rootMessage(cause)));
    }
    return new Problem(
        EgressReason.UPSTREAM_UNREACHABLE,
        "No connection to " + where + " could be made; is it running and reachable from here?");
  }

  static Problem whileWaiting(Target target, Throwable cause) {
    String where = target.scheme() + "://" + target.authority();
    if (cause instanceof SSLException) {
      return new Problem(EgressReason.UPSTREAM_TLS, "TLS with " + where + " broke off.");
    }
    return new Problem(
        EgressReason.UPSTREAM_BROKEN,
        cause instanceof IOException || cause instanceof PrematureChannelClosureException
            ? where + " closed the connection before it answered; the request may have been seen."
            : where + " answered with something that is not HTTP.");
  }

  static Problem encoded(Target target) {
    return new Problem(
        EgressReason.ANSWER_ENCODED,
        "%s://%s answered with a Content-Encoding although it was asked for none. A secret was added to the request, and the answer could give it away. The launcher's operator permits this with encodedAnswers in the rule."
            .formatted(target.scheme(), target.authority()));
  }

  static Problem silent(Target target, Duration waited) {
    return new Problem(
        EgressReason.UPSTREAM_TIMEOUT,
        "%s://%s did not answer within %d ms; the request may have been seen."
            .formatted(target.scheme(), target.authority(), waited.toMillis()));
  }

  /** The certificate check's own sentence stands at the bottom of the chain of causes. */
  private static String rootMessage(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null ? "no reason was given" : message;
  }
}
