// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events (HTML Living Standard section 9.2.6), as much of them as we need. */
final class EventStream {
  /** One event: its type and its data, lines joined by line feeds. */
  record Event(String type, String data) {}

  private final InputStream in;
  private final int maxBytes;
  private int spent;

  EventStream(InputStream in, int maxBytes) {
    this.in = new BufferedInputStream(in);
    this.maxBytes = maxBytes;
  }

  /**
   * Waits for the next event with data.
   *
   * @return null at the end of the stream
   * @throws IOException if one event is over the limit
   */
  Event next() throws IOException {
    String type = "message";
    StringBuilder data = null;
    spent = 0;
    for (String line = readLine(); line != null; line = readLine()) {
      if (line.isEmpty()) {
        if (data != null) {
          return new Event(type, data.toString());
        }
        type = "message";
        spent = 0;
      } else if (line.startsWith("event:")) {
        type = valueOf(line);
      } else if (line.startsWith("data:")) {
        data = data == null ? new StringBuilder() : data.append('\n');
        data.append(valueOf(line));
      }
    }
    return null;
  }

  private static String valueOf(String line) {
    String value = line.substring(line.indexOf(':') + 1);
    return value.startsWith(" ") ? value.substring(1) : value;
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int c;
    while ((c = in.read()) != '\n') {
      if (c < 0) {
        return null;
      }
      if (++spent > maxBytes) {
        throw new IOException("expected an event of at most " + maxBytes + " bytes");
      }
      line.write(c);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
