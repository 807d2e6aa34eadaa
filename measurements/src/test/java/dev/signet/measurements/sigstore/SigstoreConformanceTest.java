// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.KeyFormatException;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The verification cases of sigstore/sigstore-conformance, where somebody has them: {@code
 * -Dsignet.conformance.cases=…/test/assets/bundle-verify
 * -Dsignet.conformance.root=trusted_root.json}, the latter that of the public Sigstore.
 */
@EnabledIfSystemProperty(named = "signet.conformance.cases", matches = ".+")
class SigstoreConformanceTest {
  private static final String IDENTITY =
      "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/"
          + "workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
  private static final String ISSUER = "https://token.actions.githubusercontent.com";

  /**
   * Good cases that are refused here all the same: the log's checkpoint is signed under another
   * name than the host in the trusted root's URL, which Sigstore Java does not take.
   */
  private static final Set<String> FAIL_CLOSED = Set.of("intoto-with-custom-trust-root");

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    Path cases = Path.of(System.getProperty("signet.conformance.cases"));
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> directories = Files.list(cases).filter(Files::isDirectory).sorted()) {
      directories.forEach(
          d ->
              tests.add(
                  DynamicTest.dynamicTest(
                      d.getFileName().toString(),
                      () -> {
                        String name = d.getFileName().toString();
                        boolean good = !name.endsWith("_fail") && !FAIL_CLOSED.contains(name);
                        String verdict = verdict(d);
                        System.out.println(name + ": " + verdict);
                        assertThat(verdict.startsWith("Verified")).as(verdict).isEqualTo(good);
                      })));
    }
    assertThat(tests).hasSizeGreaterThan(60);
    return tests.stream();
  }

  private static String verdict(Path directory) throws Exception {
    Path own = directory.resolve("trusted_root.json");
    Path artifact = directory.resolve("artifact");
    try {
      TrustedRoot root =
          TrustedRoot.parse(
              Files.readAllBytes(
                  Files.exists(own)
                      ? own
                      : Path.of(System.getProperty("signet.conformance.root"))));
      SigstoreBundle bundle =
          SigstoreBundle.parse(
              Files.readAllBytes(directory.resolve("bundle.sigstore.json")),
              SigstoreBundle.MAX_BYTES);
      Path key = directory.resolve("key.pub");
      List<PublicJwk> keys = Files.exists(key) ? List.of(KeyFiles.readPublic(key)) : List.of();
      return new BundleVerifier(root)
          .verifyArtifact(
              bundle,
              List.of(
                  SignerIdentity.of(
                      text(directory.resolve("issuer"), ISSUER),
                      text(directory.resolve("identity"), IDENTITY))),
              keys,
              Digest.hash(
                  Files.readAllBytes(
                      Files.exists(artifact) ? artifact : directory.resolveSibling("a.txt"))),
              Instant.now())
          .toString();
    } catch (KeyFormatException | MalformedMessageException e) {
      return "Malformed[" + e.getMessage() + "]";
    }
  }

  private static String text(Path file, String otherwise) throws IOException {
    return Files.exists(file) ? Files.readString(file).strip() : otherwise;
  }
}
