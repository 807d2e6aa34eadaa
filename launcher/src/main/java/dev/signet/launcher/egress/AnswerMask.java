// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Hides secrets in one answer from the agent: a service that sends back what it received, in an
 * error or for debugging, would otherwise hand the key over. Every occurrence is overwritten with
 * asterisks, so that lengths stay. Pieces pass at once, but for bytes at their end that may be the
 * beginning of a secret.
 *
 * <p>This is against services that answer carelessly. One that means to give the key away can write
 * it otherwise.
 */
final class AnswerMask {
  private static final byte MASK = '*';

  private final List<Search> searches;
  private final int shortest;
  private final boolean encodedAnswers;
  private byte[] held = {};

  /** One secret, and how much of it the bytes so far end with (Knuth, Morris and Pratt 1977). */
  private static final class Search {
    private final byte[] wanted;
    private final int[] shorter;
    private int matched;

    Search(byte[] wanted) {
      this.wanted = wanted;
      this.shorter = new int[wanted.length + 1];
      for (int end = 1, length = 0; end < wanted.length; end++) {
        while (length > 0 && wanted[end] != wanted[length]) {
          length = shorter[length];
        }
        if (wanted[end] == wanted[length]) {
          length++;
        }
        shorter[end + 1] = length;
      }
    }

    /** True when a whole one ends with this byte. */
    boolean next(byte b) {
      if (matched == wanted.length) {
        matched = shorter[matched];
      }
      while (matched > 0 && wanted[matched] != b) {
        matched = shorter[matched];
      }
      if (wanted[matched] == b) {
        matched++;
      }
      return matched == wanted.length;
    }

    /** How many of the last bytes may belong to one that is still to come. */
    int pending() {
      return matched == wanted.length ? shorter[matched] : matched;
    }
  }

  /**
   * @param secrets kept, not copied: {@link #close()} zeroes them
   */
  AnswerMask(List<byte[]> secrets, boolean encodedAnswers) {
    this.searches = secrets.stream().map(Search::new).toList();
    this.shortest = secrets.stream().mapToInt(secret -> secret.length).min().orElseThrow();
    this.encodedAnswers = encodedAnswers;
  }

  /** Whether the answer is compressed although it was asked not to be, so that nothing is seen. */
  boolean isBlindTo(HttpResponse answer) {
    return !encodedAnswers
        && answer.headers().getAll(HttpHeaderNames.CONTENT_ENCODING).stream()
            .anyMatch(coding -> !coding.strip().equalsIgnoreCase("identity"));
  }

  /** Hides secrets in an answer's header, also in the words beside its status. */
  void hideIn(HttpResponse answer) {
    answer.headers().set(hideIn(answer.headers()));
    answer.setStatus(HttpResponseStatus.valueOf(answer.status().code()));
  }

  /** The same fields without secrets; also for trailers, where gRPC has its messages. */
  HttpHeaders hideIn(HttpHeaders fields) {
    HttpHeaders masked = new DefaultHttpHeaders();
    for (Map.Entry<String, String> field : fields) {
      masked.add(hideIn(field.getKey()), hideIn(field.getValue()));
    }
    return masked;
  }

  private String hideIn(String text) {
    if (text.length() < shortest) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    AnswerMask whole =
        new AnswerMask(searches.stream().map(search -> search.wanted).toList(), encodedAnswers);
    whole.overwrite(bytes, 0);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** What of {@code content} may go on now; takes it over. */
  ByteBuf hideIn(ByteBuf content) {
    try {
      byte[] bytes = Arrays.copyOf(held, held.length + content.readableBytes());
      content.readBytes(bytes, held.length, bytes.length - held.length);
      overwrite(bytes, held.length);
      int pending = searches.stream().mapToInt(Search::pending).max().orElse(0);
      held = Arrays.copyOfRange(bytes, bytes.length - pending, bytes.length);
      return Unpooled.wrappedBuffer(bytes, 0, bytes.length - pending);
    } finally {
      content.release();
    }
  }

  /** What was held back, when the answer has ended: it was no secret after all. */
  ByteBuf rest() {
    byte[] last = held;
    held = new byte[0];
    return Unpooled.wrappedBuffer(last);
  }

  private void overwrite(byte[] bytes, int from) {
    byte[] original = searches.size() == 1 ? bytes : bytes.clone();
    for (Search search : searches) {
      for (int i = from; i < bytes.length; i++) {
        if (search.next(original[i])) {
          Arrays.fill(bytes, i + 1 - search.wanted.length, i + 1, MASK);
        }
      }
    }
  }

  void close() {
    searches.forEach(search -> Arrays.fill(search.wanted, (byte) 0));
  }
}
