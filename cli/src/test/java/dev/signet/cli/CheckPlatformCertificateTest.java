// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Bytes;
import dev.signet.tpmsim.PlatformMaker;
import dev.signet.tpmsim.SoftwareTpm;
import dev.signet.tpmsim.SoftwareTpmMaker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check platform-certificate}. */
class CheckPlatformCertificateTest {
  @TempDir Path dir;

  private final CommandRun run = new CommandRun();
  private final SoftwareTpmMaker tpms = new SoftwareTpmMaker("Maker", CommandRun.NOW);
  private final PlatformMaker maker = new PlatformMaker(CommandRun.NOW);
  private final Bytes ek = tpms.ekCertificate(new SoftwareTpm());
  private Path issuers;

  @BeforeEach
  void files() throws IOException {
    issuers = Files.createDirectory(dir.resolve("issuers"));
    Files.write(issuers.resolve("root.der"), maker.root().toArray());
    Files.write(issuers.resolve("issuer.der"), maker.issuer().toArray());
    Files.write(dir.resolve("ek.der"), ek.toArray());
  }

  private CommandRun.Ended check(byte[] certificate, Object... more) throws IOException {
    Path file = Files.write(dir.resolve("platform"), certificate);
    Object[] words = new Object[7 + more.length];
    Object[] fixed = {
      "check", "platform-certificate", file, "--ek", dir.resolve("ek.der"), "--issuers", issuers
    };
    System.arraycopy(fixed, 0, words, 0, 7);
    System.arraycopy(more, 0, words, 7, more.length);
    return run.signet(words);
  }

  @Test
  void tellsWhichMachineItIs() throws Exception {
    byte[] der = maker.about(ek).issue().toArray();
    CommandRun.Ended ended = check(der);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains("manufacturer  Acme", "serial        SN-0042", "measures      static")
        .contains("component     Acme Memory 1, serial number M1", "not checked: ");
    JsonNode json = check(der, "--json").json();
    assertThat(json.get("outcome").asText()).isEqualTo("good");
    assertThat(json.at("/platform/model").asText()).isEqualTo("Server 9");
    assertThat(json.get("components")).hasSize(2);
    assertThat(json.get("rootOfTrust").asText()).isEqualTo("static");
  }

  @Test
  void readsPem() throws Exception {
    String pem =
        "-----BEGIN ATTRIBUTE CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(maker.about(ek).issue().toArray())
            + "\n-----END ATTRIBUTE CERTIFICATE-----\n";
    CommandRun.Ended ended = check(pem.getBytes(StandardCharsets.US_ASCII));
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(check(pem.replace("ATTRIBUTE ", "").getBytes(StandardCharsets.US_ASCII)).code())
        .isEqualTo(64);
  }

  @Test
  void refusesAnotherTpmsAndSaysSo() throws Exception {
    Bytes other = tpms.ekCertificate(new SoftwareTpm());
    CommandRun.Ended ended = check(maker.about(other).issue().toArray(), "--json");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.json().toString())
        .contains("UNTRUSTED_PLATFORM", "expected it to be about the EK certificate");
  }

  @Test
  void refusesAfterItsTime() throws Exception {
    byte[] der = maker.about(ek).issue().toArray();
    run.now = CommandRun.NOW.plusSeconds(3651L * 24 * 3600);
    assertThat(check(der).code()).isEqualTo(2);
  }
}
