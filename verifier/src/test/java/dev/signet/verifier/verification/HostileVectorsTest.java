// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.QuoteEvidence;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.Vectors;
import dev.signet.verifier.tpm.PcrSelection;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file under vectors/hostile: {@code expect: REASON}, {@code kind: …}, why, and the bytes in
 * hexadecimal. An attest is signed here with a good key, so that only its content can be at fault.
 */
class HostileVectorsTest {
  private final Sample sample = new Sample();

  static Stream<Path> files() throws IOException, URISyntaxException {
    List<Path> files;
    try (Stream<Path> list =
        Files.list(Path.of(HostileVectorsTest.class.getResource("/vectors/hostile").toURI()))) {
      files = list.sorted().toList();
    }
    assertThat(files).hasSizeGreaterThan(20);
    return files.stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void isRefusedForItsReason(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    Refusal expected = Refusal.valueOf(value(lines.get(0), "expect: "));
    Bytes bytes = Bytes.fromHex(lines.get(3));
    Verification<?> verification =
        switch (value(lines.get(1), "kind: ")) {
          case "attest" ->
              quote(bytes, SoftwareTpm.tpmtSignature(sample.tpm.sign(bytes.toArray())));
          case "signature" -> quote(sample.tpm.quote(Sample.INPUT, Sample.pcrs()).attest(), bytes);
          case "ak" -> AttestationKey.check(bytes, Vectors.hex("swtpm/ak-parent.public.hex"));
          case "parent" -> AttestationKey.check(Vectors.hex("swtpm/ak.public.hex"), bytes);
          default -> throw new AssertionError(lines.get(1));
        };
    assertThat(verification).isInstanceOf(Verification.Refused.class);
    Verification.Refused<?> refused = (Verification.Refused<?>) verification;
    assertThat(refused.reason()).as(refused.detail()).isEqualTo(expected);
    assertThat(refused.detail()).contains(value(lines.get(2), "because: "));
  }

  private Verification<VerifiedQuote> quote(Bytes attest, Bytes signature) {
    QuoteEvidence evidence = sample.tpm.quote(Sample.INPUT, Sample.pcrs()).with(attest, signature);
    return new QuoteVerifier(Sample.PROVIDER)
        .verify(evidence, sample.ak, Sample.INPUT, PcrSelection.of(List.of(4, 7, 10, 15)));
  }

  private static String value(String line, String name) {
    assertThat(line).startsWith(name);
    return line.substring(name.length());
  }
}
