// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Iterator;

/**
 * Asks for the metadata that an agent tricked into calling an address does not send
 * (SPIFFE_Workload_Endpoint.md, section 3).
 */
final class SecurityHeader implements ServerInterceptor {
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Iterable<String> values = headers.getAll(KEY);
    Iterator<String> each = values == null ? null : values.iterator();
    if (each == null || !each.next().equals("true") || each.hasNext()) {
      call.close(
          Status.INVALID_ARGUMENT.withDescription(
              "security header missing from request: expected workload.spiffe.io: true"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }
}
