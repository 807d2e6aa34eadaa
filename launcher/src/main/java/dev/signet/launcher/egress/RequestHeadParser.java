// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a request line and header section (RFC 9112 sections 2 to 5) in the one way that every
 * recipient reads it, and refuses the rest: bare CR or LF, obsolete line folding, space before the
 * colon, an unknown version. Whatever a service could read differently from us could smuggle an
 * unsigned request past the signature.
 */
final class RequestHeadParser {
  private RequestHeadParser() {}

  /**
   * @param head all bytes up to and with the empty line
   * @param maxFields the most header fields to accept
   */
  static RequestHead parse(byte[] head, int maxFields) throws RefusedRequestException {
    List<String> lines = lines(new String(head, StandardCharsets.ISO_8859_1));
    String[] start = lines.getFirst().split(" ", -1);
    if (start.length != 3 || start[1].isEmpty() || !isToken(start[0])) {
      throw RefusedRequestException.malformed(
          "The request line must be a method, a target and a version with one space between.");
    }
    int minor =
        switch (start[2]) {
          case "HTTP/1.1" -> 1;
          case "HTTP/1.0" -> 0;
          default ->
              throw RefusedRequestException.malformed("The version must be HTTP/1.1 or HTTP/1.0.");
        };
    if (lines.size() - 1 > maxFields) {
      throw new RefusedRequestException(
          EgressReason.FIELDS_TOO_LARGE,
          "The request has %d header fields; at most %d are accepted."
              .formatted(lines.size() - 1, maxFields));
    }
    List<Field> fields = new ArrayList<>(lines.size());
    for (String line : lines.subList(1, lines.size())) {
      fields.add(field(line));
    }
    requireOneHost(fields, minor);
    return new RequestHead(start[0], start[1], minor, fields, BodyFraming.of(fields, minor));
  }

  private static List<String> lines(String head) throws RefusedRequestException {
    List<String> lines = new ArrayList<>();
    int from = 0;
    while (true) {
      int end = head.indexOf("\r\n", from);
      if (end < 0) {
        throw RefusedRequestException.malformed("A line must end with CR LF.");
      }
      if (end == from) {
        break;
      }
      lines.add(head.substring(from, end));
      from = end + 2;
    }
    if (from + 2 != head.length() || lines.isEmpty()) {
      throw RefusedRequestException.malformed("The header section must end with one empty line.");
    }
    return lines;
  }

  static Field field(String line) throws RefusedRequestException {
    int colon = line.indexOf(':');
    if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
      throw RefusedRequestException.malformed("Folded header lines are not accepted.");
    }
    if (colon <= 0 || !isToken(line.substring(0, colon))) {
      throw RefusedRequestException.malformed(
          "A header line must be a name, a colon without space before it, and a value.");
    }
    String value = trimmed(line, colon + 1);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c != '\t' && (c < 0x20 || c == 0x7f)) {
        throw RefusedRequestException.malformed(
            "The value of " + line.substring(0, colon) + " has a control character in it.");
      }
    }
    return new Field(line.substring(0, colon), value);
  }

  private static void requireOneHost(List<Field> fields, int minor) throws RefusedRequestException {
    int hosts = 0;
    for (Field field : fields) {
      hosts += field.key().equals("host") ? 1 : 0;
    }
    if (hosts > 1 || (hosts == 0 && minor == 1)) {
      throw RefusedRequestException.malformed(
          "An HTTP/1.1 request has exactly one Host field; " + hosts + " came.");
    }
  }

  /** Without optional white space (RFC 9110 section 5.6.3), which is space and tab only. */
  private static String trimmed(String line, int from) {
    int start = from;
    int end = line.length();
    while (start < end && isBlank(line.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(line.charAt(end - 1))) {
      end--;
    }
    return line.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /** RFC 9110 section 5.6.2. */
  static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || c >= '0' && c <= '9'
          || "!#$%&'*+-.^_`|~".indexOf(c) >= 0)) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
