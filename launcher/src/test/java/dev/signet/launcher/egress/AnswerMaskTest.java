// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AnswerMaskTest {
  private static AnswerMask mask(String... secrets) {
    return new AnswerMask(
        new ArrayList<>(Stream.of(secrets).map(AnswerMaskTest::bytes).toList()), false);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(ByteBuf content) {
    try {
      return content.toString(StandardCharsets.ISO_8859_1);
    } finally {
      content.release();
    }
  }

  private static String through(AnswerMask mask, String... pieces) {
    StringBuilder out = new StringBuilder();
    for (String piece : pieces) {
      out.append(text(mask.hideIn(Unpooled.wrappedBuffer(bytes(piece)))));
    }
    return out.append(text(mask.rest())).toString();
  }

  @Test
  void overwritesEveryOccurrenceAndKeepsTheLength() {
    assertThat(through(mask("sk-secret"), "a sk-secret b sk-secretsk-secret"))
        .isEqualTo("a ********* b ******************");
  }

  @Test
  void findsWhatIsSplitAnywhere() {
    String answer = "{\"error\":\"bad key sk-secret\"}";
    for (int first = 0; first <= answer.length(); first++) {
      for (int second = first; second <= answer.length(); second++) {
        assertThat(
                through(
                    mask("sk-secret"),
                    answer.substring(0, first),
                    answer.substring(first, second),
                    answer.substring(second)))
            .isEqualTo("{\"error\":\"bad key *********\"}");
      }
    }
  }

  @Test
  void holdsBackOnlyWhatMayBeTheBeginningOfASecret() {
    AnswerMask mask = mask("sk-secret");
    assertThat(text(mask.hideIn(Unpooled.wrappedBuffer(bytes("data: tokens\n\n")))))
        .isEqualTo("data: tokens\n\n");
    assertThat(text(mask.hideIn(Unpooled.wrappedBuffer(bytes("risk"))))).isEqualTo("ri");
    assertThat(text(mask.hideIn(Unpooled.wrappedBuffer(bytes("y"))))).isEqualTo("sky");
    assertThat(text(mask.hideIn(Unpooled.wrappedBuffer(bytes("sk-s"))))).isEmpty();
    assertThat(text(mask.rest())).isEqualTo("sk-s");
  }

  /** Against a plain search in the whole, with secrets that overlap themselves and each other. */
  @Test
  void agreesWithAPlainSearchHoweverTheAnswerIsCut() {
    Random random = new Random(7);
    String[] secrets = {"aabaab", "abaaba", "bbbbb"};
    for (int run = 0; run < 2_000; run++) {
      StringBuilder answer = new StringBuilder();
      for (int i = random.nextInt(60); i > 0; i--) {
        answer.append("aab".charAt(random.nextInt(3)));
      }
      List<String> pieces = new ArrayList<>();
      for (int at = 0; at < answer.length(); ) {
        int end = Math.min(answer.length(), at + 1 + random.nextInt(9));
        pieces.add(answer.substring(at, end));
        at = end;
      }
      StringBuilder expected = new StringBuilder(answer);
      for (String secret : secrets) {
        for (int at = answer.indexOf(secret); at >= 0; at = answer.indexOf(secret, at + 1)) {
          expected.replace(at, at + secret.length(), "*".repeat(secret.length()));
        }
      }
      assertThat(through(mask(secrets), pieces.toArray(new String[0])))
          .as("%s", pieces)
          .isEqualTo(expected.toString());
    }
  }

  @Test
  void hidesSecretsInFieldsAndInTheWordsBesideTheStatus() {
    HttpResponse answer =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, new HttpResponseStatus(403, "not with sk-secret"));
    answer.headers().add("X-Echo", "Bearer sk-secret");
    answer.headers().add("X-sk-secret", "1");
    answer.headers().add("Set-Cookie", "a=1");
    answer.headers().add("Set-Cookie", "b=sk-secret");
    mask("sk-secret").hideIn(answer);
    assertThat(answer.toString()).doesNotContain("sk-secret");
    assertThat(answer.status()).isEqualTo(HttpResponseStatus.FORBIDDEN);
    assertThat(answer.headers().get("X-Echo")).isEqualTo("Bearer *********");
    assertThat(answer.headers().getAll("Set-Cookie")).containsExactly("a=1", "b=*********");
  }

  @Test
  void hidesSecretsInTrailers() {
    HttpHeaders trailers = new DefaultHttpHeaders().add("grpc-message", "bad key sk-secret");
    HttpHeaders shown = mask("sk-secret").hideIn(trailers);
    assertThat(shown.get("grpc-message")).isEqualTo("bad key *********");
  }

  @Test
  void seesThatItCannotSeeIntoWhatIsCompressed() {
    HttpResponse answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    assertThat(mask("sk-secret").isBlindTo(answer)).isFalse();
    answer.headers().set("Content-Encoding", "identity");
    assertThat(mask("sk-secret").isBlindTo(answer)).isFalse();
    answer.headers().add("Content-Encoding", "gzip");
    assertThat(mask("sk-secret").isBlindTo(answer)).isTrue();
    assertThat(new AnswerMask(List.of(bytes("sk-secret")), true).isBlindTo(answer)).isFalse();
  }
}
