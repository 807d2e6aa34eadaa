// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFilesTest {
  @TempDir Path dir;

  private final SigningKey key = SigningKey.generate(Statements.RANDOM);

  @Test
  void readsWhatItWrites() throws Exception {
    Path secret = dir.resolve("ci.pem");
    Path open = dir.resolve("ci.pub.pem");
    KeyFiles.create(key, secret, open);
    assertThat(KeyFiles.readPublic(open)).isEqualTo(key.publicKey());
    SigningKey read = KeyFiles.readPrivate(secret);
    assertThat(read.publicKey()).isEqualTo(key.publicKey());
    assertThat(read.sign(Statements.payload(1), Statements.RANDOM)).isNotNull();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
  }

  @Test
  void writesStandardForms() throws Exception {
    // The JDK's own parsers understand them, not only ours.
    KeyFactory factory = KeyFactory.getInstance("EC");
    var secret =
        (ECPrivateKey)
            factory.generatePrivate(new PKCS8EncodedKeySpec(der(P256Pem.writePrivate(key))));
    assertThat(secret.getS()).isEqualTo(((ECPrivateKey) key.secret()).getS());
    assertThat(
            factory.generatePublic(
                new X509EncodedKeySpec(der(P256Pem.writePublic(key.publicKey())))))
        .isEqualTo(key.publicKey().toPublicKey());
  }

  @Test
  void overwritesNeitherFile() throws Exception {
    Path secret = dir.resolve("ci.pem");
    Path open = dir.resolve("ci.pub.pem");
    Files.writeString(secret, "mine");
    assertThatThrownBy(() -> KeyFiles.create(key, secret, open))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(secret).hasContent("mine");
    assertThat(open).doesNotExist();
    Files.move(secret, open);
    assertThatThrownBy(() -> KeyFiles.create(key, secret, open))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(open).hasContent("mine");
    assertThat(secret).doesNotExist();
  }

  @Test
  void saysWhatAnotherKindOfKeyIs() throws Exception {
    String text = new String(P256Pem.writePrivate(key), StandardCharsets.US_ASCII);
    assertRefusedPrivate(text.replace("PRIVATE KEY", "EC PRIVATE KEY"), "begins with EC PRIVATE");
    assertRefusedPrivate(text.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "ENCRYPTED");
    assertRefusedPrivate(text + text, "several blocks");
    assertRefusedPrivate("hello", "no PEM");
    assertRefusedPrivate("", "no PEM");
    assertRefusedPrivate(
        new String(P256Pem.writePublic(key.publicKey()), StandardCharsets.US_ASCII), "PUBLIC KEY");
  }

  @Test
  void refusesKeysOnOtherCurves() throws Exception {
    for (String algorithm : new String[] {"RSA", "Ed25519", "secp384r1"}) {
      boolean curve = algorithm.startsWith("secp");
      KeyPairGenerator generator = KeyPairGenerator.getInstance(curve ? "EC" : algorithm);
      if (curve) {
        generator.initialize(new ECGenParameterSpec(algorithm));
      }
      var pair = generator.generateKeyPair();
      assertRefusedPrivate(pem("PRIVATE KEY", pair.getPrivate().getEncoded()), "another kind");
      assertThatThrownBy(
              () ->
                  KeyFiles.parsePublic(
                      pem("PUBLIC KEY", pair.getPublic().getEncoded())
                          .getBytes(StandardCharsets.US_ASCII)))
          .isInstanceOf(KeyFormatException.class)
          .hasMessageContaining("another kind");
    }
  }

  @Test
  void refusesAPointThatIsNotOnTheCurve() {
    byte[] der = der(P256Pem.writePublic(key.publicKey()));
    der[der.length - 1] ^= 1;
    assertThatThrownBy(
            () -> KeyFiles.parsePublic(pem("PUBLIC KEY", der).getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(KeyFormatException.class)
        .hasMessageContaining("not on the curve");
  }

  @Test
  void refusesPrivateNumbersOutOfRange() {
    byte[] der = der(P256Pem.writePrivate(key));
    for (byte fill : new byte[] {0, (byte) 0xff}) {
      java.util.Arrays.fill(der, 36, 68, fill);
      assertRefusedPrivate(pem("PRIVATE KEY", der), "no private key");
    }
  }

  @Test
  void refusesDirectoryAndHugeFile() throws IOException {
    assertThatThrownBy(() -> KeyFiles.readPublic(dir))
        .isInstanceOf(KeyFormatException.class)
        .hasMessageContaining("directory");
    assertThatThrownBy(() -> KeyFiles.readPublic(Path.of("/dev/zero")))
        .isInstanceOf(KeyFormatException.class)
        .hasMessageContaining("at most");
  }

  @Test
  void keyPrintsItsThumbprintOnly() {
    assertThat(key.toString()).isEqualTo("SigningKey[" + key.publicKey().thumbprint() + "]");
  }

  @Property(tries = 300)
  void damagedFilesAreRefusedByName(@ForAll @IntRange(max = 240) int at, @ForAll byte value) {
    byte[] pem = P256Pem.writePrivate(key);
    pem[at % pem.length] = value;
    try {
      assertThat(P256Pem.parsePrivate(pem)).isNotNull();
    } catch (KeyFormatException e) {
      assertThat(e.getMessage()).startsWith("expected a P-256 private key");
    }
  }

  private static void assertRefusedPrivate(String pem, String detail) {
    assertThatThrownBy(() -> P256Pem.parsePrivate(pem.getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(KeyFormatException.class)
        .hasMessageContaining(detail);
  }

  private static byte[] der(byte[] pem) {
    String text = new String(pem, StandardCharsets.US_ASCII);
    return Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
  }
}
