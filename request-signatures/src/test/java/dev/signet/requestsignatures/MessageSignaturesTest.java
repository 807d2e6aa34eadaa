// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageSignaturesTest {
  /** Small enough to write out what is at a limit and what is over it. */
  private static final SignatureLimits LIMITS = new SignatureLimits(100, 2, 3);

  private record Request(List<String> inputs, List<String> signatures) implements RequestView {
    @Override
    public String method() {
      return "GET";
    }

    @Override
    public String scheme() {
      return "https";
    }

    @Override
    public String authority() {
      return "example.com";
    }

    @Override
    public String path() {
      return "/";
    }

    @Override
    public Optional<String> query() {
      return Optional.empty();
    }

    @Override
    public List<String> fieldValues(String lowerCaseName) {
      return switch (lowerCaseName) {
        case "signature-input" -> inputs;
        case "signature" -> signatures;
        default -> List.of();
      };
    }
  }

  /** Lines of a field are written with a bar between them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '\0',
      value = {
        "a=();a=:AA==:;SELECTED",
        "a=(), b=();a=:AA==:, b=:AA==:;SELECTED",
        "b=()|a=();a=:AA==:|b=:AA==:;SELECTED",
        "b=()|a=();a=:AA==:,b=:AA==:;SELECTED",
        // One too many on one side only is over the limit, and no matter of labels.
        "a=(), b=(), c=();a=:AA==:;LIMIT_EXCEEDED",
        "a=(), b=()|c=();a=:AA==:;LIMIT_EXCEEDED",
        "a=();a=:AA==:, b=:AA==:, c=:AA==:;LIMIT_EXCEEDED",
        "a=();a=:AA==:, b=:AA==:|c=:AA==:;LIMIT_EXCEEDED",
        // Lines count even where nothing is in them.
        "a=()| ;a=:AA==:| ;SELECTED",
        "a=()| | ;a=:AA==:;LIMIT_EXCEEDED",
        "a=();a=:AA==:| | ;LIMIT_EXCEEDED",
        "a=(\"x\" \"y\" \"z\");a=:AA==:;SELECTED",
        "a=(\"x\" \"y\" \"z\" \"@method\");a=:AA==:;LIMIT_EXCEEDED",
        // Every label has to have its other half, also those that nobody asked for.
        "a=(), b=();a=:AA==:, c=:AA==:;LABEL_MISMATCH",
        "a=(), b=();a=:AA==:;LABEL_MISMATCH",
        "a=();a=:AA==:, b=:AA==:;LABEL_MISMATCH",
        "b=();b=:AA==:;LABEL_NOT_FOUND",
        "a=();a=(:AA==:);MALFORMED_FIELD",
        "a=();a=();MALFORMED_FIELD",
        "a=();a;MALFORMED_FIELD",
        "a=();a=AA;MALFORMED_FIELD",
        "a=1;a=:AA==:;MALFORMED_FIELD",
        "a;a=:AA==:;MALFORMED_FIELD",
        "a=(),;a=:AA==:;MALFORMED_FIELD",
        // A member does not run on in the next line.
        "a=(|);a=:AA==:;MALFORMED_FIELD",
        "a=()|a=();a=:AA==:;DUPLICATE_LABEL",
        "a=();a=:AA==:|a=:AA==:;DUPLICATE_LABEL"
      })
  void selectsByLabel(String inputs, String signatures, String expected) {
    assertThat(
            outcome(
                MessageSignatures.withLabel(
                    new Request(lines(inputs), lines(signatures)), "a", LIMITS)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "a=();tag=\"t\"|SELECTED",
        "a=()|TAG_NOT_FOUND",
        "a=();tag=\"T\"|TAG_NOT_FOUND",
        "a=();tag=t|WRONG_PARAMETER_TYPE",
        "a=();tag|WRONG_PARAMETER_TYPE",
        "b=(), a=();tag=\"t\"|SELECTED",
        "b=();tag=\"u\", a=();tag=\"t\"|SELECTED",
        "a=();tag=\"t\", b=()|SELECTED",
        "a=();tag=\"t\", b=();tag=\"t\"|TAG_AMBIGUOUS",
        // Some other parser may take this for the tag too.
        "a=();tag=\"t\", b=();tag=t|WRONG_PARAMETER_TYPE",
        "b=();tag=t, a=();tag=\"t\"|WRONG_PARAMETER_TYPE"
      })
  void selectsByTag(String inputs, String expected) {
    List<String> signatures =
        inputs.contains("b=") ? List.of("a=:AA==:, b=:AA==:") : List.of("a=:AA==:");
    SignatureSelection selection =
        MessageSignatures.withTag(new Request(List.of(inputs), signatures), "t", LIMITS);
    assertThat(outcome(selection)).isEqualTo(expected);
    if (selection instanceof SignatureSelection.Selected selected) {
      assertThat(selected.signature().label()).isEqualTo("a");
      assertThat(selected.signature().parameters().tag()).hasValue("t");
    }
  }

  /** The limit is on all lines of a field together, and on each of the two fields by itself. */
  @Test
  void boundsTheLengthOfEachField() {
    for (int length : new int[] {99, 100, 101, 300}) {
      String expected = length <= 100 ? "SELECTED" : "LIMIT_EXCEEDED";
      String input = "a=();nonce=\"\"";
      String fill = "n".repeat(length - input.length());
      String padded = input.substring(0, input.length() - 1) + fill + '"';
      assertThat(padded).hasSize(length);
      assertThat(outcome(select(List.of(padded), List.of("a=:AA==:")))).isEqualTo(expected);
      String signature = "a=:AA==:";
      String blanks = " ".repeat(length - signature.length());
      assertThat(outcome(select(List.of("a=()"), List.of(signature + blanks)))).isEqualTo(expected);
      assertThat(outcome(select(List.of("a=()"), List.of(signature, blanks)))).isEqualTo(expected);
    }
  }

  @Test
  void standsForWhatWasVerified() throws Exception {
    SignatureProviders providers = SignatureProviders.detect();
    KeyPair pair = VerificationKeyTest.p256Pair();
    VerificationKey key = VerificationKey.of(pair.getPublic(), providers);
    Request request = new Request(List.of(), List.of());
    SignedFields fields =
        new MessageSigner("s", providers.signer(pair.getPrivate()))
            .sign(
                request,
                List.of(CoveredComponent.of("@method")),
                SignatureParameters.NONE.tag("t").nonce("n"));
    Request signed = new Request(List.of(fields.signatureInput()), List.of(fields.signature()));
    MessageSignature signature =
        ((SignatureSelection.Selected) MessageSignatures.withTag(signed, "t")).signature();
    assertThat(signature.label()).isEqualTo("s");
    assertThat(signature.components()).containsExactly(CoveredComponent.of("@method"));
    assertThat(signature.parameters()).hasToString(";tag=\"t\";nonce=\"n\"");
    assertThat(signature.verify(signed, key))
        .isInstanceOfSatisfying(
            SignatureVerification.Verified.class,
            verified -> {
              assertThat(verified.signature().signature()).isSameAs(signature);
              assertThat(verified.signature().key()).isSameAs(key);
            });
    assertThat(key.publicKey().getEncoded()).isEqualTo(pair.getPublic().getEncoded());
    assertThat(key).hasToString("ecdsa-p256-sha256 " + key.thumbprint());
  }

  private static SignatureSelection select(List<String> inputs, List<String> signatures) {
    return MessageSignatures.withLabel(new Request(inputs, signatures), "a", LIMITS);
  }

  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int bar = text.indexOf('|'); bar >= 0; bar = text.indexOf('|', start)) {
      lines.add(text.substring(start, bar));
      start = bar + 1;
    }
    lines.add(text.substring(start));
    return lines;
  }

  private static String outcome(SignatureSelection selection) {
    return selection instanceof SignatureSelection.Refused refused
        ? refused.reason().name()
        : selection instanceof SignatureSelection.Selected ? "SELECTED" : "UNSIGNED";
  }
}
