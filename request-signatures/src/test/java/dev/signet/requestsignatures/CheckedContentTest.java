// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to the end of a body leads past the digest, and none gets around it. */
class CheckedContentTest {
  private static final int LENGTH = 20_000;

  /** Longer than one step of {@code skip}, with every byte value, and with zeros. */
  private static final byte[] BODY = body();

  /** What is beneath: a socket gives few bytes at a time. */
  private static final class Source extends ByteArrayInputStream {
    private final int most;
    private boolean closed;

    Source(byte[] content, int most) {
      super(content);
      this.most = most;
    }

    @Override
    public synchronized int read(byte[] buffer, int offset, int count) {
      return super.read(buffer, offset, Math.min(count, most));
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8192, 100_000})
  void checksWhatComesInPieces(int most) throws Exception {
    try (InputStream content = checked(new Source(BODY, most), LENGTH)) {
      assertThat(content.readAllBytes()).isEqualTo(BODY);
    }
    byte[] other = BODY.clone();
    other[LENGTH - 1] ^= 1;
    InputStream content = checked(new Source(other, most), LENGTH);
    assertThatThrownBy(content::readAllBytes).isInstanceOf(DigestMismatchException.class);
  }

  @Test
  void readsSingleBytesUnsigned() throws Exception {
    try (InputStream content = checked(new Source(BODY, LENGTH), LENGTH)) {
      for (int i = 0; i < LENGTH; i++) {
        assertThat(content.read()).isEqualTo(BODY[i] & 0xff);
      }
      assertThat(content.read()).isEqualTo(-1);
    }
  }

  /** The read that meets the end says so itself, and so does each after it. */
  @Test
  void tellsTheEndAtOnce() throws Exception {
    byte[] buffer = new byte[LENGTH];
    InputStream content = checked(new Source(BODY, LENGTH), LENGTH);
    assertThat(content.read(buffer, 0, 0)).isZero();
    assertThat(content.read(buffer)).isEqualTo(LENGTH);
    assertThat(content.read(buffer)).isEqualTo(-1);
    assertThat(content.read(buffer)).isEqualTo(-1);
    assertThat(content.skip(1)).isZero();
  }

  /**
   * The bytes over the limit are not in the digest: whoever reads on after the failure must not
   * find that the rest was the content that was claimed.
   */
  @Test
  void staysBadAfterTheLimit() throws Exception {
    byte[] longer = Arrays.copyOf(BODY, LENGTH + 1);
    InputStream content = checked(new Source(longer, LENGTH), LENGTH);
    byte[] buffer = new byte[LENGTH];
    assertThat(content.read(buffer)).isEqualTo(LENGTH);
    assertThatThrownBy(() -> content.read(buffer))
        .isInstanceOf(DigestMismatchException.class)
        .hasMessageContaining("longer than");
    assertThatThrownBy(() -> content.read(buffer))
        .isInstanceOf(DigestMismatchException.class)
        .hasMessageContaining("longer than");
    assertThatThrownBy(() -> content.skip(1)).isInstanceOf(DigestMismatchException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 16_384, 19_999})
  void skipsAsManyAsAsked(int count) throws Exception {
    for (int most : new int[] {7, LENGTH}) {
      try (InputStream content = checked(new Source(BODY, most), LENGTH)) {
        assertThat(content.skip(count)).isEqualTo(count);
        assertThat(content.read()).isEqualTo(BODY[count] & 0xff);
        // A number below zero skips nothing, as the JDK's streams do.
        assertThat(content.skip(-5)).isZero();
        assertThat(content.skip(LENGTH)).isEqualTo(LENGTH - count - 1);
      }
    }
  }

  @Test
  void skippedBytesBelongToTheDigest() throws Exception {
    byte[] other = BODY.clone();
    other[0] ^= 1;
    InputStream content = checked(new Source(other, LENGTH), LENGTH);
    assertThat(content.skip(LENGTH)).isEqualTo(LENGTH);
    assertThatThrownBy(() -> content.skip(1)).isInstanceOf(DigestMismatchException.class);
  }

  /** None is promised once the end was judged, whatever the stream beneath has left. */
  @Test
  void tellsWhatIsAvailable() throws Exception {
    InputStream content = checked(new Source(BODY, LENGTH), LENGTH);
    assertThat(content.available()).isEqualTo(LENGTH);
    content.readNBytes(100);
    assertThat(content.available()).isEqualTo(LENGTH - 100);
    content.readAllBytes();
    assertThat(content.available()).isZero();

    Source source = new Source(BODY, 10);
    InputStream tooLong = checked(source, 15);
    assertThatThrownBy(tooLong::readAllBytes).isInstanceOf(DigestMismatchException.class);
    assertThat(source.available()).isPositive();
    assertThat(tooLong.available()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 256, 19_999})
  void failsWhenClosedBeforeTheEnd(int read) throws Exception {
    Source source = new Source(BODY, LENGTH);
    InputStream content = checked(source, LENGTH);
    content.readNBytes(read);
    assertThatThrownBy(content::close)
        .isInstanceOf(DigestMismatchException.class)
        .hasMessageContaining("unverified");
    assertThat(source.closed).isTrue();
    assertThatThrownBy(content::read).isInstanceOf(DigestMismatchException.class);
  }

  /** Those who know a body's length read no further; closing then looks whether that was all. */
  @Test
  void checksWhenClosedAtTheLastByte() throws Exception {
    Source source = new Source(BODY, LENGTH);
    InputStream content = checked(source, LENGTH);
    content.readNBytes(LENGTH);
    assertThatCode(content::close).doesNotThrowAnyException();
    assertThat(source.closed).isTrue();
    assertThatCode(content::close).doesNotThrowAnyException();

    byte[] other = BODY.clone();
    other[5] ^= 1;
    Source bad = new Source(other, LENGTH);
    InputStream mismatched = checked(bad, LENGTH);
    mismatched.readNBytes(LENGTH);
    assertThatThrownBy(mismatched::close).isInstanceOf(DigestMismatchException.class);
    assertThat(bad.closed).isTrue();
  }

  /** A second throw of the same exception would hide it behind one about suppressing itself. */
  @Test
  void closesQuietlyAfterFailing() {
    Source source = new Source(BODY, LENGTH);
    assertThatThrownBy(
            () -> {
              try (InputStream content = checked(source, LENGTH - 1)) {
                content.readAllBytes();
              }
            })
        .isInstanceOf(DigestMismatchException.class)
        .hasNoSuppressedExceptions();
    assertThat(source.closed).isTrue();
  }

  private static InputStream checked(InputStream source, long max) throws StructuredFieldException {
    return ContentDigest.parse(List.of(ContentDigest.sha256Of(BODY))).checking(source, max);
  }

  private static byte[] body() {
    byte[] body = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      body[i] = (byte) i;
    }
    return body;
  }
}
