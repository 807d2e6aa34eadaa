// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.ResultRequest;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Veraison's own library reads the default dialect. Run with {@code -Dsignet.go=true}: needs Go
 * and, the first time, its module proxy.
 */
@EnabledIfSystemProperty(named = "signet.go", matches = "true")
class VeraisonIT {
  @TempDir Path directory;

  @Test
  void veraisonReadsTheResult() throws Exception {
    try (TestVerifier verifier = new TestVerifier(directory).start()) {
      TestHost host = new TestHost(verifier, "host-1").ready();
      SvidCaller caller = new SvidCaller(host, host.attest().token());
      Path token = directory.resolve("ear");
      Files.write(
          token, caller.call("/v1/results", new ResultRequest(Bytes.of(new byte[32]))).body());
      Path key = directory.resolve("key.json");
      for (JsonNode k : verifier.operator("GET", "/v1/keys", null).get("keys")) {
        if (k.get("signet_purpose").asText().equals("ear")) {
          Files.write(
              key,
              StrictJson.encode(
                  PublicJwk.of(
                      Bytes.fromBase64Url(k.get("x").asText()),
                      Bytes.fromBase64Url(k.get("y").asText()))));
        }
      }
      Path out = directory.resolve("out");
      Process go =
          new ProcessBuilder("go", "run", ".", token.toString(), key.toString())
              .directory(Path.of("src/test/go/ear").toAbsolutePath().toFile())
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      assertThat(go.waitFor(5, TimeUnit.MINUTES)).isTrue();
      String said = Files.readString(out, StandardCharsets.UTF_8);
      assertThat(go.exitValue()).as(said).isZero();
      assertThat(said)
          .contains("tpm2 warning")
          .contains("agent warning")
          .contains("hardware:2")
          .contains("executables:0");
    }
  }
}
