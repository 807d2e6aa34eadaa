// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol.tlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedCheckpointTest {
  private static final String ORIGIN = "verifier.test:8443/v1/audit";
  private static final Checkpoint CHECKPOINT =
      new Checkpoint(ORIGIN, 1234, Digest.hash("root".getBytes(StandardCharsets.US_ASCII)));

  private final KeyPair pair = keyPair();
  private final PublicJwk key = PublicJwk.of((ECPublicKey) pair.getPublic());

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] sign(KeyPair pair, byte[] message) {
    try {
      Signature ecdsa = Signature.getInstance("SHA256withECDSA");
      ecdsa.initSign(pair.getPrivate());
      ecdsa.update(message);
      return ecdsa.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private String note() {
    return new String(CHECKPOINT.signed(key, m -> sign(pair, m)), StandardCharsets.UTF_8);
  }

  private static SignedCheckpoint parse(String note) throws MalformedMessageException {
    return SignedCheckpoint.parse(note.getBytes(StandardCharsets.UTF_8));
  }

  /** A line as C2SP signed-note has it, put together here by other means. */
  private static String line(String name, byte[] id, byte[] signature) {
    byte[] both = Arrays.copyOf(id, 4 + signature.length);
    System.arraycopy(signature, 0, both, 4, signature.length);
    return "— " + name + " " + Base64.getEncoder().encodeToString(both) + "\n";
  }

  private static byte[] id(KeyPair pair) {
    return Arrays.copyOf(Digest.hash(pair.getPublic().getEncoded()).toArray(), 4);
  }

  @Test
  void isASignedNote() throws Exception {
    String text =
        ORIGIN
            + "\n1234\n"
            + Base64.getEncoder().encodeToString(CHECKPOINT.root().toArray())
            + "\n";
    String note = note();
    assertThat(note).startsWith(text + "\n— " + ORIGIN + " ").endsWith("\n");
    SignedCheckpoint parsed = parse(note);
    assertThat(parsed.checkpoint()).isEqualTo(CHECKPOINT);
    assertThat(parsed.isSignedBy(key)).isTrue();
    assertThat(parsed.note().toUtf8()).isEqualTo(note);
    byte[] signature = sign(pair, text.getBytes(StandardCharsets.UTF_8));
    assertThat(parse(text + "\n" + line(ORIGIN, id(pair), signature)).isSignedBy(key)).isTrue();
  }

  @Test
  void attack54AnotherSizeOrRootIsNotSigned() throws Exception {
    assertThat(parse(note().replace("\n1234\n", "\n1233\n")).isSignedBy(key)).isFalse();
    String root = Base64.getEncoder().encodeToString(CHECKPOINT.root().toArray());
    String other = Base64.getEncoder().encodeToString(MerkleTree.EMPTY.toArray());
    assertThat(parse(note().replace(root, other)).isSignedBy(key)).isFalse();
    assertThat(parse(note().replace(ORIGIN, "other.test")).isSignedBy(key)).isFalse();
    assertThat(parse(note()).isSignedBy(PublicJwk.of((ECPublicKey) keyPair().getPublic())))
        .isFalse();
  }

  @Test
  void otherSignaturesAreNotLookedAtButABadOneOfTheKeySpoilsAll() throws Exception {
    byte[] text = CHECKPOINT.text().getBytes(StandardCharsets.UTF_8);
    KeyPair witness = keyPair();
    String witnessed = note() + line("witness.test", id(witness), new byte[64]);
    assertThat(parse(witnessed).isSignedBy(key)).isTrue();
    assertThat(parse(witnessed).signatures()).hasSize(2);
    assertThat(parse(note() + line(ORIGIN, id(pair), sign(witness, text))).isSignedBy(key))
        .isFalse();
    assertThat(parse(note() + line(ORIGIN, id(pair), new byte[] {1, 2})).isSignedBy(key)).isFalse();
    String alone = CHECKPOINT.text() + "\n";
    assertThat(parse(alone + line("witness.test", id(pair), sign(pair, text))).isSignedBy(key))
        .as("a key is its name and its id")
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "o\n1\n",
        "o\n1\n%R\n",
        "o\n1\n%R\n\n",
        "o\n1\n%R\nextension\n\n— o %S\n",
        "o\n01\n%R\n\n— o %S\n",
        "o\n-1\n%R\n\n— o %S\n",
        "o\n1000000000000000000\n%R\n\n— o %S\n",
        "o\r\n1\r\n%R\r\n\r\n— o %S\r\n",
        "o\n1\nAAAA\n\n— o %S\n",
        "o\n1\n%R=\n\n— o %S\n",
        "o\n1\n%R\n\n— o %S",
        "o\n1\n%R\n\n- o %S\n",
        "o\n1\n%R\n\n— o AAAA\n",
        "o\n1\n%R\n\n— o AAAAAAAB==\n",
        "o\n1\n%R\n\n— o  %S\n",
        "o p\n1\n%R\n\n— o %S\n",
        "o+p\n1\n%R\n\n— o %S\n",
        "\n1\n%R\n\n— o %S\n"
      })
  void refusesWhatIsNoCheckpoint(String form) {
    String note =
        form.replace("%R", Base64.getEncoder().encodeToString(new byte[32]))
            .replace("%S", Base64.getEncoder().encodeToString(new byte[70]));
    assertThatThrownBy(() -> parse(note))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("checkpoint");
  }

  @Test
  void refusesOtherCharactersAndTooMuch() {
    byte[] latin = note().getBytes(StandardCharsets.ISO_8859_1);
    latin[0] = (byte) 0xE9;
    assertThatThrownBy(() -> SignedCheckpoint.parse(latin)).hasMessageContaining("UTF-8");
    String line = line("w", new byte[4], new byte[64]);
    assertThatThrownBy(() -> parse(note() + line.repeat(16)))
        .hasMessage("checkpoint: expected at most 16 signatures, got 17");
    assertThatThrownBy(() -> SignedCheckpoint.parse(new byte[SignedCheckpoint.MAX_BYTES + 1]))
        .hasMessage("expected a checkpoint of at most 65536 bytes, got 65537");
  }
}
