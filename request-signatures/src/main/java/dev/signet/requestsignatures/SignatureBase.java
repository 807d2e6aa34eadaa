// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import dev.signet.requestsignatures.structuredfields.StructuredFieldWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The bytes that are signed (RFC 9421 section 2.5). */
final class SignatureBase {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** Room for the profile's usual base, most of which is an identity token. */
  private static final int INITIAL_CAPACITY = 2048;

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
    StringBuilder base = new StringBuilder(INITIAL_CAPACITY);
    for (int i = 0; i < components.size(); i++) {
      CoveredComponent component = components.get(i);
      refuseSecond(component, components, i);
      StructuredFieldWriter.append(base, component.identifier());
      base.append(": ");
      if (component.name().charAt(0) == '@') {
        int start = base.length();
        DerivedComponents.append(base, component, message);
        refuseTabs(base, start, component);
      } else {
        FieldComponents.append(base, component, message, fieldTypes);
      }
      base.append('\n');
    }
    base.append("\"@signature-params\": ").append(signatureParams);
    return checkedBytes(base.toString(), components.size());
  }

  private static void refuseSecond(
      CoveredComponent component, List<CoveredComponent> components, int before) throws Refusal {
    for (int i = 0; i < before; i++) {
      if (components.get(i).equals(component)) {
        throw new Refusal(SignatureRefusal.DUPLICATE_COMPONENT, component + " is covered twice");
      }
    }
  }

  /** Fields may hold tabs, nothing else may. */
  private static void refuseTabs(StringBuilder base, int start, CoveredComponent component)
      throws Refusal {
    for (int i = start; i < base.length(); i++) {
      if (base.charAt(i) == '\t') {
        throw new Refusal(SignatureRefusal.MALFORMED_VALUE, component + ": got a tab");
      }
    }
  }

  /**
   * All of the base is printable ASCII and tabs, but for one line feed after each component: a line
   * feed inside a value would let one component pass for two. Looks at eight bytes at a time, since
   * identity tokens make bases long.
   */
  private static byte[] checkedBytes(String base, int components) throws Refusal {
    byte[] bytes = base.getBytes(StandardCharsets.ISO_8859_1);
    // Wider characters have become question marks; then the way back leads elsewhere.
    if (!new String(bytes, StandardCharsets.ISO_8859_1).equals(base)) {
      throw new Refusal(SignatureRefusal.MALFORMED_VALUE, "expected ASCII, got wide characters");
    }
    int lineFeeds = 0;
    int at = 0;
    while (at < bytes.length) {
      if (at + Long.BYTES <= bytes.length && isPlain((long) LONGS.get(bytes, at))) {
        at += Long.BYTES;
        continue;
      }
      for (int end = Math.min(at + Long.BYTES, bytes.length); at < end; at++) {
        byte b = bytes[at];
        if (b == '\n') {
          lineFeeds++;
        } else if ((b < ' ' || b > '~') && b != '\t') {
          throw new Refusal(
              SignatureRefusal.MALFORMED_VALUE,
              "expected printable ASCII, got " + "U+%04X".formatted(b & 0xff));
        }
      }
    }
    if (lineFeeds != components) {
      throw new Refusal(SignatureRefusal.MALFORMED_VALUE, "got a line feed inside a value");
    }
    return bytes;
  }

  /** True when each of eight bytes is from 0x20 to 0x7e; may say false for some that are. */
  private static boolean isPlain(long eight) {
    long below = eight - 0x2020202020202020L & ~eight;
    long above = eight + 0x0101010101010101L | eight;
    return ((below | above) & 0x8080808080808080L) == 0;
  }
}
