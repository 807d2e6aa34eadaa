// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A signed request, and what becomes of the signature when anything about it changes. */
class SigningPropertiesTest {
  private static final SignatureProviders PROVIDERS = SignatureProviders.detect();
  private static final KeyPair PAIR = keyPair();
  private static final List<CoveredComponent> COVERED =
      List.of(
          CoveredComponent.of("@method"),
          CoveredComponent.of("@authority"),
          CoveredComponent.of("@scheme"),
          CoveredComponent.of("@path"),
          CoveredComponent.of("@query"),
          CoveredComponent.of("content-digest"),
          CoveredComponent.of("authorization"));
  private static final SimpleRequest REQUEST = signed();

  /** A request whose parts stand in an array of strings, so that any of them can be changed. */
  private record SimpleRequest(TreeMap<String, String> parts) implements RequestView {
    SimpleRequest with(String name, String value) {
      TreeMap<String, String> changed = new TreeMap<>(parts);
      changed.put(name, value);
      return new SimpleRequest(changed);
    }

    @Override
    public String method() {
      return parts.get("@method");
    }

    @Override
    public String scheme() {
      return parts.get("@scheme");
    }

    @Override
    public String authority() {
      return parts.get("@authority");
    }

    @Override
    public String path() {
      return parts.get("@path");
    }

    @Override
    public Optional<String> query() {
      return Optional.ofNullable(parts.get("@query"));
    }

    @Override
    public List<String> fieldValues(String lowerCaseName) {
      return Optional.ofNullable(parts.get(lowerCaseName)).map(List::of).orElse(List.of());
    }
  }

  @Property(tries = 300)
  void breaksWhenAnyCharacterOfAnyPartChanges(
      @ForAll @IntRange(max = 8) int part,
      @ForAll @IntRange(max = 400) int place,
      @ForAll @IntRange(min = 1, max = 127) int flip)
      throws GeneralSecurityException {
    String name = List.copyOf(REQUEST.parts().keySet()).get(part);
    String value = REQUEST.parts().get(name);
    int at = place % value.length();
    char changed = (char) (value.charAt(at) ^ flip);
    String text = value.substring(0, at) + changed + value.substring(at + 1);
    // A host and a scheme mean the same in either case (RFC 9110 section 4.2.3).
    boolean sameMeaning =
        (name.equals("@authority") || name.equals("@scheme")) && text.equalsIgnoreCase(value);
    // White space around a field's value is no part of it, and a label has no meaning.
    assertThat(verifies(REQUEST.with(name, text))).as("%s: %s", name, text).isEqualTo(sameMeaning);
  }

  @Property(tries = 1)
  void acceptsWhatWasSigned() throws GeneralSecurityException {
    assertThat(verifies(REQUEST)).isTrue();
  }

  private static boolean verifies(RequestView request) throws GeneralSecurityException {
    VerificationKey key = VerificationKey.of(PAIR.getPublic(), PROVIDERS);
    return MessageSignatures.withTag(request, "t") instanceof SignatureSelection.Selected selected
        && selected.signature().components().containsAll(COVERED)
        && selected.signature().verify(request, key) instanceof SignatureVerification.Verified;
  }

  private static SimpleRequest signed() {
    SimpleRequest request =
        new SimpleRequest(new TreeMap<>())
            .with("@method", "POST")
            .with("@scheme", "https")
            .with("@authority", "api.example:8443")
            .with("@path", "/v1/pay;now/%2F")
            .with("@query", "to=bob&amount=5")
            .with("content-digest", ContentDigest.sha256Of(new byte[] {1, 2, 3}))
            .with("authorization", "Bearer a,b");
    try {
      SignedFields fields =
          new MessageSigner("s", PROVIDERS.signer(PAIR.getPrivate()))
              .sign(
                  request,
                  COVERED,
                  SignatureParameters.NONE
                      .created(Instant.ofEpochSecond(1_800_000_000))
                      .expires(Instant.ofEpochSecond(1_800_000_060))
                      .nonce("n")
                      .keyid("k")
                      .alg(SignatureAlgorithm.ECDSA_P256_SHA256)
                      .tag("t"));
      return request
          .with("signature-input", fields.signatureInput())
          .with("signature", fields.signature());
    } catch (UnsignableMessageException | IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
