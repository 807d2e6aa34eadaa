// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tss.tpm.TPM2_Hash_REQUEST;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;

/** Defects of TSS.Java 1.0.0 that must not come back through us; see RATIONALE.md. */
class TssJavaDefectsTest {
  private static Tpm tpm(ScriptedTransport transport) throws IOException {
    return Tpm.over(() -> transport, true, TestHost.RANDOM);
  }

  @Test
  void failureOfALowerLayerIsNotSuccess() throws IOException {
    Tpm tpm = tpm(new ScriptedTransport(n -> ScriptedTransport.code(0x80280400)));
    assertThatThrownBy(tpm::clock)
        .isInstanceOfSatisfying(
            TpmException.class, e -> assertThat(e.rawCode()).isEqualTo(0x80280400));
  }

  @Test
  void retryIsBoundedAndPaused() throws IOException {
    ScriptedTransport transport = new ScriptedTransport(n -> ScriptedTransport.code(0x922));
    Tpm tpm = tpm(transport);
    long before = System.nanoTime();
    assertThatThrownBy(tpm::clock).isInstanceOf(TpmException.class).hasMessageContaining("RETRY");
    assertThat(transport.sent).isEqualTo(10);
    assertThat(System.nanoTime() - before).isGreaterThan(1_000_000_000L);
  }

  @Test
  void nvRateIsRetriedToo() throws IOException {
    ScriptedTransport transport =
        new ScriptedTransport(n -> ScriptedTransport.code(n < 3 ? 0x920 : 0x101));
    Tpm tpm = tpm(transport);
    assertThatThrownBy(tpm::clock).hasMessageContaining("FAILURE");
    assertThat(transport.sent).isEqualTo(3);
  }

  @Test
  void nothingIsPrinted() throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Tpm tpm = tpm(new ScriptedTransport(n -> ScriptedTransport.code(0x101)));
      assertThatThrownBy(tpm::clock).isInstanceOf(TpmException.class);
    } finally {
      System.setOut(before);
    }
    assertThat(printed.size()).isZero();
  }

  @Test
  void commandTooLargeIsRefusedNotCutOff() {
    var request =
        new TPM2_Hash_REQUEST(new byte[5000], TPM_ALG_ID.SHA256, new TPM_HANDLE(Entity.NULL));
    assertThatThrownBy(() -> Command.of(TPM_CC.Hash, request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4096");
  }

  @Test
  void malformedResponsesAreRefused() throws IOException {
    byte[] truncated = new byte[12];
    System.arraycopy(ScriptedTransport.code(0), 0, truncated, 0, 10);
    truncated[5] = 12;
    Tpm tpm = tpm(new ScriptedTransport(n -> truncated));
    assertThatThrownBy(tpm::clock).hasMessageContaining("malformed");
    Tpm sizeLies = tpm(new ScriptedTransport(n -> new byte[10]));
    assertThatThrownBy(sizeLies::clock).hasMessageContaining("response size");
  }

  @Test
  void noProviderIsRegisteredForTheWholeProcess() {
    Templates.storageP256();
    assertThat(Security.getProvider("BC")).isNull();
  }

  @Test
  void onlyItsMarshallerIsUsed() throws IOException {
    List<String> forbidden =
        List.of(
            "import tss.Tpm;",
            "import tss.Crypto",
            "import tss.Helpers",
            "import tss.TpmHelpers",
            "import tss.Tss;",
            "import tss.TpmDevice",
            "import tss.TpmException",
            "import tss.TpmFactory",
            "tpm.TPM_RC",
            ".fromTpm(",
            ".initFromTpm(",
            ".fromBytes(",
            "TPM_HANDLE.OWNER",
            "TPM_HANDLE.ENDORSEMENT",
            "TPM_HANDLE.NULL",
            "validateSignature",
            ".getName()");
    int files = 0;
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        files++;
        assertThat(Files.readString(source)).as(source.toString()).doesNotContain(forbidden);
      }
    }
    assertThat(files).isGreaterThan(30);
  }
}
