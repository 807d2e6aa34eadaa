// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import dev.signet.requestsignatures.structuredfields.StructuredFieldWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The bytes that are signed (RFC 9421 section 2.5). */
final class SignatureBase {
  private SignatureBase() {}

  /**
   * Builds the base.
   *
   * @param signatureParams the covered components and parameters as they stand in Signature-Input
   */
  static byte[] of(
      MessageView message,
      List<CoveredComponent> components,
      String signatureParams,
      Map<String, FieldType> fieldTypes)
      throws Refusal {
    StringBuilder base = new StringBuilder(1024);
    for (int i = 0; i < components.size(); i++) {
      CoveredComponent component = components.get(i);
      refuseSecond(component, components, i);
      StructuredFieldWriter.append(base, component.identifier());
      base.append(": ");
      int start = base.length();
      if (component.name().charAt(0) == '@') {
        DerivedComponents.append(base, component, message);
        checkValue(base, start, false, component);
      } else {
        FieldComponents.append(base, component, message, fieldTypes);
        checkValue(base, start, true, component);
      }
      base.append('\n');
    }
    base.append("\"@signature-params\": ").append(signatureParams);
    // Every part was found to be ASCII above, so that one character is one byte.
    return base.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void refuseSecond(
      CoveredComponent component, List<CoveredComponent> components, int before) throws Refusal {
    for (int i = 0; i < before; i++) {
      if (components.get(i).equals(component)) {
        throw new Refusal(SignatureRefusal.DUPLICATE_COMPONENT, component + " is covered twice");
      }
    }
  }

  /**
   * A value is printable ASCII; fields may hold tabs. A line feed in a value would let one
   * component pass for two.
   */
  private static void checkValue(
      StringBuilder base, int start, boolean field, CoveredComponent component) throws Refusal {
    for (int i = start; i < base.length(); i++) {
      char c = base.charAt(i);
      if (c > 0x7e || c < 0x20 && !(field && c == '\t')) {
        throw new Refusal(
            SignatureRefusal.MALFORMED_VALUE,
            component + ": expected printable ASCII, got " + "U+%04X".formatted((int) c));
      }
    }
  }
}
