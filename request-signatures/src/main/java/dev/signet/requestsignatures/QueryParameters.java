// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Named query parameters in the HTML form encoding (RFC 9421 section 2.2.8). */
final class QueryParameters {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private QueryParameters() {}

  /** Appends the re-encoded value of the one parameter whose re-encoded name is given. */
  static void append(StringBuilder out, String encodedName, Optional<String> query) throws Refusal {
    String value = null;
    for (String pair : query.orElse("").split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = recode(equals < 0 ? pair : pair.substring(0, equals));
      if (pair.isEmpty() || !name.equals(encodedName)) {
        continue;
      }
      if (value != null) {
        throw new Refusal(
            SignatureRefusal.AMBIGUOUS_QUERY_PARAMETER,
            "query parameter comes more than once: " + encodedName);
      }
      value = equals < 0 ? "" : recode(pair.substring(equals + 1));
    }
    if (value == null) {
      throw new Refusal(
          SignatureRefusal.MISSING_COMPONENT, "no such query parameter: " + encodedName);
    }
    out.append(value);
  }

  /** Decodes and encodes again, so that equal values get one form. */
  private static String recode(String encoded) throws Refusal {
    byte[] bytes = decode(encoded);
    StringBuilder out = new StringBuilder(encoded.length());
    for (byte b : bytes) {
      if (HttpCharacters.isFormUnreserved(b)) {
        out.append((char) b);
      } else {
        out.append('%').append(HEX[b >> 4 & 15]).append(HEX[b & 15]);
      }
    }
    return out.toString();
  }

  private static byte[] decode(String encoded) throws Refusal {
    byte[] raw = encoded.getBytes(StandardCharsets.UTF_8);
    ByteBuffer decoded = ByteBuffer.allocate(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '%' && i + 2 < raw.length && hex(raw[i + 1]) >= 0 && hex(raw[i + 2]) >= 0) {
        decoded.put((byte) (hex(raw[i + 1]) << 4 | hex(raw[i + 2])));
        i += 2;
      } else {
        decoded.put(raw[i] == '+' ? (byte) ' ' : raw[i]);
      }
    }
    decoded.flip();
    try {
      // The form decoding replaces what is not UTF-8, which would make different values equal.
      StandardCharsets.UTF_8.newDecoder().decode(decoded.duplicate());
    } catch (CharacterCodingException e) {
      throw new Refusal(SignatureRefusal.MALFORMED_VALUE, "query parameter is not UTF-8");
    }
    byte[] bytes = new byte[decoded.remaining()];
    decoded.get(bytes);
    return bytes;
  }

  private static int hex(byte b) {
    return Character.digit((char) (b & 0xff), 16);
  }
}
