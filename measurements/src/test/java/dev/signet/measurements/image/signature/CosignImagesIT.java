// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.signature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.image.ImageReference;
import dev.signet.measurements.image.TestImage;
import dev.signet.measurements.image.registry.RegistryRepository;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Reason;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Refused;
import dev.signet.measurements.image.signature.ImageSignatureVerification.Verified;
import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.measurements.sigstore.TestServices;
import dev.signet.measurements.sigstore.TestSigstore;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What cosign 3 leaves in a real registry is found and verified. Where somebody has both: {@code
 * -Dsignet.cosign=/path/to/cosign -Dsignet.registry=127.0.0.1:5000}.
 */
@EnabledIfSystemProperty(named = "signet.cosign", matches = ".+")
@EnabledIfSystemProperty(named = "signet.registry", matches = ".+")
class CosignImagesIT {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private static final TestSigstore SIGSTORE = new TestSigstore(NOW);

  @TempDir Path dir;

  private final ImageReference.Repository repository =
      new ImageReference.Repository(
          System.getProperty("signet.registry"), "signet-test/" + UUID.randomUUID());
  private TestServices services;
  private Path root;
  private Digest image;

  @BeforeEach
  void push() throws Exception {
    services = new TestServices(SIGSTORE);
    root = Files.writeString(dir.resolve("root.json"), SIGSTORE.trustedRootJson().toString());
    Path layout = dir.resolve("layout");
    image = TestImage.digestIn(TestImage.small().writeTo(layout));
    try (Stream<Path> blobs = Files.list(layout.resolve("blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        pushBlob(Files.readAllBytes(blob));
      }
    }
    send(
        "PUT",
        "manifests/" + image,
        Files.readAllBytes(layout.resolve("blobs/sha256").resolve(image.toHex())),
        "application/vnd.oci.image.manifest.v1+json");
  }

  @AfterEach
  void stop() {
    services.close();
  }

  @Test
  void keylessSignatureIsFound() throws Exception {
    for (int rekor : List.of(1, 2)) {
      keyless(rekor, "sign", "--yes");
      assertThat(verify(keyless(TestSigstore.SIGNER)))
          .isInstanceOfSatisfying(
              Verified.class,
              v -> {
                assertThat(v.signature().predicateType())
                    .contains(ImageSignaturePolicy.COSIGN_SIGN);
                assertThat(v.signature().signedAt()).isPresent();
              });
    }
    SignerIdentity other = SignerIdentity.of(TestSigstore.ISSUER, TestSigstore.IDENTITY + "-evil");
    assertThat(verify(keyless(other)))
        .isInstanceOfSatisfying(
            Refused.class,
            r -> assertThat(r.reason()).isEqualTo(Reason.IMAGE_SIGNATURE_NOT_ACCEPTED));
  }

  @Test
  void signatureByAKeyIsFoundInBothForms() throws Exception {
    cosign("generate-key-pair", "--output-key-prefix", dir.resolve("ci").toString());
    SignerPolicy pinned = SignerPolicy.pinned(List.of(KeyFiles.readPublic(dir.resolve("ci.pub"))));
    assertThat(verify(pinned))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Reason.IMAGE_NOT_SIGNED));
    String key = dir.resolve("ci.key").toString();
    cosign(
        "sign",
        "--yes",
        "--key",
        key,
        "--new-bundle-format=false",
        "--use-signing-config=false",
        "--tlog-upload=false",
        name());
    assertThat(verify(pinned))
        .isInstanceOfSatisfying(
            Verified.class, v -> assertThat(v.signature().place()).contains(".sig, layer "));
    cosign(
        "sign",
        "--yes",
        "--key",
        key,
        "--signing-config",
        Files.write(dir.resolve("config.json"), services.signingConfig(2)).toString(),
        "--trusted-root",
        root.toString(),
        name());
    assertThat(verify(pinned))
        .isInstanceOfSatisfying(
            Verified.class, v -> assertThat(v.signature().place()).startsWith("referrer "));
  }

  @Test
  void attestationIsFoundWhereItWasAskedFor() throws Exception {
    Path predicate = Files.writeString(dir.resolve("predicate.json"), "{\"passed\":true}");
    keyless(
        2, "attest", "--yes", "--predicate", predicate.toString(), "--type", "https://scan.test/1");
    assertThat(verify(keyless(TestSigstore.SIGNER))).isInstanceOf(Refused.class);
    try (RegistryRepository open = RegistryRepository.of(repository, Optional.empty())) {
      assertThat(
              ImageSignatures.verify(
                  open,
                  image,
                  new ImageSignaturePolicy(
                      keyless(TestSigstore.SIGNER), Set.of("https://scan.test/1")),
                  NOW))
          .isInstanceOf(Verified.class);
    }
  }

  /** A statement that {@code signet sign --key} signed, put beside the image. */
  @Test
  void referenceStatementThatCosignAttachedIsFound() throws Exception {
    SecureRandom random = new SecureRandom();
    SigningKey ci = SigningKey.generate(random);
    Path envelope =
        Files.write(
            dir.resolve("statement.dsse"),
            ci.sign(ImageSignaturesIT.reference(image, NOW), random).encode());
    cosign("attach", "attestation", "--attestation", envelope.toString(), name());
    assertThat(verify(SignerPolicy.pinned(List.of(ci.publicKey()))))
        .isInstanceOfSatisfying(
            Verified.class, v -> assertThat(v.signature().place()).contains(".att, layer "));
  }

  private void keyless(int rekor, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(
        List.of(
            "--signing-config",
            Files.write(dir.resolve("config.json"), services.signingConfig(rekor)).toString(),
            "--trusted-root",
            root.toString(),
            "--identity-token",
            Files.writeString(
                    dir.resolve("token"),
                    TestServices.token(TestSigstore.ISSUER, TestSigstore.IDENTITY))
                .toString(),
            name()));
    cosign(words.toArray(String[]::new));
  }

  private static SignerPolicy keyless(SignerIdentity signer) {
    return SignerPolicy.keyless(List.of(), List.of(signer), SIGSTORE.trustedRoot());
  }

  private ImageSignatureVerification verify(SignerPolicy signers) throws IOException {
    try (RegistryRepository open = RegistryRepository.of(repository, Optional.empty())) {
      return ImageSignatures.verify(open, image, ImageSignaturePolicy.by(signers), NOW);
    }
  }

  private String name() {
    return repository.registry() + "/" + repository.name() + "@" + image;
  }

  private void pushBlob(byte[] blob) throws Exception {
    HttpResponse<Void> started = send("POST", "blobs/uploads/", new byte[0], "text/plain");
    String location = started.headers().firstValue("Location").orElseThrow();
    String query = (location.contains("?") ? "&" : "?") + "digest=" + Digest.hash(blob);
    send("PUT", location + query, blob, "application/octet-stream");
  }

  private HttpResponse<Void> send(String method, String to, byte[] body, String type)
      throws Exception {
    URI at =
        URI.create("http://" + repository.registry() + "/v2/" + repository.name() + "/")
            .resolve(to);
    HttpRequest request =
        HttpRequest.newBuilder(at)
            .header("Content-Type", type)
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<Void> response = http.send(request, HttpResponse.BodyHandlers.discarding());
      assertThat(response.statusCode()).as(method + " " + at).isBetween(201, 202);
      return response;
    }
  }

  private void cosign(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(System.getProperty("signet.cosign")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(dir.toFile());
    builder.environment().put("HOME", dir.toString());
    builder.environment().put("COSIGN_PASSWORD", "");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + output).isZero();
  }
}
