// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static dev.signet.fuzz.FuzzTarget.require;

import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.MessageSignature;
import dev.signet.requestsignatures.MessageSignatures;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureLimits;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.requestsignatures.SignatureSelection;
import dev.signet.requestsignatures.VerificationKey;
import dev.signet.requestsignatures.structuredfields.Item;
import dev.signet.requestsignatures.structuredfields.Member;
import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import dev.signet.requestsignatures.structuredfields.StructuredFields;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Fields of requests: RFC 9651, RFC 9421, RFC 9530. Text is ISO 8859-1, as fields are. */
final class HttpTargets {
  private HttpTargets() {}

  /** As an item, as a list and as a dictionary; what is written is read as the same. */
  static boolean structuredFields(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    boolean accepted = false;
    try {
      Item item = StructuredFields.parseItem(text);
      accepted = true;
      String written = StructuredFields.serialize(item);
      Item again = reread(() -> StructuredFields.parseItem(written));
      require(again.equals(item), "another item");
      require(StructuredFields.serialize(again).equals(written), "written in two ways");
    } catch (StructuredFieldException e) {
      // It may be a list.
    }
    try {
      List<Member> list = StructuredFields.parseList(text);
      accepted = true;
      String written = StructuredFields.serialize(list);
      require(reread(() -> StructuredFields.parseList(written)).equals(list), "another list");
    } catch (StructuredFieldException e) {
      // It may be a dictionary.
    }
    try {
      Map<String, Member> dictionary = StructuredFields.parseDictionary(text);
      accepted = true;
      String written = StructuredFields.serialize(dictionary);
      Map<String, Member> again = reread(() -> StructuredFields.parseDictionary(written));
      require(
          List.copyOf(again.entrySet()).equals(List.copyOf(dictionary.entrySet())),
          "another dictionary");
    } catch (StructuredFieldException e) {
      // Then it is none of them.
    }
    return accepted;
  }

  /**
   * A request as text: the method and the target, then lines of {@code name:value}. Accepted is one
   * whose first signature has a known form.
   */
  static boolean signatureHeaders(byte[] input) throws GeneralSecurityException {
    String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", -1);
    RequestView request = request(lines);
    try {
      ContentDigest.parse(request.fieldValues("content-digest"));
    } catch (StructuredFieldException e) {
      // Refused, as declared.
    }
    SignatureLimits limits = SignatureLimits.STANDARD;
    SignatureSelection selection = MessageSignatures.withLabel(request, "sig", limits);
    MessageSignatures.withTag(request, "signet", limits);
    if (!(selection instanceof SignatureSelection.Selected(MessageSignature signature))) {
      return false;
    }
    require(signature.components().size() <= limits.maxComponents(), "too many components");
    signature.verify(request, Key.ED25519);
    return true;
  }

  /** The key of RFC 9421, B.1.4. */
  private static final class Key {
    private static final VerificationKey ED25519 = key();

    private static VerificationKey key() {
      try {
        return VerificationKey.ed25519(
            Base64.getUrlDecoder().decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"),
            SignatureProviders.ofJdk());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private interface Read<T> {
    T read() throws StructuredFieldException;
  }

  private static <T> T reread(Read<T> read) {
    try {
      return read.read();
    } catch (StructuredFieldException e) {
      throw new AssertionError("refused what it wrote itself", e);
    }
  }

  private static RequestView request(String[] lines) {
    int space = lines[0].indexOf(' ');
    String method = space < 0 ? lines[0] : lines[0].substring(0, space);
    String target = space < 0 ? "/" : lines[0].substring(space + 1);
    int question = target.indexOf('?');
    Map<String, List<String>> fields = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon >= 0) {
        fields
            .computeIfAbsent(
                lines[i].substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
            .add(lines[i].substring(colon + 1));
      }
    }
    return new RequestView() {
      @Override
      public String method() {
        return method;
      }

      @Override
      public String scheme() {
        return "https";
      }

      @Override
      public String authority() {
        return fields.getOrDefault("host", List.of("")).get(0).strip();
      }

      @Override
      public String path() {
        return question < 0 ? target : target.substring(0, question);
      }

      @Override
      public Optional<String> query() {
        return question < 0 ? Optional.empty() : Optional.of(target.substring(question + 1));
      }

      @Override
      public List<String> fieldValues(String lowerCaseName) {
        return fields.getOrDefault(lowerCaseName, List.of());
      }
    };
  }
}
