// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty.servlet;

import dev.signet.protocol.Refusal;
import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.DigestMismatchException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Locale;
import java.util.Optional;

/** The body of an accepted request: checked already, or checked as it is read. */
final class AttestedBody {
  /** The body cannot be let through; no stack trace, since a peer causes it. */
  static final class Mismatch extends Exception {
    private static final long serialVersionUID = 1L;

    private final Refusal reason;

    Mismatch(Refusal reason, String detail) {
      super(detail, null, false, false);
      this.reason = reason;
    }

    Refusal reason() {
      return reason;
    }
  }

  private final InputStream content;
  private final byte[] whole;
  private boolean bad;

  private AttestedBody(InputStream content, byte[] whole) {
    this.content = content;
    this.whole = whole;
  }

  static AttestedBody of(
      HttpServletRequest request, Optional<ContentDigest> expected, BodyLimits limits)
      throws Mismatch, IOException {
    InputStream in = request.getInputStream();
    if (expected.isEmpty()) {
      if (in.read() >= 0) {
        throw new Mismatch(
            Refusal.INSUFFICIENT_COVERAGE, "expected Content-Digest with a request's body");
      }
      return complete(new byte[0]);
    }
    byte[] start = in.readNBytes(limits.small() + 1);
    if (start.length <= limits.small()) {
      if (!expected.get().matches(start)) {
        throw new Mismatch(
            Refusal.BODY_MISMATCH, "the body has another digest than Content-Digest");
      }
      return complete(start);
    }
    if (isForm(request)) {
      // Containers parse forms from the connection itself, past any check while reading.
      throw new Mismatch(Refusal.TOO_LARGE, "a form of more than " + limits.small() + " bytes");
    }
    InputStream all = new SequenceInputStream(new ByteArrayInputStream(start), in);
    return new AttestedBody(expected.get().checking(all, limits.most()), null);
  }

  static boolean isForm(HttpServletRequest request) {
    String type = request.getContentType();
    if (type == null) {
      return false;
    }
    String lower = type.strip().toLowerCase(Locale.ROOT);
    return lower.startsWith("application/x-www-form-urlencoded") || lower.startsWith("multipart/");
  }

  /** The whole body where it was checked ahead. */
  Optional<byte[]> whole() {
    return Optional.ofNullable(whole);
  }

  boolean isBad() {
    return bad;
  }

  int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return content.read(buffer, offset, length);
    } catch (DigestMismatchException e) {
      bad = true;
      throw e;
    }
  }

  int available() throws IOException {
    return content.available();
  }

  /** Reads what the servlet left, so that every body is checked to its end. */
  void finish() throws IOException {
    if (bad || whole != null) {
      return;
    }
    try {
      content.transferTo(OutputStream.nullOutputStream());
    } catch (DigestMismatchException e) {
      bad = true;
    }
  }

  private static AttestedBody complete(byte[] content) {
    return new AttestedBody(new ByteArrayInputStream(content), content);
  }
}
