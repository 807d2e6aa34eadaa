// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures.structuredfields;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;

/** A value without parameters, of one of the eight types of RFC 9651 section 3.3. */
public sealed interface BareItem {

  /** An Integer of at most 15 digits (section 3.3.1). */
  record IntegerValue(long value) implements BareItem {
    /** The largest magnitude that the format can carry. */
    public static final long MAX = 999_999_999_999_999L;

    public IntegerValue {
      if (value > MAX || value < -MAX) {
        throw new IllegalArgumentException("an Integer has at most 15 digits, got " + value);
      }
    }
  }

  /** A Decimal of at most 12 digits before and 3 after the point (section 3.3.2). */
  record DecimalValue(BigDecimal value) implements BareItem {
    private static final BigDecimal LIMIT = new BigDecimal("1000000000000");

    /** Rounds to three digits, half to even, as section 4.1.5 prescribes for writing. */
    public DecimalValue {
      value = value.setScale(3, RoundingMode.HALF_EVEN);
      if (value.abs().compareTo(LIMIT) >= 0) {
        throw new IllegalArgumentException(
            "a Decimal has at most 12 digits before the point, got " + value);
      }
    }
  }

  /** A String of printable ASCII (section 3.3.3), here without its quotes and escapes. */
  record StringValue(String value) implements BareItem {
    public StringValue {
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c < 0x20 || c > 0x7e) {
          throw new IllegalArgumentException(
              "a String holds printable ASCII only, got U+" + Integer.toHexString(c) + " at " + i);
        }
      }
    }
  }

  /** A Token (section 3.3.4). */
  record TokenValue(String value) implements BareItem {
    public TokenValue {
      if (!Characters.isToken(value)) {
        throw new IllegalArgumentException("not a Token: " + value);
      }
    }
  }

  /** A Byte Sequence (section 3.3.5). Bytes are copied in and out. */
  record BytesValue(byte[] value) implements BareItem {
    public BytesValue {
      value = value.clone();
    }

    @Override
    public byte[] value() {
      return value.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof BytesValue that && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "BytesValue[" + value.length + " bytes]";
    }
  }

  /** A Boolean (section 3.3.6). */
  record BooleanValue(boolean value) implements BareItem {
    public static final BooleanValue TRUE = new BooleanValue(true);
    public static final BooleanValue FALSE = new BooleanValue(false);
  }

  /** A Date in seconds since 1970-01-01T00:00:00Z, leap seconds left out (section 3.3.7). */
  record DateValue(long epochSeconds) implements BareItem {
    public DateValue {
      if (epochSeconds > IntegerValue.MAX || epochSeconds < -IntegerValue.MAX) {
        throw new IllegalArgumentException("a Date has at most 15 digits, got " + epochSeconds);
      }
    }
  }

  /** A Display String: any Unicode scalar values (section 3.3.8). */
  record DisplayStringValue(String value) implements BareItem {
    public DisplayStringValue {
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (Character.isHighSurrogate(c)
            && i + 1 < value.length()
            && Character.isLowSurrogate(value.charAt(i + 1))) {
          i++;
        } else if (Character.isSurrogate(c)) {
          throw new IllegalArgumentException(
              "a Display String has no lone surrogates, one at " + i);
        }
      }
    }
  }
}
