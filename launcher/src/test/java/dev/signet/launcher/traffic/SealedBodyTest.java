// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.launcher.traffic.SealedBody.Direction;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedBodyTest {
  private static final byte[] CONTENT = "the body".getBytes(StandardCharsets.UTF_8);
  private static final LaunchId LAUNCH = LaunchId.random(new SecureRandom());

  @TempDir Path dir;
  private TestLog.Reader reader;
  private Bytes sealed;

  @BeforeEach
  void seal() throws Exception {
    reader = TestLog.Reader.create(dir);
    sealed =
        SealedBody.seal(
            CONTENT, reader.publicKey(), LAUNCH, 3, Direction.REQUEST, new SecureRandom());
  }

  @Test
  void opensForItsReaderOnly() throws Exception {
    assertThat(SealedBody.open(sealed, reader.key(), LAUNCH, 3, Direction.REQUEST))
        .hasValue(CONTENT);
    BodyKey another = TestLog.Reader.create(dir).key();
    assertThat(SealedBody.open(sealed, another, LAUNCH, 3, Direction.REQUEST)).isEmpty();
  }

  @Test
  void opensInItsPlaceOnly() {
    assertThat(SealedBody.open(sealed, reader.key(), LAUNCH, 4, Direction.REQUEST)).isEmpty();
    assertThat(SealedBody.open(sealed, reader.key(), LAUNCH, 3, Direction.ANSWER)).isEmpty();
    LaunchId other = LaunchId.random(new SecureRandom());
    assertThat(SealedBody.open(sealed, reader.key(), other, 3, Direction.REQUEST)).isEmpty();
  }

  @Test
  void opensOnlyWhatWasSealed() {
    byte[] bytes = sealed.toArray();
    for (int at : new int[] {0, 1, 40, 64, 65, bytes.length - 1}) {
      byte[] changed = bytes.clone();
      changed[at] ^= 1;
      assertThat(SealedBody.open(Bytes.of(changed), reader.key(), LAUNCH, 3, Direction.REQUEST))
          .as("byte %d", at)
          .isEmpty();
    }
    assertThat(SealedBody.open(Bytes.of(new byte[80]), reader.key(), LAUNCH, 3, Direction.REQUEST))
        .isEmpty();
    assertThat(SealedBody.open(Bytes.of(new byte[0]), reader.key(), LAUNCH, 3, Direction.REQUEST))
        .isEmpty();
  }

  @Test
  void sealsEachTimeAnew() {
    assertThat(
            SealedBody.seal(
                CONTENT, reader.publicKey(), LAUNCH, 3, Direction.REQUEST, new SecureRandom()))
        .isNotEqualTo(sealed);
  }

  @Test
  void takesNoOtherKey() throws Exception {
    KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
    p384.initialize(new ECGenParameterSpec("secp384r1"));
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder()
                .encodeToString(p384.generateKeyPair().getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    for (String bad : new String[] {pem, "", "secret", pem.replace("PRIVATE", "PUBLIC")}) {
      assertThatThrownBy(() -> BodyKey.parse(bad.getBytes(StandardCharsets.US_ASCII)))
          .isInstanceOf(MalformedMessageException.class)
          .hasMessage("expected a PEM block PRIVATE KEY with a P-256 key")
          .hasNoCause();
    }
  }
}
