// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Connections that were used once and stay open. */
public final class KeptConnections implements Closeable {
  private final Endpoint endpoint;
  private final List<Connection> open = new ArrayList<>();

  public KeptConnections(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * Opens more of them, one after the other, with one request on each.
   *
   * @throws IOException if one fails, or its answer is wrong
   */
  public void open(int more, byte[] request, Predicate<Answer> good) throws IOException {
    for (int i = 0; i < more; i++) {
      Connection connection = new Connection(endpoint);
      open.add(connection);
      Answer answer = connection.exchange(request);
      if (!good.test(answer)) {
        throw new IOException("wrong answer: " + answer.status() + ' ' + answer.text());
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : open) {
      connection.close();
    }
  }
}
