// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrolledHostTest {
  @TempDir Path state;

  @Test
  void isReadAsItWasSavedForItsOwnerOnly() throws Exception {
    EnrolledHost enrolled = enrolled();
    enrolled.save(state);
    assertThat(EnrolledHost.load(state)).isEqualTo(enrolled);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(state.resolve("enrollment.json"))))
        .isEqualTo("rw-------");
    try (var files = Files.list(state)) {
      assertThat(files).as("no temporary file is left").hasSize(1);
    }
  }

  @Test
  void saysWhatToDoWhereThereIsNone() {
    assertThatThrownBy(() -> EnrolledHost.load(state))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("signet enroll");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://verifier.example:8443|http://verifier.example:8443",
        "https://verifier.example:8443|https://verifier.example/path",
        "\"version\":1|\"version\":2",
        "\"host\":\"build-7\"|\"host\":\"../x\"",
        "\"authorities\":null|\"authorities\":\"ca.pem\"",
        "\"version\":1|\"version\":1,\"more\":1",
        "\"version\":1|\"version\":1,\"version\":1",
      })
  void refusesAFileThatWasChanged(String before, String after) throws Exception {
    enrolled().save(state);
    Path file = state.resolve("enrollment.json");
    String json = Files.readString(file);
    assertThat(json).contains(before);
    Files.writeString(file, json.replace(before, after));
    assertThatThrownBy(() -> EnrolledHost.load(state))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged")
        .hasMessageContaining("enrol again");
  }

  @Test
  void refusesATornFile() throws Exception {
    enrolled().save(state);
    Path file = state.resolve("enrollment.json");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> EnrolledHost.load(state))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is damaged");
    }
  }

  private static EnrolledHost enrolled() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    ECPublicKey key = (ECPublicKey) generator.generateKeyPair().getPublic();
    return new EnrolledHost(
        EnrolledHost.VERSION,
        new HostId("build-7"),
        "https://verifier.example",
        URI.create("https://verifier.example:8443"),
        Digest.hash(key.getEncoded()),
        null,
        "device:/dev/tpmrm0",
        Bytes.of(new byte[34]),
        PublicJwk.of(key));
  }
}
