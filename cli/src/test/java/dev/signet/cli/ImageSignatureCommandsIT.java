// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.image.registry.TestRegistry;
import dev.signet.measurements.image.signature.SignedImage;
import dev.signet.measurements.sigstore.TestSigstore;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check image-signature} against a registry, and the options of {@code run}. */
class ImageSignatureCommandsIT {
  private static final TestSigstore SIGSTORE = new TestSigstore(CommandRun.NOW);
  private static final Digest IMAGE = Digest.hash(new byte[] {1});

  @TempDir Path dir;

  private final CommandRun run = new CommandRun();
  private TestRegistry registry;
  private Path root;

  @BeforeEach
  void start() throws IOException {
    registry = new TestRegistry();
    root = Files.writeString(dir.resolve("root.json"), SIGSTORE.trustedRootJson().toString());
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void signedImageIsGood() throws Exception {
    push(TestSigstore.IDENTITY);
    CommandRun.Ended ended = check(TestSigstore.IDENTITY);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains("signed by  " + TestSigstore.SIGNER.name(), "referrer sha256:", "about " + IMAGE);
    var json = check(TestSigstore.IDENTITY, "--json").json();
    assertThat(json.path("outcome").asText()).isEqualTo("good");
    assertThat(json.path("image").asText()).isEqualTo(IMAGE.toString());
    assertThat(json.path("predicateType").asText()).endsWith("/cosign/sign/v1");
  }

  @Test
  void attack52SignatureBySomebodyElseIsRefusedWithCodeOne() throws Exception {
    push(TestSigstore.IDENTITY + "-evil");
    CommandRun.Ended ended = check(TestSigstore.IDENTITY, "--json");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.json().at("/findings/0/reason").asText())
        .isEqualTo("IMAGE_SIGNATURE_NOT_ACCEPTED");
    assertThat(ended.json().at("/findings/1/reason").asText()).isEqualTo("WRONG_SIGNER");
  }

  @Test
  void imageWithoutAnAuthenticSignatureEndsWithCodeTwo() {
    CommandRun.Ended none = check(TestSigstore.IDENTITY);
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("not authentic: IMAGE_NOT_SIGNED: ");
    registry.list(
        IMAGE, SignedImage.push(registry, IMAGE, "no bundle".getBytes(StandardCharsets.UTF_8)));
    CommandRun.Ended junk = check(TestSigstore.IDENTITY);
    assertThat(junk.code()).isEqualTo(2);
    assertThat(junk.err()).contains("IMAGE_SIGNATURE_NOT_AUTHENTIC", "BUNDLE_MALFORMED");
  }

  @Test
  void registryThatDoesNotAnswerIsNoVerdict() {
    registry.status = 500;
    assertThat(check(TestSigstore.IDENTITY).code()).isEqualTo(69);
  }

  @Test
  void nothingIsAcceptedWhereNobodyIsNamed() {
    assertUsage("who may have signed", "--image", image());
    assertUsage("signatures lie in registries", "--image", "oci:x", "--signer", root);
    assertUsage("sha256:DIGEST", "--image", "docker://r.test/a:latest", "--signer", root);
  }

  @Test
  void optionsOfRunThatDoNotFitAreUsage() throws Exception {
    run.good("keys", "new", "--out", dir.resolve("ci"));
    Path key = dir.resolve("ci.pub.pem");
    for (List<Object> words :
        List.<List<Object>>of(
            List.of("--jar", key, "--require-image-signature", "r.test/a"),
            List.of("--jar", key, "--registry-auth", key),
            List.of("--image", "oci:x", "--image-signer", key),
            List.of("--image", "oci:x", "--require-image-signature", "r.test/a:latest"),
            List.of("--image", "oci:x", "--require-image-signature", "docker://r.test/a"),
            List.of(
                "--image",
                "oci:x",
                "--require-image-signature",
                "r.test/a",
                "--image-identity",
                "me",
                "--image-issuer",
                "https://issuer.test"))) {
      List<Object> all = new ArrayList<>(List.of("run", "--statement", key, "--signer", key));
      all.addAll(words);
      CommandRun.Ended ended = run.signet(all.toArray());
      assertThat(ended.code()).as(words + ": " + ended.err()).isEqualTo(64);
      assertThat(ended.err()).contains("image");
    }
  }

  private void push(String identity) {
    byte[] bundle =
        SIGSTORE
            .bundle()
            .statement(SignedImage.cosignStatement(IMAGE))
            .by(TestSigstore.ISSUER, identity)
            .encode();
    registry.list(IMAGE, SignedImage.push(registry, IMAGE, bundle));
  }

  private String image() {
    return "docker://" + registry.host() + "/" + TestRegistry.NAME + "@" + IMAGE;
  }

  private CommandRun.Ended check(String identity, Object... more) {
    List<Object> words = new ArrayList<>(List.of("check", "image-signature", "--image", image()));
    words.addAll(List.of("--identity", identity, "--issuer", TestSigstore.ISSUER));
    words.addAll(List.of("--trusted-root", root));
    words.addAll(List.of(more));
    return run.signet(words.toArray());
  }

  private void assertUsage(String told, Object... arguments) {
    List<Object> words = new ArrayList<>(List.of("check", "image-signature"));
    words.addAll(List.of(arguments));
    CommandRun.Ended ended = run.signet(words.toArray());
    assertThat(ended.code()).as(ended.err()).isEqualTo(64);
    assertThat(ended.err()).contains(told);
  }
}
