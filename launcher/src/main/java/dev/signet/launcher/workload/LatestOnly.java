// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.launcher.workload.Issued.Absence;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Arrays;
import java.util.function.Function;

/**
 * One client's stream. A client that does not read gets the newest message when it reads again, not
 * all that it missed; and no message twice. The stream never ends well: some clients take that for
 * the end of all news, and never ask again.
 */
final class LatestOnly<T> implements Rotation.Watcher<T> {
  private final ServerCallStreamObserver<byte[]> stream;
  private final Function<T, byte[]> encode;
  private byte[] last;
  private boolean waiting;
  private boolean ended;

  private LatestOnly(ServerCallStreamObserver<byte[]> stream, Function<T, byte[]> encode) {
    this.stream = stream;
    this.encode = encode;
  }

  /** Sends what {@code rotation} holds until the client or the rotation ends. */
  static <T> void send(
      Rotation<T> rotation, ServerCallStreamObserver<byte[]> stream, Function<T, byte[]> encode) {
    LatestOnly<T> watcher = new LatestOnly<>(stream, encode);
    stream.setOnCancelHandler(() -> rotation.unwatch(watcher));
    stream.setOnReadyHandler(watcher::ready);
    rotation.watch(watcher);
    if (stream.isCancelled()) {
      rotation.unwatch(watcher);
    }
  }

  @Override
  public synchronized void newest(T value) {
    byte[] message = encode.apply(value);
    if (!Arrays.equals(message, last)) {
      last = message;
      waiting = true;
      ready();
    }
  }

  @Override
  public synchronized void none(Absence why) {
    if (!ended) {
      ended = true;
      stream.onError(status(why).asRuntimeException());
    }
  }

  private synchronized void ready() {
    if (waiting && !ended && stream.isReady()) {
      waiting = false;
      stream.onNext(last);
    }
  }

  /** SPIFFE_Workload_Endpoint.md, section 6: what may come by itself is only unavailable. */
  static Status status(Absence why) {
    return (why.permitted() ? Status.UNAVAILABLE : Status.PERMISSION_DENIED)
        .withDescription(why.detail());
  }
}
