// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import dev.signet.protocol.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an event says that it is, in one short line for people. It is what the log says: a digest
 * may or may not prove it (see {@link EventData}).
 */
public final class EventDescription {
  private static final int MOST_CHARACTERS = 160;
  private static final int MOST_TEXT_BYTES = 8 * MOST_CHARACTERS;
  private static final int MOST_HEX_BYTES = 32;
  private static final Pattern UNPRINTABLE = Pattern.compile("[^\\p{Print}\\p{L}]");

  /** EFI_DEVICE_PATH_PROTOCOL (UEFI 2.10, 10.3): media, and of these file path. */
  private static final int MEDIA = 4;

  private static final int FILE_PATH = 4;
  private static final int END = 0x7F;
  private static final int NODE_HEADER_BYTES = 4;

  private EventDescription() {}

  public static String of(FirmwareEvent event) {
    String text =
        text(event)
            .orElseGet(
                () ->
                    event.data().size() <= MOST_HEX_BYTES
                        ? event.data().toHex()
                        : event.data().size() + " bytes");
    String line = UNPRINTABLE.matcher(text).replaceAll("?").strip();
    if (line.isEmpty()) {
      return event.data().size() + " bytes";
    }
    return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "…";
  }

  private static Optional<String> text(FirmwareEvent event) {
    if (isImage(event)) {
      return filePath(event.data());
    }
    if (event.type() == EventType.VARIABLE_DRIVER_CONFIG
        || event.type() == EventType.VARIABLE_BOOT
        || event.type() == EventType.VARIABLE_AUTHORITY) {
      return UefiVariable.read(event.data()).map(v -> "variable " + v.name());
    }
    if (event.type() == EventType.SEPARATOR) {
      return Optional.of(event.data().toHex());
    }
    return event.type() == EventType.EVENT_TAG ? tagged(event.data()) : plain(event.data());
  }

  /** Whether the log says that it is an image that was loaded. */
  public static boolean isImage(FirmwareEvent event) {
    return event.type() == EventType.BOOT_SERVICES_APPLICATION
        || event.type() == EventType.BOOT_SERVICES_DRIVER
        || event.type() == EventType.RUNTIME_SERVICES_DRIVER;
  }

  /** UEFI_IMAGE_LOAD_EVENT (PFP 10.2.3): its device path's file. */
  private static Optional<String> filePath(Bytes data) {
    LogReader reader = new LogReader(data.toArray(), "UEFI_IMAGE_LOAD_EVENT");
    try {
      reader.exactly(24, "location, length and link time address");
      LogReader path =
          new LogReader(
              reader.exactly(reader.u64("LengthOfDevicePath"), "DevicePath").toArray(),
              "device path");
      StringBuilder file = new StringBuilder();
      while (!path.atEnd()) {
        int type = path.u8("Type");
        int subtype = path.u8("SubType");
        byte[] node = path.exactly(path.u16("Length") - NODE_HEADER_BYTES, "node").toArray();
        if (type == END) {
          break;
        }
        if (type == MEDIA && subtype == FILE_PATH) {
          file.append(withoutNul(new String(node, StandardCharsets.UTF_16LE)));
        }
      }
      return file.isEmpty() ? Optional.empty() : Optional.of(file.toString());
    } catch (MalformedEventLogException e) {
      return Optional.empty();
    }
  }

  /** TCG_PCClientTaggedEvent (PFP 10.4.2.1). */
  private static Optional<String> tagged(Bytes data) {
    LogReader reader = new LogReader(data.toArray(), "tagged event");
    try {
      reader.u32("taggedEventID");
      return plain(reader.exactly(reader.u32("taggedEventDataSize"), "taggedEventData"));
    } catch (MalformedEventLogException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> plain(Bytes data) {
    byte[] bytes = data.toArray();
    if (bytes.length == 0) {
      return Optional.of("no data");
    }
    if (bytes.length > MOST_TEXT_BYTES) {
      return Optional.empty();
    }
    return decoded(bytes, StandardCharsets.UTF_8)
        .or(() -> decoded(bytes, StandardCharsets.UTF_16LE));
  }

  private static Optional<String> decoded(byte[] bytes, Charset charset) {
    try {
      String text = withoutNul(charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
      boolean readable =
          !text.isBlank() && text.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7F));
      return readable ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String withoutNul(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == 0) {
      end--;
    }
    return text.substring(0, end);
  }
}
