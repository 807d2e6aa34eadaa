// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestDecoderTest {
  private static final String CHUNKED =
      "POST http://h/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX: \t y \r\n\r\n"
          + "5\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n";

  @Test
  void readsTheSameHoweverTheBytesAreCut() {
    Random random = new Random(7);
    for (int round = 0; round < 500; round++) {
      EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder(4096, 16));
      byte[] bytes = ("\r\n" + CHUNKED).getBytes(StandardCharsets.ISO_8859_1);
      for (int at = 0; at < bytes.length; ) {
        int length = Math.min(bytes.length - at, 1 + random.nextInt(round % 2 == 0 ? 2 : 60));
        channel.writeInbound(Unpooled.copiedBuffer(bytes, at, length));
        at += length;
      }
      assertThat(read(channel)).containsExactly("POST http://h/a [X=y]", "hello0123456789", "END");
      channel.finishAndReleaseAll();
    }
  }

  @Test
  void ignoresOneEmptyLineHoweverTheBytesAreCut() {
    String get = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
    for (int piece : new int[] {1, 2, 100}) {
      EmbeddedChannel one = new EmbeddedChannel(new RequestDecoder(4096, 16));
      inPieces(one, "\r\n" + get, piece);
      assertThat(read(one)).as("pieces of %d", piece).containsExactly("GET /x []", "END");
      one.finishAndReleaseAll();
      EmbeddedChannel two = new EmbeddedChannel(new RequestDecoder(4096, 16));
      inPieces(two, "\r\n\r\n" + get, piece);
      assertThat(read(two))
          .as("pieces of %d", piece)
          .singleElement()
          .asString()
          .startsWith("PROBLEM");
      two.finishAndReleaseAll();
    }
  }

  private static void inPieces(EmbeddedChannel channel, String text, int piece) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    for (int at = 0; at < bytes.length; at += piece) {
      channel.writeInbound(Unpooled.copiedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
    }
  }

  @Test
  void holdsTheNextRequestUntilItIsAskedFor() {
    RequestDecoder decoder = new RequestDecoder(4096, 16);
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    String get = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
    channel.writeInbound(Unpooled.copiedBuffer(get + get, StandardCharsets.ISO_8859_1));

    assertThat(read(channel)).containsExactly("GET /x []", "END");
    assertThat(decoder.holdsBytes()).isTrue();
    decoder.next();
    channel.writeInbound(Unpooled.EMPTY_BUFFER);
    assertThat(read(channel)).containsExactly("GET /x []", "END");
    channel.finishAndReleaseAll();
  }

  @Test
  void survivesRandomDamageWithARefusalOrARequest() {
    Random random = new Random(11);
    byte[] good = CHUNKED.getBytes(StandardCharsets.ISO_8859_1);
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = good.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder(4096, 16));
      channel.writeInbound(Unpooled.wrappedBuffer(damaged));
      List<String> read = read(channel);
      // A problem is the last thing that is ever read from a connection.
      assertThat(read.stream().filter(r -> r.startsWith("PROBLEM")).count()).isLessThanOrEqualTo(1);
      if (read.stream().anyMatch(r -> r.startsWith("PROBLEM"))) {
        assertThat(read.getLast()).startsWith("PROBLEM");
      }
      channel.finishAndReleaseAll();
    }
  }

  private static List<String> read(EmbeddedChannel channel) {
    List<String> read = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    for (Object next = channel.readInbound(); next != null; next = channel.readInbound()) {
      if (next instanceof ByteBuf content) {
        body.append(content.toString(StandardCharsets.ISO_8859_1));
        content.release();
        continue;
      }
      if (!body.isEmpty()) {
        read.add(body.toString());
        body.setLength(0);
      }
      read.add(
          switch (next) {
            case RequestHead head -> head.method() + " " + head.target() + " " + rest(head);
            case Problem problem -> "PROBLEM " + problem.reason();
            default -> "END";
          });
    }
    return read;
  }

  private static List<String> rest(RequestHead head) {
    return head.fields().stream()
        .filter(f -> f.key().equals("x"))
        .map(f -> f.name() + "=" + f.value())
        .toList();
  }
}
