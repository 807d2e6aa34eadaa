// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.Limits;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code ascii_runtime_measurements} (Linux, {@code ima_ascii_measurements_show}): a line for each
 * entry with PCR, template digest, template and its fields, a space between. The kernel writes
 * names without spaces. Only understood templates can be read: of others the data is not there.
 */
public final class AsciiImaLogReader implements ImaLogReader {
  private static final Pattern LINE =
      Pattern.compile("(?s) ?([0-9]{1,2}) ([0-9a-f]{40,128}) ([a-z0-9|-]{1,64}) (.*)");
  private static final Pattern DIGEST =
      Pattern.compile("([a-z0-9-]{1,32}):((?:[0-9a-f]{2}){0,64})");

  private final byte[] log;
  private int at;

  public AsciiImaLogReader(byte[] log) {
    this.log = log;
  }

  @Override
  public Optional<ImaEntry> next() throws MalformedImaLogException {
    int end = at;
    while (end < log.length && log[end] != '\n') {
      end++;
      if (end - at > 2 * Limits.IMA_ENTRY_BYTES) {
        throw malformed("a line of at most " + 2 * Limits.IMA_ENTRY_BYTES + " bytes");
      }
    }
    if (end == log.length) {
      return Optional.empty();
    }
    Matcher line = LINE.matcher(new String(log, at, end - at, StandardCharsets.ISO_8859_1));
    if (!line.matches() || !line.group(1).equals("10")) {
      throw malformed("PCR 10, template digest, template and fields");
    }
    boolean violation = line.group(2).chars().allMatch(c -> c == '0');
    String template = line.group(3);
    String[] fields = line.group(4).split(" ", -1);
    ImaEntry entry =
        template.equals(ImaTemplate.IMA)
            ? ima(violation, fields)
            : withLengths(template, violation, fields);
    at = end + 1;
    return Optional.of(entry);
  }

  private ImaEntry ima(boolean violation, String[] fields) throws MalformedImaLogException {
    if (fields.length != 2 || !fields[0].matches("[0-9a-f]{40}")) {
      throw malformed("a SHA-1 digest and a name");
    }
    return ImaTemplate.ima(violation, HexFormat.of().parseHex(fields[0]), bytes(fields[1]));
  }

  private ImaEntry withLengths(String template, boolean violation, String[] fields)
      throws MalformedImaLogException {
    if (ImaTemplate.fields(template) == 0) {
      throw malformed("a template that can be read from ASCII (else use the binary log)");
    }
    Matcher digest = DIGEST.matcher(fields[0]);
    if (fields.length != ImaTemplate.fields(template) || !digest.matches()) {
      throw malformed(ImaTemplate.fields(template) + " fields, a digest first");
    }
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    ByteArrayOutputStream named = new ByteArrayOutputStream();
    named.writeBytes(bytes(digest.group(1) + ":\0"));
    named.writeBytes(HexFormat.of().parseHex(digest.group(2)));
    field(data, named.toByteArray());
    field(data, bytes(fields[1] + "\0"));
    if (fields.length == 3) {
      if (!fields[2].matches("(?:[0-9a-f]{2})*+")) {
        throw malformed("the third field in hexadecimal digits");
      }
      field(data, HexFormat.of().parseHex(fields[2]));
    }
    return ImaTemplate.entry(template, violation, data.toByteArray());
  }

  private static void field(ByteArrayOutputStream data, byte[] field) {
    data.writeBytes(
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(field.length).array());
    data.writeBytes(field);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public int at() {
    return at;
  }

  @Override
  public int left() {
    return log.length - at;
  }

  private MalformedImaLogException malformed(String expected) {
    return new MalformedImaLogException("IMA log at byte " + at + ": expected " + expected);
  }
}
