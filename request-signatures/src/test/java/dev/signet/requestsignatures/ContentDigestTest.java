// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentDigestTest {
  private static final byte[] BODY = "{\"hello\": \"world\"}".getBytes(StandardCharsets.US_ASCII);

  /** RFC 9530 appendix D gives these for this body. */
  private static final String SHA_256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";

  private static final String SHA_512 =
      "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHW"
          + "XvJwew==:";

  @Test
  void computesTheDigestOfTheRfc() {
    assertThat(ContentDigest.sha256Of(BODY)).isEqualTo(SHA_256);
  }

  @Test
  void checksEveryDigestThatIsClaimed() throws StructuredFieldException {
    assertThat(ContentDigest.parse(List.of(SHA_512)).matches(BODY)).isTrue();
    assertThat(ContentDigest.parse(List.of(SHA_256, SHA_512)).matches(BODY)).isTrue();
    assertThat(ContentDigest.parse(List.of("md5=:AAAA:, " + SHA_256)).matches(BODY)).isTrue();
    String other = ContentDigest.sha256Of(new byte[0]);
    assertThat(ContentDigest.parse(List.of(other + ", " + SHA_512)).matches(BODY)).isFalse();
  }

  @Test
  void tellsWhatIsClaimed() throws StructuredFieldException {
    ContentDigest digest = ContentDigest.parse(List.of(SHA_256));
    assertThat(digest.has(ContentDigest.Algorithm.SHA_256)).isTrue();
    assertThat(digest.has(ContentDigest.Algorithm.SHA_512)).isFalse();
    byte[] sha256 = ContentDigest.Algorithm.SHA_256.newDigest().digest(BODY);
    assertThat(digest.claims(ContentDigest.Algorithm.SHA_256, sha256)).isTrue();
    // A digest by an algorithm that the field does not have is not claimed, whatever it is.
    byte[] sha512 = ContentDigest.Algorithm.SHA_512.newDigest().digest(BODY);
    assertThat(digest.claims(ContentDigest.Algorithm.SHA_512, sha512)).isFalse();
    assertThat(digest.claims(ContentDigest.Algorithm.SHA_512, new byte[0])).isFalse();
    sha256[31] ^= 1;
    assertThat(digest.claims(ContentDigest.Algorithm.SHA_256, sha256)).isFalse();
    assertThat(digest.claims(ContentDigest.Algorithm.SHA_256, Arrays.copyOf(sha256, 31))).isFalse();
  }

  @Test
  void comparesWhatIsClaimed() throws StructuredFieldException {
    ContentDigest digest = ContentDigest.parse(List.of(SHA_256, SHA_512));
    assertThat(digest)
        .isEqualTo(ContentDigest.parse(List.of("md5=:AAAA:", SHA_512, SHA_256)))
        .hasSameHashCodeAs(ContentDigest.parse(List.of(SHA_512, SHA_256)))
        .isNotEqualTo(ContentDigest.parse(List.of(SHA_256)))
        .isNotEqualTo(ContentDigest.parse(List.of(SHA_512)))
        .isNotEqualTo(ContentDigest.parse(List.of(ContentDigest.sha256Of(new byte[0]), SHA_512)))
        .isNotEqualTo(SHA_256)
        .isNotEqualTo(null);
    // Neither way round is a part of the claims all of them.
    assertThat(ContentDigest.parse(List.of(SHA_256))).isNotEqualTo(digest);
  }

  @Test
  void writesDigestsComputedElsewhere() {
    for (ContentDigest.Algorithm algorithm : ContentDigest.Algorithm.values()) {
      byte[] digest = algorithm.newDigest().digest(BODY);
      assertThat(ContentDigest.fieldValue(algorithm, digest))
          .isIn(SHA_256, SHA_512)
          .startsWith(algorithm.registeredName() + "=:");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> ContentDigest.fieldValue(algorithm, Arrays.copyOf(digest, digest.length - 1)));
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> ContentDigest.fieldValue(algorithm, Arrays.copyOf(digest, digest.length + 1)));
    }
    assertThat(ContentDigest.Algorithm.SHA_512.registeredName()).isEqualTo("sha-512");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "md5=:AAAA:",
        "sha-256=:AAAA:",
        "sha-256=\"x\"",
        "sha-256",
        "sha-256=(:AAAA:)",
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, "
            + "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
      })
  void refusesMalformedFields(String field) {
    assertThatThrownBy(() -> ContentDigest.parse(List.of(field)))
        .isInstanceOf(StructuredFieldException.class);
  }

  @Test
  void letsGoodContentThrough() throws IOException, StructuredFieldException {
    try (InputStream content = checked(BODY, 1000)) {
      assertThat(content.readAllBytes()).isEqualTo(BODY);
      assertThat(content.read()).isEqualTo(-1);
    }
    try (InputStream content = checked(BODY, BODY.length)) {
      assertThat(content.skip(1000)).isEqualTo(BODY.length);
    }
  }

  @Test
  void failsAtTheEndOfOtherContent() throws IOException, StructuredFieldException {
    byte[] other = BODY.clone();
    other[3] ^= 1;
    InputStream content = checked(other, 1000);
    assertThat(content.readNBytes(other.length)).hasSize(other.length);
    assertThatThrownBy(content::read).isInstanceOf(DigestMismatchException.class);
    assertThatThrownBy(content::read).isInstanceOf(DigestMismatchException.class);
  }

  @Test
  void attack44StopsAtTheLimit() throws StructuredFieldException {
    InputStream content = checked(BODY, BODY.length - 1);
    assertThatThrownBy(content::readAllBytes)
        .isInstanceOf(DigestMismatchException.class)
        .hasMessageContaining("longer than");
  }

  @Test
  void failsWhenClosedEarly() throws IOException, StructuredFieldException {
    InputStream content = checked(BODY, 1000);
    content.read();
    assertThatThrownBy(content::close).isInstanceOf(DigestMismatchException.class);
  }

  @Test
  void doesNotLetBytesByTwice() throws StructuredFieldException {
    InputStream content = checked(BODY, 1000);
    assertThat(content.markSupported()).isFalse();
    content.mark(5);
    assertThatThrownBy(content::reset).isInstanceOf(IOException.class);
  }

  private static InputStream checked(byte[] content, long max) throws StructuredFieldException {
    return ContentDigest.parse(List.of(SHA_256)).checking(new ByteArrayInputStream(content), max);
  }
}
