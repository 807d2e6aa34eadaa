// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How the end of a request's body is found (RFC 9112 section 6.3), read in one way or refused. */
sealed interface BodyFraming {
  record None() implements BodyFraming {}

  /** A body of exactly this many bytes; more than 0. */
  record Length(long bytes) implements BodyFraming {}

  record Chunked() implements BodyFraming {}

  /** Content-Length in digits that cannot overflow a long. */
  int MAX_LENGTH_DIGITS = 18;

  static BodyFraming of(List<Field> fields, int minorVersion) throws RefusedRequestException {
    List<String> lengths = values(fields, "content-length");
    List<String> codings = values(fields, "transfer-encoding");
    if (!lengths.isEmpty() && !codings.isEmpty()) {
      throw RefusedRequestException.malformed(
          "The request has both Content-Length and Transfer-Encoding; send one of them.");
    }
    if (!codings.isEmpty()) {
      if (minorVersion == 0) {
        throw RefusedRequestException.malformed("Transfer-Encoding does not exist in HTTP/1.0.");
      }
      if (codings.size() != 1 || !codings.getFirst().toLowerCase(Locale.ROOT).equals("chunked")) {
        throw RefusedRequestException.malformed(
            "Transfer-Encoding must be exactly one field with the value chunked.");
      }
      return new Chunked();
    }
    if (lengths.isEmpty()) {
      return new None();
    }
    String length = lengths.getFirst();
    if (lengths.size() != 1
        || length.isEmpty()
        || length.length() > MAX_LENGTH_DIGITS
        || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw RefusedRequestException.malformed(
          "Content-Length must be one field with one decimal number.");
    }
    long bytes = Long.parseLong(length);
    return bytes == 0 ? new None() : new Length(bytes);
  }

  private static List<String> values(List<Field> fields, String key) {
    List<String> values = List.of();
    for (Field field : fields) {
      if (field.key().equals(key)) {
        values = values.isEmpty() ? new ArrayList<>() : values;
        values.add(field.value());
      }
    }
    return values;
  }
}
