// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Writes the one canonical form of a value (RFC 9651 section 4.1). */
public final class StructuredFieldWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private StructuredFieldWriter() {}

  /** Appends a Dictionary. */
  public static void append(StringBuilder out, Map<String, ? extends Member> dictionary) {
    String separator = "";
    for (Map.Entry<String, ? extends Member> entry : dictionary.entrySet()) {
      if (!Characters.isKey(entry.getKey())) {
        throw new IllegalArgumentException("not a Dictionary key: " + entry.getKey());
      }
      out.append(separator).append(entry.getKey());
      separator = ", ";
      if (entry.getValue() instanceof Item item
          && item.value().equals(BareItem.BooleanValue.TRUE)) {
        append(out, item.parameters());
      } else {
        append(out.append('='), entry.getValue());
      }
    }
  }

  /** Appends a List. */
  public static void append(StringBuilder out, List<? extends Member> list) {
    for (int i = 0; i < list.size(); i++) {
      if (i > 0) {
        out.append(", ");
      }
      append(out, list.get(i));
    }
  }

  /** Appends an Item or Inner List with its parameters. */
  public static void append(StringBuilder out, Member member) {
    if (member instanceof Item item) {
      append(out, item.value());
    } else if (member instanceof InnerList list) {
      out.append('(');
      for (int i = 0; i < list.items().size(); i++) {
        if (i > 0) {
          out.append(' ');
        }
        append(out, list.items().get(i));
      }
      out.append(')');
    }
    append(out, member.parameters());
  }

  /** Appends {@code ;key=value} for each parameter. */
  public static void append(StringBuilder out, Parameters parameters) {
    for (int i = 0; i < parameters.size(); i++) {
      out.append(';').append(parameters.key(i));
      BareItem value = parameters.value(i);
      if (!(value instanceof BareItem.BooleanValue flag && flag.value())) {
        append(out.append('='), value);
      }
    }
  }

  /** Appends a value without parameters. */
  public static void append(StringBuilder out, BareItem value) {
    if (value instanceof BareItem.StringValue string) {
      appendString(out, string.value());
    } else if (value instanceof BareItem.IntegerValue integer) {
      out.append(integer.value());
    } else if (value instanceof BareItem.BooleanValue flag) {
      out.append(flag.value() ? "?1" : "?0");
    } else if (value instanceof BareItem.BytesValue bytes) {
      out.append(':').append(Base64.getEncoder().encodeToString(bytes.value())).append(':');
    } else if (value instanceof BareItem.TokenValue token) {
      out.append(token.value());
    } else if (value instanceof BareItem.DecimalValue decimal) {
      appendDecimal(out, decimal.value());
    } else if (value instanceof BareItem.DateValue date) {
      out.append('@').append(date.epochSeconds());
    } else if (value instanceof BareItem.DisplayStringValue display) {
      appendDisplayString(out, display.value());
    }
  }

  private static void appendString(StringBuilder out, String value) {
    out.append('"');
    if (value.indexOf('"') < 0 && value.indexOf('\\') < 0) {
      out.append(value);
    } else {
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '"' || c == '\\') {
          out.append('\\');
        }
        out.append(c);
      }
    }
    out.append('"');
  }

  private static void appendDecimal(StringBuilder out, BigDecimal value) {
    BigDecimal shortest = value.stripTrailingZeros();
    out.append((shortest.scale() < 1 ? shortest.setScale(1) : shortest).toPlainString());
  }

  private static void appendDisplayString(StringBuilder out, String value) {
    out.append("%\"");
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      if (b == '%' || b == '"' || b < 0x20 || b == 0x7f) {
        out.append('%').append(HEX[b >> 4 & 15]).append(HEX[b & 15]);
      } else {
        out.append((char) b);
      }
    }
    out.append('"');
  }
}
