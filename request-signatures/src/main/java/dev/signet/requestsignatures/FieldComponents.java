// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import dev.signet.requestsignatures.structuredfields.Member;
import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import dev.signet.requestsignatures.structuredfields.StructuredFieldWriter;
import dev.signet.requestsignatures.structuredfields.StructuredFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Values of header and trailer fields (RFC 9421 section 2.1). */
final class FieldComponents {
  private FieldComponents() {}

  static void append(
      StringBuilder out,
      CoveredComponent component,
      MessageView message,
      Map<String, FieldType> fieldTypes)
      throws Refusal {
    MessageView source = source(component, message);
    List<String> lines =
        component.fromTrailers()
            ? source.trailerValues(component.name())
            : source.fieldValues(component.name());
    if (lines.isEmpty()) {
      throw new Refusal(
          SignatureRefusal.MISSING_COMPONENT, component + " is covered and not in the message");
    }
    if (component.binaryWrapped()) {
      appendWrapped(out, component, lines);
    } else if (component.memberKey() != null) {
      appendMember(out, component, lines, fieldTypes);
    } else if (component.strictlySerialized()) {
      appendStrict(out, component, lines, fieldTypes);
    } else {
      for (int i = 0; i < lines.size(); i++) {
        if (i > 0) {
          out.append(", ");
        }
        out.append(FieldValue.canonical(lines.get(i)));
      }
    }
  }

  private static MessageView source(CoveredComponent component, MessageView message)
      throws Refusal {
    if (!component.fromRequest()) {
      return message;
    }
    if (message instanceof ResponseView response) {
      return response.request();
    }
    throw new Refusal(
        SignatureRefusal.WRONG_MESSAGE_KIND,
        component + ": req is for signatures of responses, got a request");
  }

  private static void appendWrapped(
      StringBuilder out, CoveredComponent component, List<String> lines) throws Refusal {
    for (int i = 0; i < lines.size(); i++) {
      String value = FieldValue.canonical(lines.get(i));
      for (int j = 0; j < value.length(); j++) {
        if (value.charAt(j) > 0xff) {
          throw new Refusal(
              SignatureRefusal.MALFORMED_VALUE, component + ": expected octets, got wider ones");
        }
      }
      byte[] octets = value.getBytes(StandardCharsets.ISO_8859_1);
      out.append(i > 0 ? ", :" : ":")
          .append(Base64.getEncoder().encodeToString(octets))
          .append(':');
    }
  }

  private static void appendMember(
      StringBuilder out,
      CoveredComponent component,
      List<String> lines,
      Map<String, FieldType> fieldTypes)
      throws Refusal {
    if (fieldTypes.get(component.name()) != FieldType.DICTIONARY) {
      throw new Refusal(
          SignatureRefusal.UNKNOWN_FIELD_TYPE, component.name() + " is not known as a Dictionary");
    }
    Member member;
    try {
      member = StructuredFields.parseDictionary(combine(lines)).get(component.memberKey());
    } catch (StructuredFieldException e) {
      throw new Refusal(SignatureRefusal.MALFORMED_VALUE, component.name() + ": " + e.getMessage());
    }
    if (member == null) {
      throw new Refusal(
          SignatureRefusal.MISSING_COMPONENT, component + " is covered and not in the message");
    }
    StructuredFieldWriter.append(out, member);
  }

  private static void appendStrict(
      StringBuilder out,
      CoveredComponent component,
      List<String> lines,
      Map<String, FieldType> fieldTypes)
      throws Refusal {
    FieldType type = fieldTypes.get(component.name());
    if (type == null) {
      throw new Refusal(
          SignatureRefusal.UNKNOWN_FIELD_TYPE, "structured type not known: " + component.name());
    }
    String value = combine(lines);
    try {
      switch (type) {
        case ITEM -> StructuredFieldWriter.append(out, StructuredFields.parseItem(value));
        case LIST -> StructuredFieldWriter.append(out, StructuredFields.parseList(value));
        case DICTIONARY ->
            StructuredFieldWriter.append(out, StructuredFields.parseDictionary(value));
      }
    } catch (StructuredFieldException e) {
      throw new Refusal(SignatureRefusal.MALFORMED_VALUE, component.name() + ": " + e.getMessage());
    }
  }

  private static String combine(List<String> lines) {
    List<String> canonical = new ArrayList<>(lines.size());
    for (String line : lines) {
      canonical.add(FieldValue.canonical(line));
    }
    return StructuredFields.combine(canonical);
  }
}
