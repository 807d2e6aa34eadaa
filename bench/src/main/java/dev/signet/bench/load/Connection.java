// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.load;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One kept-alive HTTP/1.1 connection that sends bytes made beforehand: as little work as possible
 * beside what is measured.
 */
final class Connection implements Closeable {
  private static final int MAX_HEAD = 16 * 1024;
  private static final int MAX_BODY = 1 << 20;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] line = new byte[MAX_HEAD];

  Connection(Endpoint endpoint) throws IOException {
    socket = endpoint.connect();
    in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    out = socket.getOutputStream();
  }

  Answer exchange(byte[] request) throws IOException {
    out.write(request);
    out.flush();
    String statusLine = readLine();
    if (!statusLine.startsWith("HTTP/1.1 ") || statusLine.length() < 12) {
      throw new IOException("expected an HTTP/1.1 answer, got " + statusLine);
    }
    int status = Integer.parseInt(statusLine.substring(9, 12));
    int length = -1;
    boolean chunked = false;
    for (String field = readLine(); !field.isEmpty(); field = readLine()) {
      if (field.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(field.substring(15).strip());
      } else if (field.regionMatches(true, 0, "transfer-encoding:", 0, 18)) {
        chunked = true;
      }
    }
    if (chunked || length > MAX_BODY || length < 0 && status != 204) {
      throw new IOException("expected Content-Length up to " + MAX_BODY + " in " + statusLine);
    }
    byte[] body = in.readNBytes(Math.max(0, length));
    if (body.length < length) {
      throw new EOFException("the answer ended after " + body.length + " bytes of " + length);
    }
    return new Answer(status, body);
  }

  private String readLine() throws IOException {
    int length = 0;
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || length == MAX_HEAD) {
        throw new EOFException("the connection ended in the head of an answer");
      }
      line[length++] = (byte) b;
    }
    return new String(
        line,
        0,
        length > 0 && line[length - 1] == '\r' ? length - 1 : length,
        StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    // TLS 1.2 waits for the other side's farewell, which some proxies never say.
    socket.setSoTimeout(1);
    socket.close();
  }
}
